import { constants } from 'node:os';

type Task = () => Promise<void> | void;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const GRACE_MS = 20_000;
/** npm may pass on a Ctrl-C that the terminal has sent here already. */
const SECOND_SIGNAL_MS = 1_000;
const tasks: Task[] = [];
let listening = false;
let endingSince: number | undefined;

/**
 * Adds something to do when this process is told to end (Ctrl-C, SIGTERM, a closed terminal): the
 * last added is done first, then the process leaves with the signal's usual code. A second signal
 * or 20 s end the wait.
 *
 * @returns takes the task out again
 */
export function onShutdown(task: Task): () => void {
	listen();
	tasks.push(task);
	return () => {
		const index = tasks.indexOf(task);
		if (index >= 0) tasks.splice(index, 1);
	};
}

/** Does all shutdown tasks and leaves with `code`; where that goes on already, waits for it. */
export async function shutDown(code: number): Promise<never> {
	if (!isShuttingDown()) {
		endingSince = Date.now();
		setTimeout(() => process.exit(code), GRACE_MS).unref();
		for (const task of tasks.splice(0).reverse()) {
			try {
				await task();
			} catch (error) {
				console.error(error);
			}
		}
		process.exit(code);
	}
	return await new Promise<never>(() => undefined);
}

/** Whether this process is on its way out: what fails now fails because of that. */
export function isShuttingDown(): boolean {
	return endingSince !== undefined;
}

function listen(): void {
	if (listening) return;
	listening = true;
	for (const signal of SIGNALS) {
		process.on(signal, () => {
			const code = 128 + constants.signals[signal];
			if (endingSince === undefined) void shutDown(code);
			else if (Date.now() - endingSince > SECOND_SIGNAL_MS) process.exit(code);
		});
	}
}
