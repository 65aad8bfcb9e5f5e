import type { IExecuteFunctions } from 'n8n-workflow';
import { createClient } from '../../../nodes/Magnific/api/client';
import type { Batch } from '../../../nodes/Magnific/batch/runBatch';

/** What an operation is handed, with nothing in it yet. */
export const batchOf = async (context: IExecuteFunctions): Promise<Batch> => {
	const client = await createClient(context);
	const signal = context.getExecutionCancelSignal();
	const pacing = { budget: client.budget, clock: client.clock, signal };
	return { ...client, signal, pacing, results: new Map(), knownRuns: [] };
};
