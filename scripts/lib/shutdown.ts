import { constants } from 'node:os';

type Task = () => Promise<void> | void;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const GRACE_MS = 20_000;
const tasks: Task[] = [];
let listening = false;
let ending = false;

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

/** Does all shutdown tasks and leaves with `code`. */
export async function shutDown(code: number): Promise<never> {
	ending = true;
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

function listen(): void {
	if (listening) return;
	listening = true;
	for (const signal of SIGNALS) {
		process.on(signal, () => {
			const code = 128 + constants.signals[signal];
			if (ending) process.exit(code);
			void shutDown(code);
		});
	}
}
