import { secondsSince } from './progress';
import { isShuttingDown, shutDown } from './shutdown';

/** A check that did not pass; its message is all that a person needs to see. */
export class CheckFailed extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'CheckFailed';
	}
}

/** Runs one step of a longer job, announced by its name and closed with its time. */
export async function runStep<T>(name: string, step: () => Promise<T>): Promise<T> {
	console.log(`▶ ${name}`);
	const startedAt = Date.now();
	try {
		const result = await step();
		console.log(`✔ ${name} (${String(secondsSince(startedAt))} s)\n`);
		return result;
	} catch (error) {
		console.log(`✖ ${name} (${String(secondsSince(startedAt))} s)\n`);
		throw error;
	}
}

/**
 * Runs a script's main function, then what was left to `onShutdown`, and ends the process: with 1
 * when something was thrown, which is printed.
 *
 * @param closing the last words, after an error too
 */
export function runMain(main: () => Promise<void>, closing?: () => string): void {
	void main()
		.then(() => 0)
		.catch((error: unknown) => {
			if (isShuttingDown()) return 1;
			if (error instanceof Error) console.error(isExpected(error) ? error.message : error.stack);
			else console.error(error);
			return 1;
		})
		.finally(() => {
			if (closing && !isShuttingDown()) console.log(closing());
		})
		.then(shutDown);
}

function isExpected(error: Error): boolean {
	return ['CheckFailed', 'CommandFailed'].includes(error.name) || error.constructor === Error;
}
