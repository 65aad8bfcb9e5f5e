import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { loadApps } from '../../api/apps';
import { settle } from '../../api/errors';
import { withRetries } from '../../api/retry';
import type { AppDefinition, Run } from '../../api/types';
import { callFailed, invalidItem } from '../../runs/failures';
import { failed, readItem, type Batch } from '../../batch/runBatch';

/** Which run an operation is about. */
export const runIdField: INodeProperties = {
	displayName: 'Run ID',
	name: 'runId',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. vCrK3Aa47y',
	description: 'The run_id that App → Run gave, or that its message named',
};

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

/** Reads an item's run; undefined where that does not succeed: then the item has failed. */
export const readRun = async (
	{ api, pacing, results }: Batch,
	itemIndex: number,
	runId: string,
): Promise<Run | undefined> => {
	const run = await settle(() => withRetries('prepare', pacing, () => api.getRun(runId)));
	if ('value' in run) return run.value;
	const failure = callFailed(itemIndex, run.error);
	results.set(
		itemIndex,
		failed({
			...failure,
			...(run.error.kind === 'not_found'
				? { message: `Run ${runId} was not found, or the account of this API key cannot see it` }
				: {}),
			details: { ...failure.details, run_id: runId, status: 'unknown' },
		}),
	);
	return undefined;
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
