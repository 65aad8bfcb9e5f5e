import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Run } from '../api/types';
import { outcomeHints } from '../runs/hints';
import { readItem, runBatch } from './batch';
import { downloader } from './binaryOutput';
import { outputRun } from './collect';
import { showHints } from './hints';
import { readItemOptions, type ItemOptions } from './parameters';
import { appsOfRuns, readRun, readRunIds } from './runIds';

/** Run → Get: the state of the run of each item, whatever it is. */
export async function runGet(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runBatch(this, async (batch, itemIndexes) => {
		const { pacing, results } = batch;
		const read: Array<{ itemIndex: number; run: Run; options: ItemOptions }> = [];
		await Promise.all(
			[...readRunIds(this, batch, itemIndexes)].map(async ([itemIndex, runId]) => {
				const options = readItem(batch, itemIndex, () => readItemOptions(this, itemIndex));
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
