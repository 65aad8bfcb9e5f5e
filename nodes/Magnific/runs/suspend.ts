import type { RunApi } from '../api/client';
import { settle } from '../api/errors';
import { withRetries, type Pacing } from '../api/retry';
import { isEnded, type AppSummary, type Run } from '../api/types';
import type { RunOutcome } from './types';

/** A run that a parked execution waits for. */
export interface ParkedRun {
	itemIndex: number;
	run_id: string;
	/** Undefined where it could not be read. */
	app: AppSummary | undefined;
}

/** What this process has learned about the runs of one parked execution. */
export interface ParkMemory {
	/** Runs that are over, by `run_id`. */
	settled: Map<string, Run>;
	/** When a callback last told something, ms since the epoch. */
	lastCallbackAt: number | undefined;
	/** Runs are being looked at: one round at a time. */
	looking: boolean;
	/** The execution is being resumed: once. */
	resuming: boolean;
}

export const newMemory = (): ParkMemory => ({
	settled: new Map(),
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

/** Callbacks that came this short a time ago show that the way is open: no need to look. */
const TRUST_MS = 60_000;

/** Whether callbacks have been seen to arrive lately, so that a look would only cost a request. */
export const trustsCallbacks = ({ lastCallbackAt }: ParkMemory, now: number): boolean =>
	lastCallbackAt !== undefined && now - lastCallbackAt < TRUST_MS;

/**
 * Looks at the runs that are not known to be over, in order, and stops at the first that still
 * goes: the execution can only be resumed when all are over, so the others need no look yet.
 * With `all`, every run gets its look. A look that tells nothing stops it too. Never throws.
 */
export const lookAtParked = async (
	runs: ParkedRun[],
	memory: ParkMemory,
	seams: Pacing & { api: Pick<RunApi, 'getRun'> },
	all = false,
): Promise<void> => {
	const { api, ...pacing } = seams;
	for (const { run_id } of pendingRuns(runs, memory)) {
		// A callback may have told meanwhile.
		if (memory.settled.has(run_id)) continue;
		const look = await settle(() => withRetries('poll', pacing, () => api.getRun(run_id), 2));
		if ('value' in look && isEnded(look.value.status)) memory.settled.set(run_id, look.value);
		else if (!all) return;
	}
};
