import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { isEnded } from '../../api/types';
import { Poller } from '../../runs/poll';
import { Progress } from '../../runs/progress';
import { newMemory } from '../../suspended/looks';
import { optionsField, runWaitOptions, waitOption } from '../../batch/optionFields';
import { perFile } from '../../batch/output';
import { runShape, unfinishedShape } from '../../runs/outputShape';
import type { Operation } from '../operation';
import { mustStop, readItem, runBatch, type Batch } from '../../batch/runBatch';
import { collect } from '../../batch/collect';
import { tellIn } from '../../batch/tell';
import { sayTimeout } from '../../batch/workflowTimeout';
import { park, resumeUrlOf } from '../../suspended/park';
import { checkSubWorkflow } from '../../suspended/subWorkflow';
import { overTries } from '../../suspended/tries';
import { readItemOptions, readWaitOptions, type ItemOptions } from '../../batch/options';
import { appsOfRuns, readRun, readRunIds, runIdField } from './runIds';

interface Wanted {
	itemIndex: number;
	run_id: string;
	options: ItemOptions;
}

const readWanted = (context: IExecuteFunctions, batch: Batch, itemIndexes: number[]): Wanted[] =>
	[...readRunIds(context, batch, itemIndexes)].flatMap(([itemIndex, run_id]) => {
		const options = readItem(batch, itemIndex, () => readItemOptions(context, itemIndex));
		return options ? [{ itemIndex, run_id, options }] : [];
	});

const waitPolling = async (
	context: IExecuteFunctions,
	batch: Batch,
	wanted: Wanted[],
	maxWaitMin: number,
): Promise<void> => {
	const { api, clock, pacing } = batch;
	const poller = new Poller({ ...pacing, api });
	const progress = new Progress(clock, wanted.length, tellIn(context), () => ({
		queued: 0,
		msLeft: poller.msLeft(0),
	}));
	const now = clock.now();
	const deadline = now + maxWaitMin * 60_000;
	const ended = await Promise.all(
		wanted.map(async ({ run_id, ...item }) => {
			const run = { run_id, app_id: null, since: now, deadline, lookNow: true };
			const outcome = await poller.wait(run);
			progress.note(outcome, null);
			return { ...item, outcome };
		}),
	);
	progress.end();
	const appIdOf = ({ outcome }: (typeof ended)[number]): string | null =>
		outcome.kind === 'ended' ? outcome.run.app_id : null;
	const apps = await appsOfRuns(batch, ended.map(appIdOf));
	const carried = ended.map((run) => ({ ...run, app: apps.get(appIdOf(run) ?? '') }));
	await collect(context, batch, carried, maxWaitMin);
};

/** The runs were started without this execution's URL, so the watchdog alone finds their ends. */
const waitSuspended = async (
	context: IExecuteFunctions,
	batch: Batch,
	wanted: Wanted[],
	maxWaitMin: number,
): Promise<void> => {
	const resumeUrl = resumeUrlOf(context, batch);
	await checkSubWorkflow(context, resumeUrl);
	const since = batch.clock.now();
	const read = await Promise.all(
		wanted.map(async (item) => ({ item, run: await readRun(batch, item.itemIndex, item.run_id) })),
	);
	if (mustStop(context, batch)) return;
	const apps = await appsOfRuns(
		batch,
		read.map(({ run }) => run?.app_id ?? null),
	);
	const memory = newMemory();
	const runs = read.flatMap(({ item, run }) => {
		if (!run) return [];
		if (isEnded(run.status)) memory.settled.set(item.run_id, run);
		return [{ ...item, app: apps.get(run.app_id ?? ''), since }];
	});
	if (runs.length > 0) {
		await park(context, batch, runs, { resumeUrl, maxWaitMin, hasCallbacks: false, memory });
	}
};

const way = waitOption('How to wait for the results of the runs', [
	{
		name: 'Until Finished, Suspended',
		value: 'webhook',
		description:
			'The execution is suspended and looks at the runs from time to time: these runs cannot call it back',
	},
]);

/** Run → Wait: waits for the run of each item, as App → Run does for those it starts. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operate = async (batch: Batch, itemIndexes: number[]): Promise<void> => {
		const options = readWaitOptions(this, batch, itemIndexes, way);
		if (!options) return;
		sayTimeout(this, options);
		const wanted = readWanted(this, batch, itemIndexes);
		if (mustStop(this, batch)) return;
		await (options.wait === 'webhook' ? waitSuspended : waitPolling)(
			this,
			batch,
			wanted,
			options.maxWaitMin,
		);
	};
	return await overTries(this, async () => await runBatch(this, operate));
}

export const wait: Operation = {
	value: 'wait',
	name: 'Wait',
	action: 'Wait for run',
	description: 'Wait until runs that were started before are over, and get their results',
	builderHint:
		'For runs that App → Run started with wait none, or that came out with timed_out. Not needed after App → Run that waits, which is its default.',
	output: {
		usual: runShape,
		instead: [
			perFile,
			{
				when: 'For a run that was not over in time, with onTimeout output',
				shape: unfinishedShape,
			},
		],
	},
	fields: [runIdField, way.field, optionsField(runWaitOptions)],
	execute,
};
