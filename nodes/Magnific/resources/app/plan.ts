import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { loadApps } from '../../api/apps';
import type { Settled } from '../../api/errors';
import { isRecord } from '../../api/guards';
import type { AppDefinition } from '../../api/types';
import { invalidItem } from '../../runs/failures';
import { matchColumns, matchFields, matchJson, type MatchedInputs } from '../../runs/inputs';
import { knownAppsIn } from '../../runs/knownApps';
import { digestOf, ledgerSlot } from '../../runs/ledger';
import type { InputValue, RunRequest } from '../../runs/types';
import { checkInputs, filesNamed, type BinaryFields } from '../../runs/validate';
import { appNotLoaded, readAppIds } from './appIds';
import { failed, readItem, type Batch } from '../../batch/runBatch';
import { forbiddenAddress } from '../../callbacks/reachable';
import { lookAtFiles } from '../../files/lookAtFiles';
import { binaryFieldsOf } from '../../files/upload';
import { reuseKey } from '../../batch/optionFields';
import { inputMode } from './inputMode';
import { notifyUrlOf } from './notify';
import {
	isAgentTool,
	optionReader,
	readItemOptions,
	readParameter,
	type BatchOptions,
	type ItemOptions,
} from '../../batch/options';

/**
 * The form's values are read raw: n8n's own conversion turns an empty number field into 0, and
 * stops at the first value it does not like.
 */
const matchInputs = (
	context: IExecuteFunctions,
	itemIndex: number,
	app: AppDefinition,
	binaries: BinaryFields,
): MatchedInputs => {
	if (readParameter(context, inputMode, itemIndex) === 'json') {
		return matchJson(app, context.getNodeParameter('inputsJson', itemIndex, '{}'));
	}
	const form: unknown = context.getNodeParameter('inputs', itemIndex, {});
	const { mappingMode, value } = isRecord(form) ? form : {};
	if (mappingMode === 'autoMapInputData') {
		const json = context.getInputData()[itemIndex]?.json ?? {};
		return matchColumns(app, json, Object.keys(binaries));
	}
	return matchFields(app, isRecord(value) ? value : {});
};

/** What all items ask for, as it stands in the node: one text for thousands of items. */
const askedOfAll = (context: IExecuteFunctions): string => {
	const { inputMode, inputs, inputsJson } = context.getNode().parameters;
	return digestOf({ inputMode, inputs, inputsJson });
};

/**
 * What an item asks for, before its expressions are resolved: one that gives a random seed or the
 * time must not make n8n's next try look like another submission.
 */
const askedFor = (
	asked: string,
	{ json }: INodeExecutionData,
	binaries: BinaryFields,
): Record<string, InputValue> => {
	const files = Object.entries(binaries).flatMap(([field, file]) =>
		file ? [[`file ${field}`, { file }] as const] : [],
	);
	return {
		parameters: { value: asked },
		json: { value: json },
		...Object.fromEntries(files),
	};
};

/** An item whose inputs are matched, and not checked yet. */
interface MatchedItem {
	itemIndex: number;
	appId: string;
	app: AppDefinition;
	item: INodeExecutionData;
	binaries: BinaryFields;
	matched: MatchedInputs;
}

/** A checked item, with all that was read of it: nothing of it can go wrong after it was paid for. */
export interface PlannedRun extends RunRequest {
	/** The ledger's key of its submission. */
	slot: string;
	options: ItemOptions;
	/** What it is the same by for *Reuse Runs*; null: by its inputs. Empty where its expression gives nothing. */
	reuseKey: string | null;
	/** Whom Magnific tells about the run where nobody waits for it. */
	webhook?: string;
}

/**
 * Which run of the node in this execution this is. As an agent's tool n8n counts up at every try of
 * Retry On Fail, which must find the runs of the try before: there all calls count as one.
 */
export const runIndexOf = (context: IExecuteFunctions): number =>
	isAgentTool(context) ? 0 : Number(context.evaluateExpression('{{ $runIndex }}', 0));

/** The definitions, each asked for once in this execution. */
const loadOnce = async (
	context: IExecuteFunctions,
	batch: Batch,
	appIds: Set<string>,
): Promise<Map<string, Settled<AppDefinition>>> => {
	const known = knownAppsIn(context.getContext('node'), context.getExecutionId());
	const apps = new Map<string, Settled<AppDefinition>>();
	for (const appId of appIds) {
		const value = await known.recall(appId);
		if (value) apps.set(appId, { value });
	}
	const missing = [...appIds].filter((appId) => !apps.has(appId));
	for (const [appId, app] of await loadApps(batch, missing)) {
		apps.set(appId, app);
		if ('value' in app) known.remember(appId, app.value);
	}
	return apps;
};

/**
 * Reads and checks all items before anything is spent: one definition request per distinct app.
 * What is wrong with an item goes into the batch's results; the others are returned.
 */
export const planRuns = async (
	context: IExecuteFunctions,
	batch: Batch,
	itemIndexes: number[],
	{ wait }: Pick<BatchOptions, 'wait'>,
): Promise<PlannedRun[]> => {
	const appIds = readAppIds(context, batch, itemIndexes);
	const apps = await loadOnce(context, batch, new Set(appIds.values()));
	const runIndex = runIndexOf(context);
	const asked = askedOfAll(context);

	const matchedItems: MatchedItem[] = [];
	for (const [itemIndex, appId] of appIds) {
		const app = apps.get(appId);
		if (!app) continue;
		if ('error' in app) {
			batch.results.set(itemIndex, failed(appNotLoaded(itemIndex, appId, app.error)));
			continue;
		}
		const item = context.getInputData()[itemIndex] ?? { json: {} };
		const binaries = binaryFieldsOf(item, itemIndex);
		const matched = readItem(batch, itemIndex, () =>
			matchInputs(context, itemIndex, app.value, binaries),
		);
		if (matched) matchedItems.push({ itemIndex, appId, app: app.value, item, binaries, matched });
	}

	const files = matchedItems.flatMap((one) => filesNamed(one.app, one.matched, one.binaries));
	const seen = await lookAtFiles(context, files);
	const forbidden = (url: string) => forbiddenAddress(url, batch.settings.baseUrl);
	const planned: PlannedRun[] = [];
	for (const { itemIndex, appId, app, item, binaries, matched } of matchedItems) {
		const read = readItem(batch, itemIndex, () => ({
			...checkInputs(app, matched, seen(binaries), forbidden),
			options: readItemOptions(context, itemIndex),
			reuseKey: optionReader(context, itemIndex)(reuseKey),
		}));
		if (!read) continue;
		const { inputs, options } = read;
		const notify = wait === 'none' ? notifyUrlOf(options, batch.settings, appId) : {};
		const problems = [...read.problems, ...('problem' in notify ? [notify.problem] : [])];
		if (problems.length > 0 || 'problem' in notify) {
			batch.results.set(itemIndex, failed(invalidItem(itemIndex, problems, app)));
		} else {
			const slot = ledgerSlot(runIndex, itemIndex, appId, askedFor(asked, item, binaries));
			planned.push({
				itemIndex,
				app,
				inputs,
				slot,
				options,
				reuseKey: read.reuseKey,
				...notify,
			});
		}
	}
	return planned;
};
