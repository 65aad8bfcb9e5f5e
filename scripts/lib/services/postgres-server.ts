import { randomBytes } from 'node:crypto';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandFailed, runCommand } from '../command';
import { removeFolder } from '../folders';
import { startKept } from './kept-process';
import { freePort } from './ports';
import { showProgress } from '../progress';
import { asServiceUser } from './service-user';
import { POSTGRES, provideTool } from './tools';
import { untilServing } from './until-serving';

/** Made by PostgreSQL's packages. */
const SERVICE_USER = 'postgres';

export interface PostgresServer {
	readonly port: number;
	readonly user: string;
	readonly password: string;
	readonly database: string;
	close(): Promise<void>;
}

/**
 * Starts a PostgreSQL of its own, empty, on 127.0.0.1. It ends with this process. PostgreSQL
 * refuses to run as root: there it runs as the system's user `postgres`, in a folder of its own.
 */
export async function startPostgres(): Promise<PostgresServer> {
	const initdb = await showProgress(
		POSTGRES.title,
		async (report) => await provideTool(POSTGRES, report),
	);
	const bin = dirname(await realpath(initdb));
	const folder = await mkdtemp(join(tmpdir(), 'magnific-postgres-'));
	const [data, passwordFile] = [join(folder, 'data'), join(folder, 'password')];
	const [user, password] = ['n8n', randomBytes(16).toString('hex')];
	await writeFile(passwordFile, password, { mode: 0o600 });
	const { prefix } = await asServiceUser(SERVICE_USER, folder);
	const run = async (program: string, ...args: string[]): Promise<string> => {
		const [command = '', ...rest] = [...prefix, join(bin, program), ...args];
		return await runCommand(command, rest, { cwd: folder });
	};
	await run(
		'initdb',
		`--pgdata=${data}`,
		`--username=${user}`,
		`--pwfile=${passwordFile}`,
		'--auth=scram-sha-256',
		'--encoding=UTF8',
		'--no-locale',
		'--no-sync',
	);
	await rm(passwordFile);

	const port = await freePort();
	const settings = {
		listen_addresses: '127.0.0.1',
		port: String(port),
		unix_socket_directories: '',
		fsync: 'off',
	};
	const [command = '', ...args] = [
		...prefix,
		join(bin, 'postgres'),
		'-D',
		data,
		...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
	];
	const logFile = join(folder, 'postgres.log');
	const server = startKept(command, args, { cwd: folder, env: process.env, logFile });
	await untilServing(POSTGRES.title, server, logFile, async () => {
		try {
			await run('pg_isready', '--host=127.0.0.1', `--port=${String(port)}`);
			return true;
		} catch (error) {
			if (error instanceof CommandFailed) return false;
			throw error;
		}
	});
	return {
		port,
		user,
		password,
		database: 'postgres',
		async close() {
			await server.stop();
			await removeFolder(folder);
		},
	};
}
