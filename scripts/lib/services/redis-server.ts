import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../folders';
import { startKept } from './kept-process';
import { freePort, isListening } from './ports';
import { showProgress } from '../progress';
import { provideTool, REDIS } from './tools';
import { untilServing } from './until-serving';

export interface RedisServer {
	readonly port: number;
	readonly password: string;
	close(): Promise<void>;
}

/** Starts a Redis of its own on 127.0.0.1. It ends with this process. */
export async function startRedis(): Promise<RedisServer> {
	const redis = await showProgress(REDIS.title, async (report) => await provideTool(REDIS, report));
	const folder = await mkdtemp(join(tmpdir(), 'magnific-redis-'));
	const port = await freePort();
	const password = randomBytes(16).toString('hex');
	const settings = [
		'bind 127.0.0.1',
		`port ${String(port)}`,
		`requirepass ${password}`,
		`dir ${folder}`,
		'save ""',
	];
	const file = join(folder, 'redis.conf');
	await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o600 });

	const logFile = join(folder, 'redis.log');
	const server = startKept(redis, [file], { cwd: folder, env: process.env, logFile });
	// It is empty, so that it has nothing to load: it serves as soon as it listens.
	await untilServing(REDIS.title, server, logFile, async () => await isListening(port));
	return {
		port,
		password,
		async close() {
			await server.stop();
			await removeFolder(folder);
		},
	};
}
