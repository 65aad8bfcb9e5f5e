import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { ApiError } from '../api/errors';
import type { AppSummary } from '../api/types';
import { unfinishedJson } from '../runs/output';
import { allOver, lookAtParked, outcomesOf, toLookAtBeforeParking, type ParkMemory } from './looks';
import { TIMER_AFTER_DEADLINE_MS } from './watchdog';
import { parkKeyOf } from './parkKey';
import { SET_PUBLIC_ADDRESS, unreachable } from '../callbacks/reachable';
import { failuresIn, itemsInOrder, jsonItem, mustStop, type Batch } from '../batch/runBatch';
import { besideRun, collect, noteRun, type Carried } from '../batch/collect';
import { savePark, type Park, type ParkedItem } from './state';
import { keepParking, parkingOf } from './tries';
import { watchOver } from './watchOver';

const refused = (message: string, advice: string): ApiError =>
	new ApiError({ kind: 'rejected', message, advice });

/** Where the runs' callbacks go. Throws an `ApiError` where this execution cannot be suspended. */
export const resumeUrlOf = (context: IExecuteFunctions, { settings }: Batch): string => {
	const polling = 'Set Wait to “Until Finished, Polling”';
	if (!context.getWorkflow().id || !context.getExecutionId()) {
		throw refused(
			'Nothing was started: n8n can only suspend the execution of a saved workflow',
			`Save the workflow, or: ${polling}.`,
		);
	}
	const resumeUrl: unknown = context.evaluateExpression('{{ $execution.resumeUrl }}', 0);
	const url = typeof resumeUrl === 'string' ? resumeUrl : '';
	const reason = unreachable(url, settings.baseUrl);
	if (reason !== undefined) {
		throw refused(
			`Nothing was started: the address under which n8n would be called back ${reason}`,
			`${SET_PUBLIC_ADDRESS}, or: ${polling}.`,
		);
	}
	return url;
};

/**
 * Suspends the execution until all runs that were started are over; the other outcomes are
 * collected at once. With *Stop Workflow*, one item that could not be started ends the execution
 * instead, with the ids of those that were. `memory` has the runs that are known to be over.
 */
export const parkStarted = async (
	context: IExecuteFunctions,
	batch: Batch,
	carried: Carried[],
	resumeUrl: string,
	maxWaitMin: number,
	{ hasCallbacks, memory }: { hasCallbacks: boolean; memory: ParkMemory },
): Promise<void> => {
	const started = carried.flatMap(({ itemIndex, options, outcome, app, reused }) =>
		outcome.kind === 'started' && app
			? [
					{
						itemIndex,
						options,
						app: summaryOf(app),
						run_id: outcome.run_id,
						since: outcome.since,
						reused,
					},
				]
			: [],
	);
	const others = carried.filter(({ outcome }) => outcome.kind !== 'started');
	await collect(context, batch, others, maxWaitMin);
	if (mustStop(context, batch) || batch.signal?.aborted === true) {
		for (const { itemIndex, outcome } of carried) noteRun(batch, itemIndex, outcome);
	} else if (started.length > 0) {
		await park(context, batch, started, resumeUrl, maxWaitMin, { hasCallbacks, memory });
	}
};

const summaryOf = ({ sqid, name, total_cost }: AppSummary): AppSummary => ({
	sqid,
	name,
	total_cost,
});

/**
 * What an earlier try has parked stays, with when it was submitted. An item whose parked run has
 * ended without a result may have another run since.
 */
const joinRuns = (parked: ParkedItem[], runs: ParkedItem[]): ParkedItem[] => {
	const earlier = new Map(parked.map((run) => [run.run_id, run]));
	const joined = [...parked, ...runs.map((run) => earlier.get(run.run_id) ?? run)];
	const lastOfItem = new Map(joined.map((run) => [run.itemIndex, run]));
	return [...lastOfItem.values()].sort((a, b) => a.itemIndex - b.itemIndex);
};

/**
 * Suspends the execution; where an earlier try of *Retry On Fail* has done so, that park is extended:
 * it keeps its id and its runs. n8n passes the unfinished runs on if its timer ends the wait. Where
 * all runs are over already, their results go into the batch, and nothing is suspended.
 * `hasCallbacks`: the runs were started with this execution's URL.
 */
export const park = async (
	context: IExecuteFunctions,
	batch: Batch,
	runs: ParkedItem[],
	resumeUrl: string,
	maxWaitMin: number,
	{ hasCallbacks, memory }: { hasCallbacks: boolean; memory: ParkMemory },
): Promise<void> => {
	const { clock, pacing, api } = batch;
	const earlier = parkingOf(context)?.park;
	if (!earlier) {
		const mayBeOver = toLookAtBeforeParking(runs, clock.now());
		await lookAtParked({ runs: mayBeOver, parkedAt: clock.now() }, memory, { ...pacing, api });
		if (allOver(runs, memory)) {
			const outcomes = outcomesOf(runs, memory);
			const carried = runs.flatMap((run, i) => {
				const outcome = outcomes[i];
				return outcome ? [{ ...run, outcome }] : [];
			});
			await collect(context, batch, carried, maxWaitMin);
			return;
		}
	}

	const joined = joinRuns(earlier?.runs ?? [], runs);
	for (const run of joined) batch.results.set(run.itemIndex, { items: [unfinishedItem(run)] });
	for (const run of earlier?.settled ?? []) memory.settled.set(run.run_id, run);
	const parkedAt = clock.now();
	const state: Park = {
		...parkKeyOf(context),
		resumeUrl,
		parkedAt,
		// Max Wait counts from the first suspension; the watchdog that goes on knows this time.
		deadline: earlier?.deadline ?? parkedAt + maxWaitMin * 60_000,
		maxWaitMin,
		runs: joined,
		settled: [...memory.settled.values()],
		failures: failuresIn(batch.results),
	};
	savePark(context, state);
	await context.putExecutionToWait(new Date(state.deadline + TIMER_AFTER_DEADLINE_MS));
	keepParking(context, {
		park: state,
		unfinished: itemsInOrder(batch.results),
		watch: () => {
			watchOver(context, state, { hasCallbacks });
		},
	});
};

const unfinishedItem = (parked: ParkedItem): INodeExecutionData => {
	const { itemIndex, run_id, app } = parked;
	const json = unfinishedJson({ kind: 'timed_out', run_id, status: null }, app);
	return jsonItem({ ...json, ...besideRun(parked) }, itemIndex);
};
