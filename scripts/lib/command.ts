import type { ChildProcess } from 'node:child_process';
import { spawn } from 'cross-spawn';
import { onShutdown } from './shutdown';

export interface CommandOptions {
	cwd?: string;
	env?: NodeJS.ProcessEnv;
	/** Ends the command after so many milliseconds; it then counts as failed. */
	timeoutMs?: number;
	/** Lets the command write straight to this terminal; the returned output is then empty. */
	inherit?: boolean;
	/** Receives output as it comes, in the order of both streams. */
	onOutput?: (chunk: string) => void;
}

/** A command that could not be started, was ended, or left with another code than 0. */
export class CommandFailed extends Error {
	constructor(
		readonly commandLine: string,
		readonly code: number | null,
		readonly output: string,
	) {
		super(`\`${commandLine}\` failed${code === null ? '' : ` (${String(code)})`}\n${tail(output)}`);
		this.name = 'CommandFailed';
	}
}

const running = new Set<ChildProcess>();
onShutdown(() => {
	for (const child of running) child.kill('SIGTERM');
});

/**
 * Runs a command to its end and gives what it printed on both streams.
 *
 * @throws CommandFailed with the last lines of the output
 */
export async function runCommand(
	command: string,
	args: readonly string[],
	options: CommandOptions = {},
): Promise<string> {
	const commandLine = [command, ...args].join(' ');
	const child = spawn(command, args, {
		cwd: options.cwd,
		env: options.env ?? process.env,
		stdio: ['ignore', options.inherit ? 'inherit' : 'pipe', options.inherit ? 'inherit' : 'pipe'],
		timeout: options.timeoutMs,
	});
	running.add(child);
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding('utf8');
		stream?.on('data', (chunk: string) => {
			output += chunk;
			options.onOutput?.(chunk);
		});
	}
	const code = await new Promise<number | null>((resolve) => {
		child.on('error', (error) => {
			output += error.message;
			resolve(null);
		});
		child.on('close', resolve);
	});
	running.delete(child);
	if (code !== 0) throw new CommandFailed(commandLine, code, output);
	return output;
}

function tail(output: string): string {
	return output.trim().split('\n').slice(-30).join('\n');
}
