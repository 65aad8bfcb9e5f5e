import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { systemClock } from '../../api/clock';
import { carryRuns } from '../../runs/carry';
import { overLimit } from '../../runs/cost';
import { invalidItem } from '../../runs/failures';
import { costHints, queuedHints, reuseHints, unwatchedHints } from '../../runs/notes';
import { expiredFailure, isExpired } from '../../runs/expired';
import { openLedger, type LedgerPage } from '../../runs/ledgerPage';
import { StartedLog } from '../../runs/idsInLog';
import { runIdOf, type InputValue } from '../../runs/types';
import { failed, jsonItem, mustStop, runBatch, type Batch } from '../../batch/runBatch';
import { collect } from '../../batch/collect';
import { showHints } from '../../batch/showHints';
import { tellIn } from '../../batch/tell';
import { sayTimeout } from '../../batch/workflowTimeout';
import { callbackUrl } from '../../suspended/callbackUrl';
import { parkStarted, resumeUrlOf } from '../../suspended/park';
import { parkKeyOf } from '../../suspended/parkKey';
import { submitFirst } from '../../suspended/submitFirst';
import { checkSubWorkflow } from '../../suspended/subWorkflow';
import { overTries, waitsFor } from '../../suspended/tries';
import { isAgentTool, readBatchOptions, type BatchOptions } from '../../batch/options';
import { appRunOptions, optionsField, waitOption } from '../../batch/optionFields';
import { perFile } from '../../batch/output';
import {
	runShape,
	unfinishedShape,
	validatedShape,
	withMetadata,
	withReused,
} from '../../runs/outputShape';
import type { Operation } from '../operation';
import { isRetryAfterCrash, refuseAfterCrash } from './crashed';
import { appLocator } from './locator';
import { inputMode } from './inputMode';
import { planRuns, runIndexOf, type PlannedRun } from './plan';
import { reuseOf } from './reuse';
import { allCallBack, readOthers, withEnd, withoutEnd, type CarriedRun } from './startedElsewhere';
import { uploadInputs } from './uploadInputs';

const describe = (input: InputValue): unknown =>
	'file' in input
		? { binary_field: input.file.field, mime_type: input.file.mimeType, bytes: input.file.bytes }
		: input.value;

const reportPlan = ({ results }: Batch, planned: PlannedRun[], ledger: LedgerPage): void => {
	const things = new Set<string>();
	for (const { itemIndex, app, inputs, slot } of planned) {
		const thing = ledger.sharedBy(slot);
		const reused = ledger.isReused(slot) || things.has(thing);
		things.add(thing);
		const json = {
			app_id: app.sqid,
			app_name: app.name,
			status: 'validated',
			credits: reused ? 0 : app.total_cost,
			...(reused && { reused }),
			inputs: Object.fromEntries(
				Object.entries(inputs).map(([id, input]) => [id, describe(input)]),
			),
		};
		results.set(itemIndex, { items: [jsonItem(json, itemIndex)] });
	}
};

/** The runs that keep the credit limit: over it nothing more is started, and those items have failed. */
const withinCreditLimit = (
	batch: Batch,
	planned: PlannedRun[],
	ledger: LedgerPage,
	creditLimit: number | null,
): PlannedRun[] => {
	if (creditLimit === null) return planned;
	const isNew = ({ slot }: PlannedRun): boolean => ledger.recall(slot) === undefined;
	const added = planned.filter(isNew);
	const spent = ledger.spent(planned.map(({ slot }) => slot));
	const paid = new Map(added.map((run) => [ledger.sharedBy(run.slot), run]));
	const message = overLimit([...paid.values()], creditLimit, spent);
	if (message === undefined) return planned;
	const earlier = new Map(ledger.runs().map((run) => [run.itemIndex, run]));
	for (const { itemIndex, app } of added) {
		const failure = invalidItem(itemIndex, [message], app);
		const run = earlier.get(itemIndex);
		const before = run ? `The item’s earlier run ${run.run_id} ended as “${run.status}”. ` : '';
		const advice = `${before}Raise the credit limit in the node’s options, or pass fewer items.`;
		batch.results.set(itemIndex, failed({ ...failure, advice }));
	}
	return planned.filter((run) => !isNew(run));
};

