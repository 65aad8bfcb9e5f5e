import { spawn } from 'cross-spawn';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

const GRACE_MS = 10_000;

/** A server that runs in a process group of its own and ends when this process ends. */
export interface KeptProcess {
	/** Whether it still runs. */
	isRunning(): boolean;
	/** Settles when it and all that it started are gone. */
	readonly gone: Promise<void>;
	/** Asks it to end (SIGTERM), and after 10 s kills the whole group. */
	stop(): Promise<void>;
	/** Kills the whole group at once, as a crash or a power cut would. */
	kill(): Promise<void>;
}

/**
 * @param logFile where both of its output streams are appended
 */
export function startKept(
	command: string,
	args: readonly string[],
	options: { cwd: string; env: NodeJS.ProcessEnv; logFile: string },
): KeptProcess {
	const log = openSync(options.logFile, 'a');
	const keeper = spawn(
		process.execPath,
		[join(__dirname, 'keeper.mjs'), String(GRACE_MS), command, ...args],
		{ cwd: options.cwd, env: options.env, stdio: ['pipe', log, log], detached: true },
	);
	closeSync(log);
	let running = true;
	const gone = new Promise<void>((resolve) => {
		const end = (): void => {
			running = false;
			resolve();
		};
		keeper.on('exit', end);
		keeper.on('error', end);
	});
	keeper.stdin?.on('error', () => keeper.stdin?.destroy());

	return {
		isRunning: () => running,
		gone,
		async stop() {
			keeper.stdin?.end();
			await gone;
		},
		async kill() {
			if (running && keeper.pid !== undefined) process.kill(-keeper.pid, 'SIGKILL');
			await gone;
		},
	};
}
