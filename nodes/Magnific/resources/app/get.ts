import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { loadApps } from '../../api/apps';
import type { JsonObject } from '../../api/guards';
import type { AppDefinition } from '../../api/types';
import { failed, jsonItem, readItem, runBatch } from '../../batch/runBatch';
import { simplify } from '../../batch/listFields';
import { readParameter } from '../../batch/options';
import type { Operation } from '../operation';
import { appLocator } from './locator';
import { appNotLoaded, readAppIds } from './appIds';

/** The definition without what a workflow does not need. */
const simplified = ({ sqid, name, total_cost, inputs }: AppDefinition): JsonObject => ({
	sqid,
	name,
	total_cost,
	inputs: inputs.map(
		({
			id,
			api_key,
			label,
			type,
			media_type,
			required,
			default: value,
			options,
			description,
			placeholder,
		}) => ({
			id,
			api_key,
			label,
			type,
			media_type,
			required,
			default: value,
			options,
			...(description === undefined ? {} : { description }),
			...(placeholder === undefined ? {} : { placeholder }),
		}),
	),
});

/** App → Get: the definition of the app of each item. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runBatch(this, async (batch, itemIndexes) => {
		const appIds = readAppIds(this, batch, itemIndexes);
		const apps = await loadApps(batch, appIds.values());
		for (const [itemIndex, appId] of appIds) {
			const app = apps.get(appId);
			const isSimple = readItem(batch, itemIndex, () => readParameter(this, simplify, itemIndex));
			if (!app || isSimple === undefined) continue;
			if ('error' in app) {
				batch.results.set(itemIndex, failed(appNotLoaded(itemIndex, appId, app.error)));
				continue;
			}
			const json = isSimple ? simplified(app.value) : app.value.raw;
			batch.results.set(itemIndex, { items: [jsonItem(json, itemIndex)] });
		}
	});
}

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get app',
	description: 'Get the definition of an app (flow): its inputs, their types and its cost',
	fields: [appLocator, simplify.field],
	execute,
};
