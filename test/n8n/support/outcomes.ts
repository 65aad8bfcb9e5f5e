import type { Emulator } from '../../../emulator';
import type { Execution } from '../../../scripts/lib/n8n/execution';

/** The first input of the run that made an item: with it the items are told apart. */
export interface Outcome {
	headline: unknown;
	status: unknown;
	pairedItem: unknown;
}

/** What each item that came out of the Magnific node was made from, and how. */
export const outcomesOf = async (
	{ control }: Emulator,
	execution: Execution,
): Promise<Outcome[]> => {
	const headlines = new Map(
		(await control.runs()).map(({ run_id, inputs }) => [run_id, Object.values(inputs)[0]]),
	);
	return execution.items('Magnific').map(({ json, pairedItem }) => ({
		headline: headlines.get(String(json['run_id'])),
		status: json['status'],
		pairedItem,
	}));
};

/** The outcomes of items with these headlines that all went well, in input order. */
export const allCompleted = (headlines: readonly unknown[]): Outcome[] =>
	headlines.map((headline, item) => ({ headline, status: 'completed', pairedItem: { item } }));
