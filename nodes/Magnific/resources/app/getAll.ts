import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { findApps } from '../../api/apps';
import type { AppOwner } from '../../api/endpoints';
import { settle } from '../../api/errors';
import { isRecord, numberOrNull } from '../../api/guards';
import { callFailed } from '../../runs/failures';
import type { Operation } from '../operation';
import { failed, jsonItem, readItem, runBatch } from '../../batch/runBatch';

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
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
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

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many apps',
	description: 'List the apps that the API key can see',
	fields: [
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			default: 50,
			typeOptions: { minValue: 1 },
			displayOptions: { show: { returnAll: [false] } },
			description: 'Max number of results to return',
		},
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			options: [
				{
					displayName: 'Owner',
					name: 'owner',
					type: 'options',
					options: [
						{
							name: 'Available to Me',
							value: 'available',
							description: 'Published apps that this API key may run',
						},
						{
							name: 'Made by Me',
							value: 'mine',
							description: 'Apps of the key’s owner, drafts too; without their cost',
						},
					],
					default: 'available',
					description: 'Whose apps to return',
				},
				{
					displayName: 'Search',
					name: 'search',
					type: 'string',
					default: '',
					placeholder: 'e.g. product photo',
					description: 'Only apps whose name or ID contains this text',
				},
			],
		},
	],
	execute,
};
