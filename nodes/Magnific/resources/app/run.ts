import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { carryRuns } from '../../runs/carry';
import { overLimit } from '../../runs/cost';
import { invalidItem } from '../../runs/failures';
import { costHints, unwatchedHints } from '../../runs/notes';
import { ledgerIn, type Ledger } from '../../runs/ledger';
import { runIdOf, type InputValue, type RunOutcome } from '../../runs/types';
import { failed, jsonItem, mustStop, runBatch, type Batch } from '../../batch/runBatch';
import { collect } from '../../batch/collect';
import { showHints } from '../../batch/showHints';
import { callbackUrl } from '../../suspended/callbackUrl';
import { parkStarted, resumeUrlOf } from '../../suspended/park';
import { parkKeyOf } from '../../suspended/parkKey';
import { isAgentTool, readBatchOptions, type BatchOptions } from '../../batch/options';
import { appRunOptions, optionsField, waitOption } from '../../batch/optionFields';
import type { Operation } from '../operation';
import { appLocator } from './locator';
import { inputMode } from './inputMode';
import { planRuns, type PlannedRun } from './plan';
import { uploadInputs } from './uploadInputs';

const describe = (input: InputValue): unknown =>
	'file' in input
		? { binary_field: input.file.field, mime_type: input.file.mimeType, bytes: input.file.bytes }
		: input.value;

const reportPlan = ({ results }: Batch, planned: PlannedRun[]): void => {
	for (const { itemIndex, app, inputs } of planned) {
		const json = {
			app_id: app.sqid,
			app_name: app.name,
			status: 'validated',
			credits: app.total_cost,
			inputs: Object.fromEntries(
				Object.entries(inputs).map(([id, input]) => [id, describe(input)]),
			),
		};
		results.set(itemIndex, { items: [jsonItem(json, itemIndex)] });
	}
};

/** False where starting the runs would go over the limit: then all items have failed. */
const keepsCreditLimit = (
	batch: Batch,
	planned: PlannedRun[],
	ledger: Ledger,
	creditLimit: number | null,
): boolean => {
	if (creditLimit === null) return true;
	const message = overLimit(
		planned.filter(({ slot }) => ledger.recall(slot) === undefined),
		creditLimit,
	);
	if (message === undefined) return true;
	for (const { itemIndex, app } of planned) {
		const failure = invalidItem(itemIndex, [message], app);
		const advice = 'Raise the credit limit in the node’s options, or pass fewer items.';
		batch.results.set(itemIndex, failed({ ...failure, advice }));
	}
	return false;
};

/** An agent that has the result of a call and makes the same call again wants another run. */
const forgetDelivered = (
	{ results }: Batch,
	carried: Array<PlannedRun & { outcome: RunOutcome }>,
	ledger: Ledger,
): void => {
	for (const { itemIndex, slot, outcome } of carried) {
		const result = results.get(itemIndex);
		if (outcome.kind === 'ended' && result && 'items' in result) ledger.forget(slot);
	}
};

const carry = async (
	context: IExecuteFunctions,
	batch: Batch,
	planned: PlannedRun[],
	ledger: Ledger,
	options: BatchOptions,
): Promise<void> => {
	const { wait, maxWaitMin, maxConcurrentRuns } = options;
	const resumeUrl = wait === 'webhook' ? resumeUrlOf(context, batch) : undefined;
	const uploaded = await uploadInputs(context, batch, planned, ledger);
	if (mustStop(context, batch)) return;
	const outcomes = await carryRuns(
		[...uploaded].map(([{ itemIndex, webhook }, run]) => ({
			...run,
			webhook:
				resumeUrl === undefined ? webhook : callbackUrl(resumeUrl, parkKeyOf(context), itemIndex),
		})),
		{ ...batch.pacing, api: batch.api, ledger },
		{ wait: wait === 'poll', maxWaitMs: maxWaitMin * 60_000, maxConcurrentRuns },
	);
	const carried = [...uploaded.keys()].flatMap((run, i) => {
		const outcome = outcomes[i];
		return outcome ? [{ ...run, outcome }] : [];
	});
	const started = carried.filter(({ outcome }) => runIdOf(outcome) !== undefined);
	const unwatched = wait === 'none' ? started.filter(({ webhook }) => webhook === undefined) : [];
	showHints(context, [
		...costHints(started.map(({ app }) => app.total_cost)),
		...unwatchedHints(unwatched.length),
	]);
	if (resumeUrl === undefined) await collect(context, batch, carried, maxWaitMin);
	else await parkStarted(context, batch, carried, resumeUrl, maxWaitMin);
	if (isAgentTool(context)) forgetDelivered(batch, carried, ledger);
};

const wait = waitOption('Whether to wait for the results of the runs, and how', [
	{
		name: 'Until Finished, Suspended',
		value: 'webhook',
		description:
			'The execution is suspended and holds nothing until Magnific calls back; for long runs and large batches',
	},
	{
		name: 'Do Not Wait',
		value: 'none',
		description: 'Outputs the run IDs at once, for Run → Wait or another workflow',
	},
]);

/** App → Run: everything is checked before anything is spent, and all runs are carried at once. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runBatch(this, async (batch, itemIndexes) => {
		const options = readBatchOptions(this, batch, itemIndexes, wait);
		if (!options) return;
		const planned = await planRuns(this, batch, itemIndexes, options);
		if (mustStop(this, batch)) return;
		const ledger = ledgerIn(this.getContext('node'));
		if (!keepsCreditLimit(batch, planned, ledger, options.creditLimit)) return;
		if (options.validateOnly) reportPlan(batch, planned);
		else await carry(this, batch, planned, ledger, options);
	});
}

export const run: Operation = {
	value: 'run',
	name: 'Run',
	action: 'Run app',
	description: 'Run an app for each item and get what it makes; each run costs credits',
	fields: [
		appLocator,
		inputMode.field,
		{
			displayName: 'Inputs',
			name: 'inputs',
			type: 'resourceMapper',
			noDataExpression: true,
			default: { mappingMode: 'defineBelow', value: null },
			required: true,
			displayOptions: { show: { inputMode: ['fields'] }, hide: { app: [''] } },
			typeOptions: {
				loadOptionsDependsOn: ['app.value'],
				resourceMapper: {
					resourceMapperMethod: 'getAppInputs',
					mode: 'add',
					fieldWords: { singular: 'input', plural: 'inputs' },
					addAllFields: true,
					multiKeyMatch: false,
					supportAutoMap: true,
					valuesLabel: 'Inputs',
					// Where there are no fields, the notice says why; n8n would call it an alarm.
					hideNoDataError: true,
					refreshStaleSchemaOnOpen: true,
				},
			},
			description:
				'The inputs of the app. For an image, a video or an audio file enter the name of a binary field, a URL, base64 or the ID of a creation.',
		},
		{
			displayName: 'Inputs (JSON)',
			name: 'inputsJson',
			type: 'json',
			default: '{}',
			typeOptions: { rows: 6 },
			displayOptions: { show: { inputMode: ['json'] } },
			hint: 'Keys are the labels, api_keys or IDs of the app’s inputs, e.g. { "Prompt": "a red car" }. App → Get lists them.',
			description: 'The inputs of the app as a JSON object',
		},
		wait.field,
		optionsField(appRunOptions),
	],
	execute,
};
