import { ApiError } from '../api/errors';
import type { AppSummary } from '../api/types';
import type { Submission } from '../runs/submit';
import type { RunOutcome } from '../runs/types';
import { allOver, outcomesOf, quietMs, type ParkedRun, type ParkMemory } from './looks';

/** An item that had no run yet when the execution was parked. */
export interface QueuedItem {
	itemIndex: number;
	app: AppSummary | undefined;
}

/** What of a park tells which items it waits for. */
export interface WaitedFor<R extends ParkedRun = ParkedRun, Q extends QueuedItem = QueuedItem> {
	runs: R[];
	queued: Q[];
	/** Ms since the epoch. */
	parkedAt: number;
	deadline: number;
	maxWaitMin: number;
}

/** So long without a word from who submits, in ms, and it is gone: its process has ended. */
const GONE_AFTER_MS = 60_000;
/** Where several processes share the calls, many words go to the others. */
const GONE_AFTER_SHARED_MS = 10 * 60_000;

/** Takes note of what came of an item's submission after the park; a run that is known stays. */
export const noteLate = (
	memory: ParkMemory,
	itemIndex: number,
	submission: Submission,
	now: number,
): void => {
	const known = memory.late.get(itemIndex);
	if (known?.kind === 'started' || known?.kind === submission.kind) return;
	memory.late.set(itemIndex, submission);
	memory.lastLateAt = now;
	if (submission.kind !== 'started') return;
	const { run_id, since } = submission;
	memory.startedLate.push({ itemIndex, run_id, since });
};

/** The runs of a park, put together once and added to, so that a call costs no more where they are many. */
interface KnownRuns {
	of: Pick<WaitedFor, 'runs' | 'queued'>;
	items: Map<number, QueuedItem>;
	/** How many of those started late are among them. */
	taken: number;
	runs: ParkedRun[];
}

const knownRuns = new WeakMap<ParkMemory, KnownRuns>();

/** The runs that the park waits for: those that it was made with, and those known to be started since. */
export const runsOf = (
	{ runs, queued }: Pick<WaitedFor, 'runs' | 'queued'>,
	memory: ParkMemory,
): readonly ParkedRun[] => {
	const before = knownRuns.get(memory);
	const known: KnownRuns =
		before && before.of.runs === runs && before.of.queued === queued
			? before
			: {
					of: { runs, queued },
					items: new Map(queued.map((item) => [item.itemIndex, item])),
					taken: 0,
					runs: [...runs],
				};
	knownRuns.set(memory, known);
	const { startedLate } = memory;
	for (; known.taken < startedLate.length; known.taken += 1) {
		const started = startedLate[known.taken];
		const item = started && known.items.get(started.itemIndex);
		if (started && item) known.runs.push({ ...started, app: item.app });
	}
	return known.runs;
};

/** The items of which it is not known whether they have a run. */
export const openItems = <Q extends QueuedItem>(
	{ queued }: { queued: Q[] },
	{ late }: ParkMemory,
): Q[] => queued.filter(({ itemIndex }) => !late.has(itemIndex));

const hasNoRun = ({ late }: ParkMemory, itemIndex: number): boolean =>
	late.get(itemIndex)?.kind !== 'started';

/** The items that a callback may give a run to: where an answer was lost, too. */
export const withoutRun = <Q extends QueuedItem>(
	{ queued }: { queued: Q[] },
	memory: ParkMemory,
): Q[] => queued.filter(({ itemIndex }) => hasNoRun(memory, itemIndex));

/** Whether the item is among those. Costs next to nothing where its run is known, as for most calls. */
export const isWithoutRun = (
	{ queued }: { queued: QueuedItem[] },
	memory: ParkMemory,
	wanted: number,
): boolean => hasNoRun(memory, wanted) && queued.some(({ itemIndex }) => itemIndex === wanted);

/** When who submits last gave a sign to this process, ms since the epoch; null: never. */
export const heardAtOf = ({ isSubmitting, task }: ParkMemory, now: number): number | null =>
	isSubmitting ? now : (task?.heardAt ?? null);

/** Takes note of a sign that another process has told of. */
export const noteSign = (memory: ParkMemory, heardAt: unknown): void => {
	if (typeof heardAt !== 'number' || memory.isSubmitting) return;
	const { heardAt: before = heardAt } = memory.task ?? {};
	memory.task = { heardAt: Math.max(before, heardAt), isShared: true };
};

/** When there last was a sign that somebody submits, ms since the epoch. */
const lastSignOf = ({ metAt, task }: ParkMemory): number => Math.max(metAt, task?.heardAt ?? 0);

/**
 * Whether nobody submits the open items any more: the process that did has ended. A process that has
 * never heard of that one may be one of several that share the calls, unless it is younger than the
 * park. Callbacks of runs that were started at the last moment get their time to come.
 */
export const isAbandoned = (memory: ParkMemory, now: number): boolean => {
	const { isSubmitting, isLate, task, lastCallbackAt = 0 } = memory;
	if (isSubmitting || (!task && !isLate)) return false;
	const goneAfter = task?.isShared === true ? GONE_AFTER_SHARED_MS : GONE_AFTER_MS;
	const sign = lastSignOf(memory);
	const quiet = Math.max(sign, lastCallbackAt);
	return now - sign >= goneAfter && now - quiet >= quietMs(memory);
};

const isOpen = ({ queued }: Pick<WaitedFor, 'queued'>, { late }: ParkMemory): boolean =>
	queued.some(({ itemIndex }) => !late.has(itemIndex));

/** Whether nothing is waited for any more. */
export const isOver = (park: WaitedFor, memory: ParkMemory, now: number): boolean =>
	(!isOpen(park, memory) || isAbandoned(memory, now)) && allOver(runsOf(park, memory), memory);

/** When the wait ends, ms since the epoch: *Max Wait* counts from the start of the last run. */
export const endOf = (park: WaitedFor, memory: ParkMemory, now: number): number => {
	const { deadline, maxWaitMin, parkedAt } = park;
	if (park.queued.length === 0) return deadline;
	const areOpen = isOpen(park, memory);
	if (areOpen && !isAbandoned(memory, now)) return deadline;
	const last = Math.max(parkedAt, memory.lastLateAt, areOpen ? lastSignOf(memory) : 0);
	return Math.min(deadline, last + maxWaitMin * 60_000);
};

/** The outcome of an item of which n8n forgot, with its process, whether it has a run. */
export const neverTold = (): Extract<RunOutcome, { kind: 'unknown' }> => ({
	kind: 'unknown',
	error: new ApiError({
		kind: 'network',
		message: 'n8n ended before it had saved which runs of this batch were started',
		advice: '',
	}),
	advice:
		'n8n’s log has the id of each run that was started, beside the item’s number: search it for “Magnific: started runs”. With the id, Run → Get gives the result.',
});

/** What became of all items of a park as far as it is known. */
export const lateOutcomes = <R extends ParkedRun, Q extends QueuedItem>(
	park: Pick<WaitedFor<R, Q>, 'runs' | 'queued'>,
	memory: ParkMemory,
): Array<{ item: R | Q; outcome: RunOutcome }> => {
	const runs = runsOf(park, memory);
	const outcomes = outcomesOf(runs, memory);
	const ofRuns = new Map(runs.map((run, i) => [run.itemIndex, outcomes[i]]));
	return [...park.runs, ...park.queued].map((item) => {
		const known = ofRuns.get(item.itemIndex) ?? memory.late.get(item.itemIndex);
		return { item, outcome: known ?? neverTold() };
	});
};
