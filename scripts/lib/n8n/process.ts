import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../command';
import { startKept, type KeptProcess } from '../services/kept-process';
import type { N8nRuntime } from './runtime';
import { untilServing } from '../services/until-serving';

export interface N8nProcessOptions {
	runtime: N8nRuntime;
	/** n8n's command and its flags, e.g. `['start']` or `['worker', '--concurrency=5']`. */
	command: readonly string[];
	userFolder: string;
	/** Where all that it prints is appended. */
	logFile: string;
	/** Where it answers when it is ready, without a slash at the end. */
	url: string;
	env: Record<string, string>;
	/** What is to be done before each start. */
	prepare?: () => Promise<void>;
}

/** One process of n8n, with what it starts itself. It ends with this process, even when that is killed. */
export interface N8nProcess {
	readonly url: string;
	/** All that it printed since it was first started. */
	logs(): Promise<string>;
	/**
	 * Starts it and waits until it answers.
	 *
	 * @throws with the end of its log when it does not get ready within five minutes
	 */
	start(): Promise<void>;
	/** Ends it as a service manager would; its data stays. */
	stop(): Promise<void>;
	/** Ends it and all that it started at once, as a crash would; its data stays. */
	kill9(): Promise<void>;
	/** Starts it again with the same data and address; stops it first where it runs. */
	restart(): Promise<void>;
}

/** A process of n8n that is not started yet. */
export function n8nProcess(options: N8nProcessOptions): N8nProcess {
	const { runtime, command, userFolder, logFile, url, env } = options;
	let n8n: KeptProcess | undefined;

	const start = async (): Promise<void> => {
		await options.prepare?.();
		const args = [runtime.bin, ...command];
		n8n = startKept(runtime.node.bin, args, { cwd: userFolder, env, logFile });
		await untilServing('n8n', n8n, logFile, async () => await isReady(url, command));
	};
	const stop = async (): Promise<void> => {
		await n8n?.stop();
	};
	return {
		url,
		logs: async () => await readFile(logFile, 'utf8'),
		start,
		stop,
		kill9: async () => {
			await n8n?.kill();
		},
		restart: async () => {
			await stop();
			await start();
		},
	};
}

/**
 * n8n's manual installation (`npm install` in `~/.n8n/nodes`) with the flags of n8n's own
 * installer. Peer dependencies stay out as they do there: n8n-workflow comes from n8n itself.
 */
export async function installCommunityNode(userFolder: string, tarball: string): Promise<void> {
	const nodes = join(userFolder, '.n8n', 'nodes');
	await mkdir(nodes, { recursive: true });
	await writeFile(
		join(nodes, 'package.json'),
		JSON.stringify({ name: 'installed-nodes', private: true, dependencies: {} }),
	);
	await runCommand(
		'npm',
		[
			'install',
			tarball,
			'--legacy-peer-deps',
			'--ignore-scripts',
			'--bin-links=false',
			'--install-strategy=shallow',
			'--package-lock=false',
			'--audit=false',
			'--fund=false',
		],
		{ cwd: nodes },
	);
}

/** n8n 1 says that it is ready before it serves its REST API, which only `start` has. */
async function isReady(url: string, [command]: readonly string[]): Promise<boolean> {
	return (
		(await answers(`${url}/healthz/readiness`)) &&
		(command !== 'start' || (await answers(`${url}/rest/settings`)))
	);
}

async function answers(url: string): Promise<boolean> {
	const response = await fetch(url).catch(() => undefined);
	await response?.arrayBuffer();
	return response?.ok ?? false;
}
