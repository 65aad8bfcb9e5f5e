import type { Batch } from '../../batch/runBatch';
import { runIdOf, type RunOutcome } from '../../runs/types';
import { lookAtParked, newMemory, type ParkMemory } from '../../suspended/looks';
import type { PlannedRun } from './plan';

/** A run of an item, and what came of it. `reused`: another item or execution has started it. */
export type CarriedRun = PlannedRun & { outcome: RunOutcome; reused: boolean };

/** What is known of runs that call another execution: ends that were read, and a look at each in `toLookAt`. */
export const readOthers = async (
	batch: Batch,
	carried: CarriedRun[],
	toLookAt: (run: CarriedRun) => boolean,
): Promise<ParkMemory> => {
	const memory = newMemory();
	for (const { outcome } of carried) {
		if (outcome.kind === 'ended') memory.settled.set(outcome.run.run_id, outcome.run);
	}
	const runs = carried
		.filter(toLookAt)
		.flatMap(({ itemIndex, app, outcome }) =>
			outcome.kind === 'started'
				? [{ itemIndex, app, run_id: outcome.run_id, since: outcome.since }]
				: [],
		);
	const { api, clock, pacing } = batch;
	await lookAtParked({ runs, parkedAt: clock.now() }, memory, { ...pacing, api }, true);
	return memory;
};

/** With its end, where that is known. */
export const withEnd = (run: CarriedRun, { settled }: ParkMemory): CarriedRun => {
	const ended = settled.get(runIdOf(run.outcome) ?? '');
	return ended ? { ...run, outcome: { kind: 'ended', run: ended } } : run;
};

/** As a run of the park, which knows its end by its memory. */
export const withoutEnd = (run: CarriedRun): CarriedRun =>
	run.outcome.kind === 'ended'
		? { ...run, outcome: { kind: 'started', run_id: run.outcome.run.run_id, since: 0 } }
		: run;

/** Whether all runs call this execution: those that another one has started call that one. */
export const allCallBack = (
	carried: CarriedRun[],
	isTakenOver: (run: PlannedRun) => boolean,
): boolean => {
	const isOwn = (run: CarriedRun): boolean => !run.reused && !isTakenOver(run);
	const own = new Set(carried.filter(isOwn).map(({ outcome }) => runIdOf(outcome)));
	return carried.every(({ outcome }) => own.has(runIdOf(outcome)));
};
