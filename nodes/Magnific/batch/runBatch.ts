import * as n8nWorkflow from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { createClient, type MagnificClient } from '../api/client';
import { ApiError } from '../api/errors';
import type { JsonObject } from '../api/guards';
import type { Pacing } from '../api/retry';
import { callFailed, invalidItem, listRuns, type Failure } from '../runs/failures';
import type { KnownRun } from '../runs/types';
import { throttleHints } from '../runs/notes';
import { showHints } from './showHints';
import { toNodeError } from './stoppingError';

/** What an item came to: its output, or why it has none. */
export type ItemResult = { items: INodeExecutionData[] } | { failure: Failure };

export const failed = (failure: Failure): ItemResult => ({ failure });

/** One execution of an operation: the client, the pace, and what became of each item. */
export interface Batch extends MagnificClient {
	signal: AbortSignal | undefined;
	pacing: Pacing;
	results: Map<number, ItemResult>;
	/** Runs that exist at Magnific, whatever became of their items; of a run noted twice the last counts. */
	knownRuns: KnownRun[];
}

/**
 * The engine routes `{ error, message, details }` to the error output since n8n 2.36, and without
 * `details` in every version. n8n tells a node no version; `recordConsumedAuth` came with 2.36.
 */
const routesDetails = 'recordConsumedAuth' in n8nWorkflow;

/** A failed item as it comes out under continue-on-fail. */
export const errorItem = ({
	itemIndex,
	message,
	advice,
	details,
}: Failure): INodeExecutionData => ({
	// With any other key n8n routes the item to the output of the successful ones.
	json: { error: message, message: `${message}. ${advice}`, ...(routesDetails && { details }) },
	pairedItem: { item: itemIndex },
});

const isFailed = (result: ItemResult): result is { failure: Failure } => 'failure' in result;

export const failuresIn = (results: Map<number, ItemResult>): Failure[] =>
	[...results.values()].filter(isFailed).map(({ failure }) => failure);

/** The output: every item's results, in input order. */
export const itemsInOrder = (results: Map<number, ItemResult>): INodeExecutionData[] =>
	[...results]
		.sort(([a], [b]) => a - b)
		.flatMap(([, result]) => (isFailed(result) ? [errorItem(result.failure)] : result.items));

/** Each run once, as it was noted last, in the order of the items. */
const eachOnce = (runs: KnownRun[]): KnownRun[] =>
	[...new Map(runs.map((run) => [run.run_id, run])).values()].sort(
		(a, b) => a.itemIndex - b.itemIndex,
	);

const unforeseen = (error: unknown): ApiError =>
	new ApiError({
		kind: 'rejected',
		message: error instanceof Error ? error.message : String(error),
		advice: 'If this goes on, report it to the makers of this node.',
	});

/**
 * Runs an operation over all items and gives its output in input order. Failed items become items
 * of the error output under continue-on-fail; else the first of them is thrown, with the ids of
 * all runs that exist. `operate` fills `batch.results`; an `ApiError` that it throws concerns
 * every item without a result. `startedByTries`: runs of this and earlier tries, to be named too.
 */
export const runBatch = async (
	context: IExecuteFunctions,
	operate: (batch: Batch, itemIndexes: number[]) => Promise<void>,
	startedByTries: () => KnownRun[] = () => [],
): Promise<INodeExecutionData[][]> => {
	const itemIndexes = context.getInputData().map((_, itemIndex) => itemIndex);
	if (itemIndexes.length === 0) return [[]];
	const results = new Map<number, ItemResult>();
	const knownRuns: KnownRun[] = [];
	const signal = context.getExecutionCancelSignal();

	try {
		const { budget: whole, ...client } = await createClient(context);
		const before = whole.refusals;
		const budget = whole.share();
		const pacing = { budget, clock: client.clock, signal };
		const batch = { ...client, budget, signal, pacing, results, knownRuns };
		await operate(batch, itemIndexes).finally(() => {
			budget.leave();
		});
		showHints(context, throttleHints(whole.refusals - before));
	} catch (error) {
		// Thrown on, it would make n8n hand out the input items as results under continue-on-fail.
		const concernsAll = error instanceof ApiError ? error : unforeseen(error);
		for (const itemIndex of itemIndexes) {
			if (!results.has(itemIndex)) {
				results.set(itemIndex, failed(callFailed(itemIndex, concernsAll)));
			}
		}
	}

	const runs = eachOnce([...startedByTries(), ...knownRuns]);
	if (signal?.aborted === true && runs.length > 0) {
		// n8n has saved a stopped execution before this node's error comes.
		context.logger.warn(
			`Magnific: the execution was stopped; its runs go on, and Run → Get reads them: ${listRuns(runs)}`,
		);
	}
	const failures = failuresIn(results);
	if (failures.length > 0 && (signal?.aborted === true || !context.continueOnFail())) {
		throw toNodeError(context.getNode(), failures, runs, itemIndexes.length);
	}
	return [itemsInOrder(results)];
};

/** True where going on would start runs although the workflow stops anyway. */
export const mustStop = (context: IExecuteFunctions, { results }: Batch): boolean =>
	!context.continueOnFail() && failuresIn(results).length > 0;

/**
 * Reads something of an item whose expressions may not resolve; then the item has failed and
 * undefined is returned, as it is for an item that has failed before.
 */
export const readItem = <T>(
	{ results }: Batch,
	itemIndex: number,
	read: () => T,
): T | undefined => {
	const earlier = results.get(itemIndex);
	if (earlier && isFailed(earlier)) return undefined;
	try {
		return read();
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		results.set(itemIndex, failed(invalidItem(itemIndex, [reason])));
		return undefined;
	}
};

export const jsonItem = (json: JsonObject, itemIndex: number): INodeExecutionData => ({
	json,
	pairedItem: { item: itemIndex },
});
