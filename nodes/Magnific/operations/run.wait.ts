import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { Poller } from '../runs/poll';
import { readItem, runBatch } from './batch';
import { collect } from './collect';
import { readBatchOptions, readItemOptions } from './parameters';
import { appsOfRuns, readRunIds } from './runIds';

/** Run → Wait: waits for the run of each item, as App → Run does for those it starts. */
export async function runWait(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runBatch(this, async (batch, itemIndexes) => {
		const { api, clock, pacing } = batch;
		const { maxWaitMin } = readBatchOptions(this);
		const poller = new Poller({ ...pacing, api });
		const now = clock.now();
		const waited = await Promise.all(
			[...readRunIds(this, batch, itemIndexes)].map(async ([itemIndex, run_id]) => {
				const options = readItem(batch, itemIndex, () => readItemOptions(this, itemIndex));
				if (!options) return undefined;
				const outcome = await poller.wait({
					run_id,
					app_id: null,
					since: now,
					deadline: now + maxWaitMin * 60_000,
					lookNow: true,
				});
				return { itemIndex, outcome, options };
			}),
		);
		const ended = waited.filter((run) => run !== undefined);
		const appIdOf = ({ outcome }: (typeof ended)[number]): string | null =>
			outcome.kind === 'ended' ? outcome.run.app_id : null;
		const apps = await appsOfRuns(batch, ended.map(appIdOf));
		const carried = ended.map((run) => ({ ...run, app: apps.get(appIdOf(run) ?? '') }));
		await collect(this, batch, carried, maxWaitMin);
	});
}
