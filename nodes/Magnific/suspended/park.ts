import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { systemClock } from '../api/clock';
import { ApiError } from '../api/errors';
import { unfinishedJson } from '../runs/output';
import { allOver, lookAtParked, outcomesOf, toLookAtBeforeParking, type ParkMemory } from './looks';
import { TIMER_AFTER_DEADLINE_MS } from './watchdog';
import { parkKeyOf } from './parkKey';
import { SET_PUBLIC_ADDRESS, unreachable } from '../callbacks/reachable';
import { failureOf } from '../runs/failures';
import {
	failed,
	failuresIn,
	itemsInOrder,
	jsonItem,
	mustStop,
	type Batch,
	type ItemResult,
} from '../batch/runBatch';
import { besideRun, collect, noteRun, type Carried } from '../batch/collect';
import { neverTold } from './late';
import { parkMemories } from './memories';
import { parkedSide } from './parkedSide';
import { savePark, type Park, type ParkedItem, type ParkedQueuedItem } from './state';
import type { Submissions } from './submissions';
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

/** How an execution is suspended, and what is known when it is. */
export interface Parking {
	resumeUrl: string;
	maxWaitMin: number;
	/** False where runs were started without this execution's URL. */
	hasCallbacks: boolean;
	/** The runs that are known to be over. */
	memory: ParkMemory;
	/** Items that have no run yet, and who submits them after the park. */
	late?: { queued: ParkedQueuedItem[]; submissions: Submissions } | undefined;
}

/**
 * Suspends the execution until all runs are over, those too that are started after the park; the
 * outcomes of what was not started are collected at once. With *Stop Workflow*, one item that could
 * not be started ends the execution instead, with the ids of those that were.
 */
export const parkStarted = async (
	context: IExecuteFunctions,
	batch: Batch,
	carried: Carried[],
	parking: Parking,
): Promise<void> => {
	const { late, maxWaitMin } = parking;
	const started = carried.flatMap(({ itemIndex, options, outcome, app, reused }) =>
		outcome.kind === 'started' && app
			? [
					{
						itemIndex,
						options,
						app,
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
		late?.submissions.stop();
		for (const { itemIndex, outcome } of carried) noteRun(batch, itemIndex, outcome);
	} else if (started.length > 0 || (late && late.queued.length > 0)) {
		await park(context, batch, started, parking);
	}
};

/**
 * What an earlier try has parked stays, with when it was submitted. An item whose parked run has
 * ended without a result may have another run since.
 */
const joinRuns = (parked: ParkedItem[], runs: ParkedItem[]): ParkedItem[] => {
	const earlier = new Map(parked.map((run) => [run.run_id, run]));
	return inOrder([...parked, ...runs.map((run) => earlier.get(run.run_id) ?? run)]);
};

/** The last one of each item. */
const inOrder = <T extends { itemIndex: number }>(items: T[]): T[] =>
	[...new Map(items.map((item) => [item.itemIndex, item])).values()].sort(
		(a, b) => a.itemIndex - b.itemIndex,
	);

/** The items that have no run yet, of this try and of those before; what came of one meanwhile is noted later. */
const queuedIn = (
	earlier: Park | undefined,
	runs: ParkedItem[],
	late: Parking['late'],
): ParkedQueuedItem[] => {
	const started = new Set(runs.map(({ itemIndex }) => itemIndex));
	return inOrder([...(earlier?.queued ?? []), ...(late?.queued ?? [])]).filter(
		({ itemIndex }) => !started.has(itemIndex),
	);
};

/**
 * Suspends the execution; where an earlier try of *Retry On Fail* has done so, that park is extended:
 * it keeps its id and its runs. n8n passes the unfinished runs on if its timer ends the wait. Where
 * all runs are over already, their results go into the batch, and nothing is suspended.
 */
export const park = async (
	context: IExecuteFunctions,
	batch: Batch,
	added: ParkedItem[],
	{ resumeUrl, maxWaitMin, hasCallbacks, memory, late }: Parking,
): Promise<void> => {
	const { clock, pacing, api, results } = batch;
	const earlier = parkingOf(context)?.park;
	const runs = joinRuns(earlier?.runs ?? [], added);
	const queued = queuedIn(earlier, runs, late);
	if (!earlier && queued.length === 0) {
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

	for (const run of runs) results.set(run.itemIndex, { items: [unfinishedItem(run)] });
	for (const run of earlier?.settled ?? []) memory.settled.set(run.run_id, run);
	const parkedAt = clock.now();
	const submissionMs =
		late?.submissions.longestMs(queued.length, batch.budget.requestsPerMinute) ?? 0;
	const latest = parkedAt + submissionMs + maxWaitMin * 60_000;
	// The same object in all tries: who watches over it sees that it was extended.
	const state: Park = Object.assign(earlier ?? {}, {
		...parkKeyOf(context),
		resumeUrl,
		parkedAt,
		// Max Wait counts from the first suspension, or from the start of the last run after it.
		deadline: earlier && queued.length === 0 ? earlier.deadline : latest,
		maxWaitMin,
		runs,
		queued,
		settled: [...memory.settled.values()],
		failures: failuresIn(results),
	});
	savePark(context, state);
	await context.putExecutionToWait(new Date(state.deadline + TIMER_AFTER_DEADLINE_MS));
	keepParking(context, {
		park: state,
		submissions: late?.submissions,
		unfinished: itemsInOrder(new Map([...results, ...neverStarted(queued, maxWaitMin)])),
		watch: () => {
			if (late && queued.length > 0) submitAfter(context, state, late.submissions);
			watchOver(context, state, {
				hasCallbacks,
				atTheEnd: async () => {
					await late?.submissions.end(LAST_ANSWERS_MS);
				},
			});
		},
	});
};

/** How long submissions that were sent may take to be answered at the end of the time, in ms. */
const LAST_ANSWERS_MS = 10_000;

/** Lets the submissions go on after the park; they end when the execution does not wait any more. */
const submitAfter = (context: IExecuteFunctions, state: Park, submissions: Submissions): void => {
	const memory = parkMemories.of(state, systemClock.now());
	if (!memory) return;
	memory.isSubmitting = true;
	memory.gone.signal.addEventListener('abort', submissions.stop);
	void submissions.goOn(parkedSide(context, state, memory, submissions)).then(() => {
		memory.isSubmitting = false;
		memory.gone.signal.removeEventListener('abort', submissions.stop);
	});
};

const unfinishedItem = (parked: ParkedItem): INodeExecutionData => {
	const { itemIndex, run_id, app } = parked;
	const json = unfinishedJson({ kind: 'timed_out', run_id, status: null }, app);
	return jsonItem({ ...json, ...besideRun(parked) }, itemIndex);
};

/** What n8n's timer passes on for items that had no run at the park: nobody is left to tell. */
const neverStarted = (queued: ParkedQueuedItem[], maxWaitMin: number): Map<number, ItemResult> =>
	new Map(
		queued.flatMap(({ itemIndex, app, options }) => {
			const failure = failureOf(itemIndex, app, neverTold(), options, maxWaitMin);
			return failure ? [[itemIndex, failed(failure)] as const] : [];
		}),
	);
