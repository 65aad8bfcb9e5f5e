import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../command';
import { removeFolder } from '../folders';
import { showProgress } from '../progress';
import { startKept } from './kept-process';
import { freePort, isListening } from './ports';
import { OPENSSH, provideTool } from './tools';
import { asServiceUser } from './service-user';
import { untilServing } from './until-serving';

/** There on every system. `nobody` is not: where systemd looks users up, that one counts as locked. */
const SERVICE_USER = 'daemon';

export interface SftpServer {
	readonly port: number;
	readonly user: string;
	/** The only way in; in OpenSSH's format, without a passphrase. */
	readonly privateKey: string;
	/** Where those who log in begin; they may write there. */
	readonly folder: string;
	close(): Promise<void>;
}

/**
 * Starts an OpenSSH server of its own on 127.0.0.1 that gives files and nothing else. It ends with
 * this process. Who logs in is whoever it runs as, since only root could become somebody else: the
 * user of this process, or `daemon` where that is root.
 */
export async function startSftp(): Promise<SftpServer> {
	const sshd = await showProgress(
		OPENSSH.title,
		async (report) => await provideTool(OPENSSH, report),
	);
	const home = await mkdtemp(join(tmpdir(), 'magnific-sftp-'));
	const folder = join(home, 'files');
	await mkdir(folder);
	const [hostKey, userKey] = [join(home, 'host_key'), join(home, 'user_key')];
	for (const file of [hostKey, userKey]) {
		await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
	}
	const privateKey = await readFile(userKey, 'utf8');
	const port = await freePort();
	const service = await asServiceUser(SERVICE_USER, home);
	const user = service.user ?? userInfo().username;
	const settings = [
		`ListenAddress 127.0.0.1`,
		`Port ${String(port)}`,
		`HostKey ${hostKey}`,
		`AuthorizedKeysFile ${userKey}.pub`,
		`AllowUsers ${user}`,
		'AuthenticationMethods publickey',
		// The folder for temporary files is everybody's, which it would not trust.
		'StrictModes no',
		'UsePAM no',
		'PidFile none',
		'PermitTTY no',
		'DisableForwarding yes',
		'Subsystem sftp internal-sftp',
		`ForceCommand internal-sftp -d ${folder}`,
	];
	const file = join(home, 'sshd_config');
	await writeFile(file, `${settings.join('\n')}\n`);

	const [command, ...args] = [...service.prefix, sshd, '-D', '-e', '-f', file];
	const logFile = join(home, 'sshd.log');
	const server = startKept(command, args, { cwd: home, env: process.env, logFile });
	await untilServing(OPENSSH.title, server, logFile, async () => await isListening(port));
	return {
		port,
		user,
		privateKey,
		folder,
		async close() {
			await server.stop();
			await removeFolder(home);
		},
	};
}
