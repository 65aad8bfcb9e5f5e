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
 * Why these runs must not be started under a limit of `creditLimit` credits; undefined where they
 * may. A cost that is not known is over any limit.
 */
export const overLimit = (runs: Costed[], creditLimit: number): string | undefined => {
	const { credits, unknown } = totalCost(runs);
	if (unknown.length > 0) {
		const names = unknown.map(({ name, sqid }) => `“${name}” (${sqid})`).join(', ');
		return `Nothing was started: Magnific does not tell the cost of ${names}, so the credit limit of ${String(creditLimit)} cannot be kept`;
	}
	if (credits <= creditLimit) return undefined;
	return `Nothing was started: ${String(runs.length)} ${runs.length === 1 ? 'run' : 'runs'} would cost ${String(credits)} credits, over the credit limit of ${String(creditLimit)}`;
};