/** An agent that has the result of a call and makes the same call again wants another run. */
const forgetDelivered = ({ results }: Batch, carried: CarriedRun[], ledger: LedgerPage): void => {
	for (const { itemIndex, slot, outcome } of carried) {
		const result = results.get(itemIndex);
		if (outcome.kind === 'ended' && result && 'items' in result) ledger.deliver(slot);
	}
};

/**
 * Fails the items whose run was started by an execution that n8n's Retry goes on with, and is over
 * for so long that its files are gone; gives the others.
 */
const withoutExpired = (
	batch: Batch,
	carried: CarriedRun[],
	isTakenOver: (run: PlannedRun) => boolean,
	ledger: LedgerPage,
): CarriedRun[] =>
	carried.filter((run) => {
		const { itemIndex, app, slot, outcome } = run;
		if (outcome.kind !== 'ended' || !isTakenOver(run)) return true;
		if (!isExpired(outcome.run, batch.clock.now())) return true;
		batch.results.set(itemIndex, failed(expiredFailure(itemIndex, app, outcome.run)));
		ledger.toldExpired(slot);
		return false;
	});

const carry = async (
	context: IExecuteFunctions,
	batch: Batch,
	planned: PlannedRun[],
	ledger: LedgerPage,
	options: BatchOptions,
): Promise<void> => {
	const { wait, maxWaitMin, maxConcurrentRuns, reuseRuns } = options;
	const resumeUrl = wait === 'webhook' ? resumeUrlOf(context, batch) : undefined;
	if (resumeUrl !== undefined) await checkSubWorkflow(context, resumeUrl);
	const key = resumeUrl === undefined ? undefined : parkKeyOf(context);
	// Their inputs are with who submits them.
	const isBooked = ({ itemIndex }: PlannedRun): boolean => waitsFor(context, itemIndex);
	const added = planned.filter((run) => !isBooked(run));
	const uploaded = await uploadInputs(context, batch, added, ledger);
	if (mustStop(context, batch)) return;
	const takenOver = new Set(
		planned.map(({ slot }) => slot).filter((slot) => ledger.isTakenOver(slot)),
	);
	const runs = [...uploaded].map(([{ itemIndex, webhook }, run]) => ({
		...run,
		itemIndex,
		webhook: resumeUrl && key ? callbackUrl(resumeUrl, key, itemIndex) : webhook,
	}));
	const limits = { maxWaitMs: maxWaitMin * 60_000, maxConcurrentRuns };
	const seams = { ...batch.pacing, api: batch.api, ledger, tell: tellIn(context) };
	const isKept = reuseRuns !== null && reuseRuns > 0;
	const submissions =
		resumeUrl && key
			? await submitFirst(context, runs, { ...key, resumeUrl }, seams, limits, isKept)
			: undefined;
	const outcomes = submissions
		? runs.map(({ itemIndex }) => submissions.outcomes.get(itemIndex))
		: await carryRuns(runs, seams, { ...limits, wait: wait === 'poll' });
	const carried = [...uploaded.keys()].flatMap((run, i) => {
		const outcome = outcomes[i];
		return outcome ? [{ ...run, outcome, reused: ledger.isReused(run.slot) }] : [];
	});
	const queued = [...uploaded.keys()].filter((_, i) => outcomes[i] === undefined);
	const known = carried.filter(({ outcome }) => runIdOf(outcome) !== undefined);
	const started = known.filter(({ reused }) => !reused);
	const unwatched = wait === 'none' ? started.filter(({ webhook }) => webhook === undefined) : [];
	showHints(context, [
		...costHints(started.map(({ app }) => app.total_cost)),
		...queuedHints(queued.length),
		...reuseHints(known.filter(({ reused }) => reused).map(({ app }) => app.total_cost)),
		...unwatchedHints(unwatched.length),
	]);
	const isTakenOver = ({ slot }: PlannedRun): boolean => takenOver.has(slot);
	if (resumeUrl === undefined) {
		const fresh = withoutExpired(batch, carried, isTakenOver, ledger);
		await collect(context, batch, fresh, maxWaitMin);
	} else {
		const memory = await readOthers(batch, carried, isTakenOver);
		const seen = carried.map((run) => withEnd(run, memory));
		const fresh = new Set(withoutExpired(batch, seen, isTakenOver, ledger).map(({ slot }) => slot));
		await parkStarted(
			context,
			batch,
			carried.filter(({ slot }) => fresh.has(slot)).map(withoutEnd),
			{
				resumeUrl,
				maxWaitMin,
				hasCallbacks: allCallBack(known, isTakenOver),
				memory,
				late: submissions && { queued, submissions },
			},
		);
		for (const { slot, outcome } of carried.map((run) => withEnd(run, memory))) {
			if (outcome.kind === 'ended') ledger.saw(slot, outcome.run);
		}
	}
	if (isAgentTool(context)) forgetDelivered(batch, carried, ledger);
};

