import type { RunApi } from '../api/client';
import { settle, type Settled } from '../api/errors';
import { withRetries, type Pacing } from '../api/retry';
import { isEnded, type AppSummary, type Run } from '../api/types';
import type { RunOutcome } from '../runs/types';

/** A run that a parked execution waits for. */
export interface ParkedRun {
	itemIndex: number;
	run_id: string;
	/** Undefined where it could not be read. */
	app: AppSummary | undefined;
	/** When it was submitted, ms since the epoch. */
	since: number;
}

/** What this process has learned about the runs of one parked execution. */
export interface ParkMemory {
	/** Runs that are over, by `run_id`. */
	settled: Map<string, Run>;
	/** This process was not there when the execution was parked: any callback may have been lost. */
	isLate: boolean;
	/** Runs that a look found going while the execution was parked: their callbacks are still to come. */
	seenGoing: Set<string>;
	/** A round of looks has found all that was over before: nothing but callbacks is missing since. */
	hasLooked: boolean;
	/** When a callback last came, of a start or of an end, ms since the epoch. */
	lastCallbackAt: number | undefined;
	/** Runs are being looked at: one round at a time. */
	looking: boolean;
	/** The execution is being resumed: once. */
	resuming: boolean;
}

export const newMemory = (isLate = false): ParkMemory => ({
	isLate,
	settled: new Map(),
	seenGoing: new Set(),
	hasLooked: false,
	lastCallbackAt: undefined,
	looking: false,
	resuming: false,
});

export const pendingRuns = (runs: ParkedRun[], { settled }: ParkMemory): ParkedRun[] =>
	runs.filter(({ run_id }) => !settled.has(run_id));

export const allOver = (runs: ParkedRun[], memory: ParkMemory): boolean =>
	pendingRuns(runs, memory).length === 0;

/** The outcomes of parked runs as far as they are known; the others have timed out. */
export const outcomesOf = (runs: ParkedRun[], { settled }: ParkMemory): RunOutcome[] =>
	runs.map(({ run_id }) => {
		const run = settled.get(run_id);
		return run ? { kind: 'ended', run } : { kind: 'timed_out', run_id, status: null };
	});

/** Runs submitted this long ago may be over, and their callbacks were refused while the node executed. */
export const MAY_BE_OVER_MS = 5_000;
/** Longer than most runs take: after so long without a callback one may have been lost. */
const LONGEST_QUIET_MS = 330_000;
const SHORTEST_QUIET_MS = 30_000;

const tookMs = ({ started_at, completed_at }: Run): number => {
	const ms = Date.parse(completed_at ?? '') - Date.parse(started_at ?? '');
	return Number.isNaN(ms) ? LONGEST_QUIET_MS : Math.max(0, ms);
};

/** How long it may be quiet between two callbacks: the others' runs tell what to expect. */
const quietMs = ({ settled }: ParkMemory): number => {
	if (settled.size === 0) return LONGEST_QUIET_MS;
	const longest = Math.max(...[...settled.values()].map(tookMs));
	return Math.min(LONGEST_QUIET_MS, SHORTEST_QUIET_MS + 2 * longest);
};

/** Whether callbacks of this park's runs have been seen to come lately, so that others will. */
const callbacksCome = (memory: ParkMemory, now: number): boolean =>
	memory.lastCallbackAt !== undefined && now - memory.lastCallbackAt < quietMs(memory);

/** Whether a look would only cost a request: callbacks come, and none can have been refused before the park. */
export const trustsCallbacks = (
	{ runs, parkedAt }: { runs: ParkedRun[]; parkedAt: number },
	memory: ParkMemory,
	now: number,
): boolean => {
	const mayHaveLost = memory.isLate || runs.some(({ since }) => parkedAt - since >= MAY_BE_OVER_MS);
	return callbacksCome(memory, now) && (memory.hasLooked || !mayHaveLost);
};

/** More looks than these are the watchdog's, so that the park is not put off. */
const MOST_LOOKS_BEFORE = 10;

/**
 * The runs to look at before parking: all of them, where each may be over and a few looks tell.
 * Else the park is certain, and callbacks that come while it is put off are refused.
 */
