import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { loadApps } from '../../api/apps';
import { isJsonObject, type JsonObject, type JsonRecord } from '../../api/guards';
import type { AppDefinition, AppInput } from '../../api/types';
import { failed, jsonItem, readItem, runBatch } from '../../batch/runBatch';
import { simplify } from '../../batch/listFields';
import { choice } from '../../batch/option';
import { readParameter } from '../../batch/options';
import { appShape } from '../../runs/outputShape';
import {
	detail,
	list,
	optional,
	orNull,
	record,
	scalar,
	text,
	yesOrNo,
	type Shape,
} from '../../runs/shape';
import type { Operation } from '../operation';
import { wantsRaw } from '../toolOutput';
import { appLocator } from './locator';
import { appNotLoaded, readAppIds } from './appIds';

const simplifiedInput = ({
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
}: AppInput): JsonRecord => ({
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
});

/** The definition without what a workflow does not need. */
const simplified = ({ sqid, name, total_cost, inputs }: AppDefinition): JsonObject => ({
	sqid,
	name,
	total_cost,
	inputs: inputs.map(simplifiedInput),
});

const outputPer = choice({
	displayName: 'Output Per',
	name: 'outputPer',
	type: 'options',
	options: [
		{ name: 'App', value: 'app', description: 'One item for each app, with all its inputs' },
		{
			name: 'Input',
			value: 'input',
			description: 'One item for each input, with the app’s sqid and name; simplified in any case',
		},
	],
	default: 'app',
	description: 'What becomes an item of the output',
});

const inputShape: Shape = {
	id: detail(text),
	api_key: detail(orNull(text)),
	label: text,
	type: text,
	media_type: orNull(text),
	required: yesOrNo,
	default: orNull(scalar),
	options: list(record({ value: scalar, label: text })),
	description: optional(text),
	placeholder: optional(text),
};

const readWay = (context: IExecuteFunctions, itemIndex: number) => ({
	isSimple: !wantsRaw(context, itemIndex),
	outputPer: readParameter(context, outputPer, itemIndex),
});

const itemsOf = (
	app: AppDefinition,
	{ isSimple, outputPer: per }: ReturnType<typeof readWay>,
): JsonObject[] => {
	if (per === 'app') return [isSimple ? simplified(app) : app.raw];
	return app.inputs
		.map((input) => ({ sqid: app.sqid, app_name: app.name, ...simplifiedInput(input) }))
		.filter(isJsonObject);
};

/** App → Get: the definition of the app of each item. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runBatch(this, async (batch, itemIndexes) => {
		const appIds = readAppIds(this, batch, itemIndexes);
		const apps = await loadApps(batch, appIds.values());
		for (const [itemIndex, appId] of appIds) {
			const app = apps.get(appId);
			const way = readItem(batch, itemIndex, () => readWay(this, itemIndex));
			if (!app || !way) continue;
			if ('error' in app) {
				batch.results.set(itemIndex, failed(appNotLoaded(itemIndex, appId, app.error)));
				continue;
			}
			const items = itemsOf(app.value, way).map((json) => jsonItem(json, itemIndex));
			batch.results.set(itemIndex, { items });
		}
	});
}

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get app',
	description: 'Get the definition of an app (flow): its inputs, their types and its cost',
	builderHint:
		'Tells the labels that App → Run takes as keys. In the editor, App → Run shows a chosen app’s inputs by itself.',
	output: {
		usual: { ...appShape, inputs: list(record(inputShape)) },
		instead: [
			{
				when: 'With outputPer input, one item for each input',
				shape: { sqid: text, app_name: text, ...inputShape },
			},
		],
	},
	fields: [appLocator, outputPer.field, simplify.field],
	execute,
};
