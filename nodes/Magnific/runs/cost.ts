import type { AppDefinition } from '../api/types';

export interface Costed {
	itemIndex: number;
	app: AppDefinition;
}

/**
 * What starting these runs would cost, in credits, and the apps whose cost the API does not tell
 * (they are not in the sum).
 */
export const totalCost = (runs: Costed[]): { credits: number; unknown: AppDefinition[] } => ({
	credits: runs.reduce((sum, { app }) => sum + (app.total_cost ?? 0), 0),
	unknown: [
		...new Map(
			runs.filter(({ app }) => app.total_cost === null).map(({ app }) => [app.sqid, app]),
		).values(),
	],
});

/**
 * Why these runs must not be started under a limit of `creditLimit` credits, of which earlier tries
 * have spent some; undefined where they may. A cost that is not known is over any limit.
 */
export const overLimit = (runs: Costed[], creditLimit: number, spent = 0): string | undefined => {
	const { credits, unknown } = totalCost(runs);
	if (unknown.length > 0) {
		const names = unknown.map(({ name, sqid }) => `“${name}” (${sqid})`).join(', ');
		return `Nothing was started: Magnific does not tell the cost of ${names}, so the credit limit of ${String(creditLimit)} cannot be kept`;
	}
	if (runs.length === 0 || spent + credits <= creditLimit) return undefined;
	const what = `${String(runs.length)} ${runs.length === 1 ? 'run' : 'runs'}`;
	return spent === 0
		? `Nothing was started: ${what} would cost ${String(credits)} credits, over the credit limit of ${String(creditLimit)}`
		: `Nothing more was started: earlier tries have spent ${String(spent)} credits and ${what} would cost ${String(credits)} credits, together over the credit limit of ${String(creditLimit)}`;
};
