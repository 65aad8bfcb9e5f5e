import type { RunApi } from '../api/client';
import { ApiError } from '../api/errors';
import type { Pacing } from '../api/retry';
import { gate } from './concurrency';
import type { Ledger, LedgerEntry } from './ledger';
import { Poller } from './poll';
import { Progress } from './progress';
import { Submitter, type PlainRun, type Submission } from './submit';
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

const stillUnknown = (message: string): ApiError =>
	new ApiError({
		kind: 'network',
		message: `An earlier try was sent, but its answer was lost (${message})`,
		advice: '',
	});

/** What the ledger's entry says of a submission that is not made again. */
export const remembered = (entry: LedgerEntry): Submission =>
	'run_id' in entry
		? { kind: 'started', run_id: entry.run_id, since: 0 }
		: { kind: 'unknown', error: stillUnknown(entry.unknown) };

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
		if (!wait || submission.kind !== 'started') return submission;
		const outcome = await poller.wait({
			run_id: submission.run_id,
			app_id: run.app.sqid,
			since: clock.now(),
			deadline: clock.now() + maxWaitMs,
			lookNow: known !== undefined,
		});
		if (outcome.kind === 'ended' && ['failed', 'cancelled'].includes(outcome.run.status)) {
			ledger.forget(run.slot);
		}
		return outcome;
	};
	const outcomes = runs.map(async (run) => {
		const outcome = await enter(async () => await carry(run));
		progress?.note(outcome, run.app.total_cost);
		return outcome;
	});
	return await Promise.all(outcomes).finally(() => {
		progress?.end();
		submitter.close();
		budget.leave();
	});
};
