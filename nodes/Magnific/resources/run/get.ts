import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Run } from '../../api/types';
import { outcomeHints } from '../../runs/notes';
import { optionsField, runGetOptions } from '../../batch/optionFields';
import { perFile } from '../../batch/output';
import { runShape } from '../../runs/outputShape';
import type { Operation } from '../operation';
import { readItem, runBatch } from '../../batch/runBatch';
import { downloader } from '../../files/download';
import { outputRun } from '../../batch/collect';
import { showHints } from '../../batch/showHints';
import { readItemOutput, type OutputOptions } from '../../batch/options';
import { appsOfRuns, readRun, readRunIds, runIdField } from './runIds';

/** Run → Get: the state of the run of each item, whatever it is. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runBatch(this, async (batch, itemIndexes) => {
		const { pacing, results } = batch;
		const read: Array<{ itemIndex: number; run: Run; options: OutputOptions }> = [];
		await Promise.all(
			[...readRunIds(this, batch, itemIndexes)].map(async ([itemIndex, runId]) => {
				const options = readItem(batch, itemIndex, () => readItemOutput(this, itemIndex));
				if (!options) return;
				const run = await readRun(batch, itemIndex, runId);
				if (run) read.push({ itemIndex, run, options });
			}),
		);
		const apps = await appsOfRuns(
			batch,
			read.map(({ run }) => run.app_id),
		);
		const outcomes = read.map(({ run }) => ({ kind: 'ended' as const, run }));
		showHints(this, outcomeHints(outcomes, batch.clock.now()));
		const download = downloader(this, pacing);
		await Promise.all(
			read.map(async ({ itemIndex, run, options }) => {
				const app = apps.get(run.app_id ?? '');
				results.set(itemIndex, await outputRun(itemIndex, run, app, options, download));
			}),
		);
	});
}

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get run',
	description: 'Get the status of a run, and its result if there is one',
	builderHint:
		'Reads the run once and does not wait: for a run that may still be going on use Run → Wait.',
	output: { usual: runShape, instead: [perFile] },
	fields: [runIdField, optionsField(runGetOptions)],
	execute,
};
