import type { IExecuteFunctions } from 'n8n-workflow';
import { loadApps } from '../api/apps';
import type { AppDefinition } from '../api/types';
import { invalidItem } from '../runs/failures';
import { failed, readItem, type Batch } from './batch';

const RUN_ID = /^[A-Za-z0-9_-]{4,64}$/;

/** The run id of each item that has a valid one; the other items have failed. */
export const readRunIds = (
	context: IExecuteFunctions,
	batch: Batch,
	itemIndexes: number[],
): Map<number, string> => {
	const runIds = new Map<number, string>();
	for (const itemIndex of itemIndexes) {
		const runId = readItem(batch, itemIndex, () => {
			const value: unknown = context.getNodeParameter('runId', itemIndex, '');
			return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
		});
		if (runId === undefined) continue;
		if (RUN_ID.test(runId)) {
			runIds.set(itemIndex, runId);
		} else {
			const problem =
				runId === '' ? 'Run ID is empty' : `“${runId}” is not a run id, like vCrK3Aa47y`;
			batch.results.set(itemIndex, failed(invalidItem(itemIndex, [problem])));
		}
	}
	return runIds;
};

/**
 * The apps of runs, for their names and costs. An app that the key cannot see any more is left out:
 * the runs are worth having without its name.
 */
export const appsOfRuns = async (
	batch: Batch,
	appIds: Array<string | null>,
): Promise<Map<string, AppDefinition>> => {
	const apps = await loadApps(
		batch,
		appIds.filter((appId) => appId !== null),
	);
	return new Map(
		[...apps].flatMap(([appId, app]) => ('value' in app ? [[appId, app.value] as const] : [])),
	);
};
