import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { findApps } from '../api/apps';
import type { AppOwner } from '../api/endpoints';
import { settle } from '../api/errors';
import { isRecord, numberOrNull } from '../api/guards';
import { callFailed } from '../runs/failures';
import { failed, jsonItem, readItem, runBatch } from './batch';

interface Wanted {
	owner: AppOwner;
	search: string;
	/** How many at most. */
	limit: number;
}

const DEFAULT_LIMIT = 50;

const readWanted = (context: IExecuteFunctions, itemIndex: number): Wanted => {
	const filters: unknown = context.getNodeParameter('filters', itemIndex, {});
	const { owner, search } = isRecord(filters) ? filters : {};
	const all = context.getNodeParameter('returnAll', itemIndex, false);
	const limit = numberOrNull(context.getNodeParameter('limit', itemIndex, DEFAULT_LIMIT));
	return {
		owner: owner === 'mine' ? 'mine' : 'available',
		search: typeof search === 'string' ? search : '',
		limit: all ? Infinity : Math.max(1, limit ?? DEFAULT_LIMIT),
	};
};

/** App → Get Many: the apps that the key may run, or those that its owner made. */
export async function appGetAll(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runBatch(this, async (batch, itemIndexes) => {
		for (const itemIndex of itemIndexes) {
			const wanted = readItem(batch, itemIndex, () => readWanted(this, itemIndex));
			if (!wanted) continue;
			const { owner, search, limit } = wanted;
			const apps = await settle(() => findApps(batch, 'prepare', owner, search));
			batch.results.set(
				itemIndex,
				'error' in apps
					? failed(callFailed(itemIndex, apps.error))
					: { items: apps.value.slice(0, limit).map((app) => jsonItem({ ...app }, itemIndex)) },
			);
		}
	});
}
