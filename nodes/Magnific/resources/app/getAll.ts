import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { findApps } from '../../api/apps';
import type { AppOwner } from '../../api/endpoints';
import { settle } from '../../api/errors';
import { callFailed } from '../../runs/failures';
import { filtersField, limitFields, readLimit } from '../../batch/listFields';
import { choice, text } from '../../batch/option';
import { optionReader } from '../../batch/options';
import { appShape } from '../../runs/outputShape';
import type { Operation } from '../operation';
import { failed, jsonItem, readItem, runBatch } from '../../batch/runBatch';

interface Wanted {
	owner: AppOwner;
	search: string;
	/** How many at most. */
	limit: number;
}

const owner = choice({
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
});

const search = text(
	{
		displayName: 'Search',
		name: 'search',
		type: 'string',
		default: '',
		placeholder: 'e.g. product photo',
		description: 'Only apps whose name or ID contains this text',
	},
	{ isOptional: true },
);

const filters = filtersField([owner.field, search.field]);

const readWanted = (context: IExecuteFunctions, itemIndex: number): Wanted => {
	const filter = optionReader(context, itemIndex, filters.name);
	return {
		owner: filter(owner),
		search: filter(search),
		limit: readLimit(context, itemIndex),
	};
};

/** App → Get Many: the apps that the key may run, or those that its owner made. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runBatch(this, async (batch, itemIndexes) => {
		for (const itemIndex of itemIndexes) {
			const wanted = readItem(batch, itemIndex, () => readWanted(this, itemIndex));
			if (!wanted) continue;
			const apps = await settle(() => findApps(batch, 'prepare', wanted.owner, wanted.search));
			batch.results.set(
				itemIndex,
				'error' in apps
					? failed(callFailed(itemIndex, apps.error))
					: {
							items: apps.value
								.slice(0, wanted.limit)
								.map((app) => jsonItem({ ...app }, itemIndex)),
						},
			);
		}
	});
}

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many apps',
	description: 'List the apps (flows) that the API key can see',
	builderHint:
		'Finds the sqid that App → Run and App → Get take; total_cost is what one run costs.',
	output: { usual: appShape },
	fields: [...limitFields, filters],
	execute,
};
