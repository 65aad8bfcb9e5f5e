import type { RunApi } from '../api/client';
import { settle, type Settled } from '../api/errors';
import { withRetries, type Pacing } from '../api/retry';
import { isEnded, type AppSummary, type Run } from '../api/types';
import type { Submission } from '../runs/submit';
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
	/** Runs that were seen going while the execution was parked: their callbacks are still to come. */
	seenGoing: Set<string>;
	/** Runs of which a callback has told the end, but the API could not be asked or did not know yet. */
	toldOver: Set<string>;
	/** When a callback last came, of a start or of an end, ms since the epoch. */
	lastCallbackAt: number | undefined;
	/** What the shortest and the longest run took, in ms; undefined before one is over. */
	took: { shortest: number; longest: number } | undefined;
	/** Stops the round of looks that is under way: one at a time. */
	round: AbortController | undefined;
	/** A watchdog of this process calls the execution. */
	isWatched: boolean;
	/** The execution is going on: once. */
	isGoingOn: boolean;
	/** The time is up: what is known comes out. */
	isOverdue: boolean;
	/** It was said that this park refuses callbacks: once. */
	hasSaidRefused: boolean;
	/** What came of the items that had no run at the park, by their index. */
	late: Map<number, Submission>;
	/** Of these the runs, in the order in which they were learned of. */
	startedLate: Array<Omit<ParkedRun, 'app'>>;
	/** When that was last learned, ms since the epoch; 0: never. */
	lastLateAt: number;
	/** This process submits them. */
	isSubmitting: boolean;
	/**
	 * What another process that does has said: when last, ms since the epoch, and whether several
	 * processes have answered it.
	 */
	task: { heardAt: number; isShared: boolean } | undefined;
	/** When this process met the park, ms since the epoch. */
	metAt: number;
	/** Aborted when the execution has gone on: nobody need watch over it any more. */
	gone: AbortController;
}

export const newMemory = (isLate = false, metAt = 0): ParkMemory => ({
	isLate,
	metAt,
	late: new Map(),
	startedLate: [],
	lastLateAt: 0,
	isSubmitting: false,
	task: undefined,
	settled: new Map(),
	seenGoing: new Set(),
	toldOver: new Set(),
	lastCallbackAt: undefined,
	took: undefined,
	round: undefined,
	isWatched: false,
	isGoingOn: false,
	isOverdue: false,
	hasSaidRefused: false,
	gone: new AbortController(),
});

/** A callback has told that a run goes. */
export const noteStart = (memory: ParkMemory, { run_id }: ParkedRun): void => {
	memory.seenGoing.add(run_id);
};

const tookMs = (run: Run, { since }: ParkedRun, now: number): number => {
	const ms = Date.parse(run.completed_at ?? '') - Date.parse(run.started_at ?? '');
	return Math.max(0, Number.isNaN(ms) ? now - since : ms);
};

/** A run is over, as a callback or a look told at `now`, ms since the epoch; who told first is believed. */
export const noteEnd = (memory: ParkMemory, parked: ParkedRun, run: Run, now: number): void => {
	if (memory.settled.has(parked.run_id)) return;
	memory.settled.set(parked.run_id, run);
	const ms = tookMs(run, parked, now);
	const { shortest, longest } = memory.took ?? { shortest: ms, longest: ms };
	memory.took = { shortest: Math.min(shortest, ms), longest: Math.max(longest, ms) };
};

export const pendingRuns = (runs: readonly ParkedRun[], { settled }: ParkMemory): ParkedRun[] =>
	runs.filter(({ run_id }) => !settled.has(run_id));

export const allOver = (runs: readonly ParkedRun[], { settled }: ParkMemory): boolean =>
	runs.every(({ run_id }) => settled.has(run_id));

/** The outcomes of parked runs as far as they are known; the others have timed out. */
export const outcomesOf = (runs: readonly ParkedRun[], { settled }: ParkMemory): RunOutcome[] =>
	runs.map(({ run_id }) => {
		const run = settled.get(run_id);
		return run ? { kind: 'ended', run } : { kind: 'timed_out', run_id, status: null };
	});

/** Runs submitted this long ago may be over, and their callbacks were refused while the node executed. */
export const MAY_BE_OVER_MS = 5_000;
/** Longer than most runs take: after so long without a callback one may have been lost. */
const LONGEST_QUIET_MS = 330_000;
const SHORTEST_QUIET_MS = 30_000;

/** How long it may be quiet between two callbacks: the others' runs tell what to expect. */
export const quietMs = ({ took }: ParkMemory): number =>
	took ? Math.min(LONGEST_QUIET_MS, SHORTEST_QUIET_MS + 2 * took.longest) : LONGEST_QUIET_MS;

/** Whether callbacks of this park's runs have been seen to come lately, so that others will. */
const callbacksCome = (memory: ParkMemory, now: number): boolean =>
	memory.lastCallbackAt !== undefined && now - memory.lastCallbackAt < quietMs(memory);

