import { secondsSince } from './progress';

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

/** Runs a script's main function; what it throws is printed and ends the process with 1. */
export function runMain(main: () => Promise<void>): void {
	main().then(
		() => process.exit(),
		(error: unknown) => {
			if (error instanceof Error) console.error(isExpected(error) ? error.message : error.stack);
			else console.error(error);
			process.exit(1);
		},
	);
}

function isExpected(error: Error): boolean {
	return ['CheckFailed', 'CommandFailed'].includes(error.name) || error.constructor === Error;
}
