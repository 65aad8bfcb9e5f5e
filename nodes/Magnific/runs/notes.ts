import { expiresAt } from './output';
import type { RunOutcome } from './types';

/** Links that stop working within this time are worth a word. */
const SOON_MS = 60 * 60_000;

const runs = (count: number): string => (count === 1 ? '1 run' : `${String(count)} runs`);

/**
 * What the runs that this execution has started cost, as one sentence; none where nothing was
 * started. `credits`: the cost of each, null where it is not known.
 */
export const costHints = (credits: Array<number | null>): string[] => {
	if (credits.length === 0) return [];
	const known = credits.filter((cost) => cost !== null);
	const total = known.reduce((sum, cost) => sum + cost, 0);
	const unknown = credits.length - known.length;
	if (known.length === 0) return [`${runs(unknown)} started, of unknown cost.`];
	const cost = `${runs(known.length)} started, ${String(total)} ${total === 1 ? 'credit' : 'credits'}.`;
	return [unknown === 0 ? cost : `${cost} ${runs(unknown)} more of unknown cost.`];
};

/** That the execution goes on starting runs while it is suspended. `count`: how many. */
export const queuedHints = (count: number): string[] =>
	count === 0
		? []
		: [
				`${runs(count)} more ${count === 1 ? 'is' : 'are'} started while the execution is suspended.`,
			];

/** What was saved by runs that were taken up, as one sentence. `credits` as for `costHints`. */
export const reuseHints = (credits: Array<number | null>): string[] => {
	if (credits.length === 0) return [];
	const total = credits.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
	const saved = total === 1 ? '1 credit was' : `${String(total)} credits were`;
	const isKnown = credits.every((cost) => cost !== null);
	return [`${runs(credits.length)} reused: ${isKnown ? '' : 'at least '}${saved} not spent.`];
};

/** That items without a key start a run of their own. */
export const keylessHints = (itemIndexes: number[]): string[] => {
	if (itemIndexes.length === 0) return [];
	const shown = itemIndexes.slice(0, 10).map(String).join(', ');
	const more = itemIndexes.length > 10 ? ', …' : '';
	const [items, are] = itemIndexes.length === 1 ? ['item', 'is'] : ['items', 'are'];
	return [`Reuse Key gives nothing for ${items} ${shown}${more}, which ${are} not reused.`];
};

/** That nobody waits for runs. `count`: how many were started, and no trigger is told of their end. */
export const unwatchedHints = (count: number): string[] =>
	count === 0
		? []
		: [
				`No trigger is told when ${count === 1 ? 'the run ends' : 'the runs end'}: choose one in the option Notify Trigger, or pass the run_id to Run → Wait.`,
			];

const minutes = (count: number): string =>
	count === 1 ? '1 minute' : `${String(Math.round(count * 10) / 10)} minutes`;

/** That the workflow's timeout, s, ends the wait before Max Wait does. */
export const timeoutHints = (timeoutS: number, maxWaitMin: number): string[] =>
	timeoutS >= maxWaitMin * 60
		? []
		: [
				`The timeout of this workflow (${minutes(timeoutS / 60)}) is shorter than Max Wait (${minutes(maxWaitMin)}): n8n ends the execution then, and results that are paid for do not come out. Set Max Wait below it, wait suspended, or change Timeout Workflow in the workflow’s settings.`,
			];

/** What a user may overlook in the items that came out. `now` in ms since the epoch. */
export const outcomeHints = (outcomes: RunOutcome[], now: number): string[] => {
	const ended = outcomes.flatMap((outcome) => (outcome.kind === 'ended' ? [outcome.run] : []));
	const partial = ended.filter(({ status }) => status === 'completed_with_errors').length;
	const unfinished = outcomes.filter(
		({ kind }) => kind === 'timed_out' || kind === 'unreadable',
	).length;
	const ends = ended.flatMap((run) => {
		const at = Date.parse(expiresAt(run) ?? '');
		return Number.isNaN(at) ? [] : [at - now];
	});
	const expired = ends.filter((left) => left <= 0).length;
	const expiring = ends.filter((left) => left > 0 && left <= SOON_MS).length;
	return [
		...(unfinished > 0
			? [
					`${runs(unfinished)} not over yet: pass the run_id to Run → Wait to get the results, which are paid for.`,
				]
			: []),
		...(partial > 0
			? [`${runs(partial)} made only a part of the results: see status completed_with_errors.`]
			: []),
		...(expiring > 0
			? [
					`The links of ${runs(expiring)} expire within the hour. Turn on Download Files to keep the files.`,
				]
			: []),
		...(expired > 0 ? [`The links of ${runs(expired)} have expired.`] : []),
	];
};

/** That others use the key too. `refusals`: how often Magnific asked to slow down meanwhile. */
export const throttleHints = (refusals: number): string[] =>
	refusals === 0
		? []
		: [
				`Magnific asked to slow down (429) ${refusals === 1 ? 'once' : `${String(refusals)} times`}: something else uses the same API key. Nothing was lost; a lower Requests Per Minute in the credential avoids it.`,
			];