export const toLookAtBeforeParking = <T extends { since: number }>(runs: T[], now: number): T[] =>
	runs.length <= MOST_LOOKS_BEFORE && runs.every(({ since }) => now - since >= MAY_BE_OVER_MS)
		? runs
		: [];

const MOST_LOOKS_AT_ONCE = 10;
/** A round goes on over this many runs that still go: one for every four that are over … */
const HITS_PER_MISS = 4;
/** … and in large batches these, since the first ones may happen to be long. */
const RUNS_PER_MISS = 100;
const MOST_MISSES = 2;

/** Somebody else may use the key for long; a look that was refused so often leaves the rest to the watchdog. */
const MOST_REFUSALS = 20;

const isRefused = (found: Settled<Run>): boolean =>
	'error' in found && found.error.kind === 'rate_limited';

type Look = 'over' | 'going' | 'unknown run' | 'untold';

/**
 * Looks at the runs that are not known to be over, in order: first at those whose callbacks may have
 * been refused while others were submitted; where there are none, at the others, since callbacks may
 * be lost. Ends when hardly any is over: the execution can
 * only be resumed when all are, so the others need no look yet. With `all`, every run gets its look.
 * A look that tells nothing ends it too, but for a run that the API does not know. Never throws.
 */
export const lookAtParked = async (
	runs: ParkedRun[],
	memory: ParkMemory,
	seams: Pacing & { api: Pick<RunApi, 'getRun'> },
	all = false,
): Promise<void> => {
	if (runs.length === 0) return;
	const budget = seams.budget.share();
	await lookInRounds(runs, memory, { ...seams, budget }, all).finally(() => {
		budget.leave();
	});
};

const lookInRounds = async (
	runs: ParkedRun[],
	memory: ParkMemory,
	{ api, ...pacing }: Pacing & { api: Pick<RunApi, 'getRun'> },
	all: boolean,
): Promise<void> => {
	const read = (run_id: string) => async (): Promise<Run> =>
		await withRetries('poll', pacing, () => api.getRun(run_id), 2);
	const look = async ({ run_id }: ParkedRun): Promise<Look> => {
		let found = await settle(read(run_id));
		for (let tries = 1; isRefused(found) && tries < MOST_REFUSALS; tries++) {
			found = await settle(read(run_id));
		}
		if ('error' in found) return found.error.kind === 'not_found' ? 'unknown run' : 'untold';
		if (!isEnded(found.value.status)) {
			memory.seenGoing.add(run_id);
			return 'going';
		}
		if (!memory.settled.has(run_id)) memory.settled.set(run_id, found.value);
		return 'over';
	};

	const pending = pendingRuns(runs, memory);
	const lastSince = Math.max(...runs.map(({ since }) => since));
	const unknown = pending.filter(
		({ run_id, since }) =>
			!memory.seenGoing.has(run_id) && (memory.isLate || lastSince - since >= MAY_BE_OVER_MS),
	);
	const isForLost = !all && unknown.length === 0;
	if (isForLost) {
		memory.hasLooked = true;
		if (callbacksCome(memory, pacing.clock.now())) return;
	}
	const queue = all || isForLost ? pending : unknown;
	const more = isForLost ? 0 : Math.min(MOST_MISSES, Math.floor(runs.length / RUNS_PER_MISS));
	const counts = { over: 0, going: 0 };
	let width = 1;
	while (queue.length > 0) {
		// A callback may have told meanwhile.
		const next = queue.splice(0, width).filter(({ run_id }) => !memory.settled.has(run_id));
		const looks = await Promise.all(next.map(look));
		counts.over += looks.filter((found) => found === 'over').length;
		const misses = looks.filter((found) => found === 'going').length;
		counts.going += misses;
		width = misses > 0 ? 1 : Math.min(MOST_LOOKS_AT_ONCE, 2 * width + 1);
		if (all) continue;
		if (counts.going > more + counts.over / HITS_PER_MISS || looks.includes('untold')) return;
	}
	memory.hasLooked = true;
};
