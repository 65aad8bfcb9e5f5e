import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import type { MagnificClient } from '../api/client';
import { failed, itemsInOrder, type Batch } from '../batch/runBatch';
import { collect } from '../batch/collect';
import { lateOutcomes } from './late';
import type { ParkMemory } from './looks';
import type { Park } from './state';

/**
 * The output of a parked execution: results in input order, files downloaded where wanted. Never
 * throws: what fails now comes out as an item with its run id.
 */
export const finishPark = async (
	context: IWebhookFunctions,
	client: MagnificClient,
	park: Park,
	memory: ParkMemory,
): Promise<INodeExecutionData[][]> => {
	const { budget, clock } = client;
	const batch: Batch = {
		...client,
		signal: undefined,
		pacing: { budget, clock },
		results: new Map(park.failures.map((failure) => [failure.itemIndex, failed(failure)])),
		knownRuns: [],
	};
	const carried = lateOutcomes(park, memory).map(({ item, outcome }) => {
		// A parked execution cannot be stopped with an error any more, so it always goes on.
		const options = { ...item.options, onTimeout: 'output' as const };
		return { ...item, options, outcome };
	});
	await collect(context, batch, carried, park.maxWaitMin);
	return [itemsInOrder(batch.results)];
};
