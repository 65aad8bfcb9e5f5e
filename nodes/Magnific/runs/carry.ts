import type { RunApi } from '../api/client';
import type { Pacing } from '../api/retry';
import { gate } from './concurrency';
import type { Ledger } from './ledger';
import { Poller } from './poll';
import { Progress } from './progress';
import { remembered, Submitter, type PlainRun } from './submit';
import type { RunOutcome } from './types';

export interface CarryOptions {
	/** False: submit and come back. */
	wait: boolean;
	/** How long one run may take from its submission on, in ms; then it counts as timed out. */
	maxWaitMs: number;
	/** How many runs may be going at once; 0 = as many as the budget lets through. */
	maxConcurrentRuns: number;
}

export interface CarrySeams extends Pacing {
	api: RunApi;
	ledger: Ledger;
	/** Gets a line once a minute that says how far the batch is. */
	tell?: (line: string) => void;
}

/**
 * Carries the runs of one execution: submits them all at once as the budget allows, in order, and
 * waits for each by polling. A run that the ledger knows is not submitted again but waited for.
 * The outcomes come in the order of `runs`. Never rejects: a stopped execution too ends in outcomes.
 */
export const carryRuns = async (
	runs: PlainRun[],
	seams: CarrySeams,
	{ wait, maxWaitMs, maxConcurrentRuns }: CarryOptions,
): Promise<RunOutcome[]> => {
	const { clock, ledger } = seams;
	const budget = seams.budget.share();
	const shared = { ...seams, budget };
	const submitter = new Submitter(shared, maxWaitMs);
	const poller = new Poller(shared);
	const enter = gate(wait ? maxConcurrentRuns : 0);
	let queued = runs.length;
	const progress =
		wait && seams.tell
			? new Progress(clock, runs.length, seams.tell, () => ({
					queued,
					msLeft: poller.msLeft(queued),
				}))
			: undefined;

	const carry = async (run: PlainRun): Promise<RunOutcome> => {
		const known = ledger.recall(run.slot);
		const submission = known ? remembered(known) : await submitter.submit(run);
		queued -= 1;
		if (known && 'run_id' in known && known.ended) return { kind: 'ended', run: known.ended };
		if (!wait || submission.kind !== 'started') return submission;
		const outcome = await poller.wait({
			run_id: submission.run_id,
			app_id: run.app.sqid,
			since: clock.now(),
			deadline: clock.now() + maxWaitMs,
			lookNow: submission.since === 0,
		});
		if (outcome.kind === 'ended') ledger.saw(run.slot, outcome.run);
		return outcome;
	};
	const outcomes = runs.map(async (run) => {
		const outcome = await enter(async () => await carry(run));
		const isReused = ledger.recall(run.slot)?.reused === true;
		progress?.note(outcome, isReused ? 0 : run.app.total_cost);
		return outcome;
	});
	return await Promise.all(outcomes).finally(() => {
		progress?.end();
		submitter.close();
		budget.leave();
	});
};