/** The part of a park that tells which callbacks may have been missed. */
export interface ParkedRuns {
	runs: readonly ParkedRun[];
	/** Ms since the epoch. */
	parkedAt: number;
}

/** Between the node's end and the moment from which n8n takes calls for the parked execution. */
const SAVING_MS = 1_000;

/**
 * Whether no callback of a pending run is certain to come: its end may have been told while the node
 * still executed and n8n refused the call, or while this process was not there. The runs that are
 * over tell how short one may be.
 */
const mayBeMissed = (
	{ run_id, since }: ParkedRun,
	{ parkedAt }: ParkedRuns,
	{ toldOver, seenGoing, isLate, took }: ParkMemory,
): boolean => {
	if (toldOver.has(run_id)) return true;
	if (seenGoing.has(run_id)) return false;
	const shortest = Math.min(MAY_BE_OVER_MS, (took?.shortest ?? Infinity) - SAVING_MS);
	return isLate || parkedAt - since >= shortest;
};

/** Whether a look would only cost a request: callbacks come, and none can have been missed. */
export const trustsCallbacks = (park: ParkedRuns, memory: ParkMemory, now: number): boolean =>
	callbacksCome(memory, now) &&
	!pendingRuns(park.runs, memory).some((run) => mayBeMissed(run, park, memory));

/** Whether no callback is certain to come any more although runs are pending: only a look tells. */
export const onlyLooksTell = (park: ParkedRuns, memory: ParkMemory): boolean => {
	const { settled } = memory;
	let arePending = false;
	for (const run of park.runs) {
		if (settled.has(run.run_id)) continue;
		if (!mayBeMissed(run, park, memory)) return false;
		arePending = true;
	}
	return arePending;
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

type Looker = Pacing & { api: Pick<RunApi, 'getRun'> };

/** Looks at one run: its end is noted, or that it still goes. Never throws. */
export const lookAtRun = async (
	parked: ParkedRun,
	memory: ParkMemory,
	{ api, ...pacing }: Looker,
	maxTries = 2,
): Promise<Look> => {
	const { run_id } = parked;
	const read = async (): Promise<Settled<Run>> =>
		await settle(() => withRetries('poll', pacing, () => api.getRun(run_id), maxTries));
	let found = await read();
	for (let tries = 1; isRefused(found) && tries < MOST_REFUSALS; tries++) found = await read();
	if ('error' in found) return found.error.kind === 'not_found' ? 'unknown run' : 'untold';
	if (!isEnded(found.value.status)) {
		memory.seenGoing.add(run_id);
		return 'going';
	}
	noteEnd(memory, parked, found.value, pacing.clock.now());
	return 'over';
};

/**
 * Looks at the runs that are not known to be over, in order: first at those whose callbacks may have
 * been missed; where there are none, at the others, since callbacks may be lost. Ends when hardly
 * any is over: the execution can only go on when all are, so the others need no look yet. With
 * `all`, every run gets its look. A look that tells nothing ends it too, but for a run that the API
 * does not know. Ends at once when the seams' signal is aborted. Never throws.
 */
export const lookAtParked = async (
	park: ParkedRuns,
	memory: ParkMemory,
	seams: Looker,
	all = false,
): Promise<void> => {
	const queue = toLookAt(park, memory, seams.clock.now(), all);
	if (queue.length === 0) return;
	const budget = seams.budget.share();
	const share = { ...seams, budget };
	await lookInRounds(queue, park, memory, share, all).finally(() => {
		budget.leave();
	});
};

const toLookAt = (park: ParkedRuns, memory: ParkMemory, now: number, all: boolean): ParkedRun[] => {
	const pending = pendingRuns(park.runs, memory);
	if (all) return pending;
	const missed = pending.filter((run) => mayBeMissed(run, park, memory));
	if (missed.length > 0) return missed;
	return callbacksCome(memory, now) ? [] : pending;
};

const lookInRounds = async (
	queue: ParkedRun[],
	park: ParkedRuns,
	memory: ParkMemory,
	seams: Looker,
	all: boolean,
): Promise<void> => {
	const isPending = ({ run_id }: ParkedRun): boolean => !memory.settled.has(run_id);
	const mayBeOver = queue.some((run) => mayBeMissed(run, park, memory));
	const more = mayBeOver ? Math.min(MOST_MISSES, Math.floor(park.runs.length / RUNS_PER_MISS)) : 0;
	const counts = { over: 0, going: 0 };
	let width = 1;
	while (queue.length > 0 && seams.signal?.aborted !== true) {
		// A callback may have told meanwhile.
		const next = queue.splice(0, width).filter(isPending);
		const looks = await Promise.all(next.map((run) => lookAtRun(run, memory, seams)));
		counts.over += looks.filter((found) => found === 'over').length;
		const misses = looks.filter((found) => found === 'going').length;
		counts.going += misses;
		width = misses > 0 ? 1 : Math.min(MOST_LOOKS_AT_ONCE, 2 * width + 1);
		if (all) continue;
		if (counts.going > more + counts.over / HITS_PER_MISS || looks.includes('untold')) return;
	}
};