const wait = waitOption(
	'Whether to wait for the results of the runs, and how. For production, where n8n has a public https address, Magnific advises callbacks (webhooks): suspended, or the Magnific Trigger.',
	[
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
	],
);

/** App → Run: everything is checked before anything is spent, and all runs are carried at once. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	// Before the ledger is opened, whose page would let the next try of Retry On Fail through.
	if (isRetryAfterCrash(this)) return await runBatch(this, refuseAfterCrash);
	const log = new StartedLog(systemClock, (line) => {
		this.logger.info(line);
	});
	const page = openLedger(this.getContext('node'), {
		runIndex: runIndexOf(this),
		executionId: this.getExecutionId(),
		isAgentTool: isAgentTool(this),
		onStarted: (itemIndex, run_id) => {
			log.note(itemIndex, run_id);
		},
	});
	const operate = async (batch: Batch, itemIndexes: number[]): Promise<void> => {
		const options = readBatchOptions(this, batch, itemIndexes, wait);
		if (!options) return;
		sayTimeout(this, options);
		const planned = await planRuns(this, batch, itemIndexes, options);
		if (mustStop(this, batch)) return;
		page.book(planned);
		const { ledger, save } = await reuseOf(this, batch, planned, page, options);
		const affordable = withinCreditLimit(batch, planned, ledger, options.creditLimit);
		if (mustStop(this, batch)) return;
		if (options.validateOnly) reportPlan(batch, affordable, ledger);
		else await carry(this, batch, affordable, ledger, options).finally(save);
	};
	try {
		return await overTries(this, async () => await runBatch(this, operate, () => page.runs()));
	} finally {
		log.flush();
	}
}

export const run: Operation = {
	value: 'run',
	name: 'Run',
	action: 'Run app',
	description: 'Run an app (flow) for each item and get what it makes; each run costs credits',
	builderHint:
		'Waits by itself; one run for each incoming item, all items in one execution, results in the order of the items. Set options.validateOnly to true for a trial that costs nothing.',
	output: {
		usual: withReused(withMetadata(runShape)),
		instead: [
			{ ...perFile, shape: withReused(withMetadata(perFile.shape)) },
			{
				when: 'With wait none, and for a run that was not over in time',
				shape: withReused(withMetadata(unfinishedShape)),
			},
			{ when: 'With validateOnly', shape: validatedShape },
		],
	},
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
			builderHint: {
				propertyHint:
					'Write mappingMode defineBelow and value, an object whose keys are the labels of the app’s inputs (or their api_keys or ids), e.g. value { "Prompt": "a red car" }. A schema is not needed. With mappingMode autoMapInputData the columns of the incoming items that are named like inputs are taken. App → Get tells the inputs.',
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
			builderHint: {
				propertyHint:
					'An object, or its JSON as text. Use it where the app is chosen by an expression or an agent fills in everything.',
			},
			hint: 'Keys are the labels, api_keys or IDs of the app’s inputs, e.g. { "Prompt": "a red car" }. App → Get lists them.',
			description: 'The inputs of the app as a JSON object',
		},
		wait.field,
		optionsField(appRunOptions),
	],
	execute,
};
