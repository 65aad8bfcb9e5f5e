import type { IExecuteFunctions, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import { settle } from '../api/errors';
import type { JsonObject } from '../api/guards';
import type { AppSummary, Run } from '../api/types';
import { callFailed, failureOf } from '../runs/failures';
import { outcomeHints } from '../runs/notes';
import { binaryFieldName, fileJson, filesOf, runJson, unfinishedJson } from '../runs/output';
import { runIdOf, type RunOutcome } from '../runs/types';
import { failed, jsonItem, type Batch, type ItemResult } from './runBatch';
import { downloader, LinkExpired, type Download } from '../files/download';
import { showHints } from './showHints';
import type { ItemOptions, OutputOptions } from './options';

/** A run of an item that came to some end, and how the item wants it. */
export interface Carried {
	itemIndex: number;
	/** Undefined where the app could not be read. */
	app: AppSummary | undefined;
	outcome: RunOutcome;
	options: ItemOptions;
	/** Another item or execution has started the run. */
	reused?: boolean | undefined;
}

/** A run as items: one, or one per file. Throws an `ApiError` where a file cannot be downloaded. */
export const runItems = async (
	itemIndex: number,
	run: Run,
	app: AppSummary | undefined,
	{ outputPer, downloadFiles, maxFileSize, binaryField }: OutputOptions,
	download: Download,
): Promise<INodeExecutionData[]> => {
	const files = filesOf(run.result);
	const binaries = downloadFiles
		? await Promise.all(files.map(async (file) => await download(run.run_id, file, maxFileSize)))
		: [];
	if (outputPer === 'file' && files.length > 0) {
		return files.map((file, i) => {
			const item = jsonItem(fileJson(run, app, file), itemIndex);
			const binary = binaries[i];
			return binary ? { ...item, binary: { [binaryField]: binary } } : item;
		});
	}
	const item = jsonItem(runJson(run, app), itemIndex);
	if (binaries.length === 0) return [item];
	const binary = Object.fromEntries(
		binaries.map((data, i) => [binaryFieldName(binaryField, i), data]),
	);
	return [{ ...item, binary }];
};

/** The status to list a run under when the workflow stops. */
const statusOf = (outcome: RunOutcome): string => {
	switch (outcome.kind) {
		case 'ended':
			return outcome.run.status;
		case 'timed_out':
		case 'unreadable':
			return outcome.status ?? 'running';
		default:
			return 'running';
	}
};

/** Lists a run for the error of a stopped workflow. */
export const noteRun = ({ knownRuns }: Batch, itemIndex: number, outcome: RunOutcome): void => {
	const run_id = runIdOf(outcome);
	if (run_id !== undefined) knownRuns.push({ itemIndex, run_id, status: statusOf(outcome) });
};

/**
 * A run as the items of its output, files downloaded where wanted. A download that does not
 * succeed fails the item, whose details keep the run id and the file URLs.
 */
export const outputRun = async (
	itemIndex: number,
	run: Run,
	app: AppSummary | undefined,
	options: OutputOptions,
	download: Download,
): Promise<ItemResult> => {
	const output = await settle(() => runItems(itemIndex, run, app, options, download));
	if ('value' in output) return { items: output.value };
	const failure = callFailed(itemIndex, output.error, app);
	return failed({
		...failure,
		message: `Run ${run.run_id} is ${run.status}, but its files could not be downloaded: ${failure.message}`,
		advice:
			output.error instanceof LinkExpired
				? failure.advice
				: 'They are not lost: read the run again with Run → Get and this run id, within 12 hours.',
		details: {
			...failure.details,
			run_id: run.run_id,
			app_id: app?.sqid ?? run.app_id,
			status: run.status,
			result: run.result,
		},
	});
};

/** What an item's json has beside the run. */
export const besideRun = ({
	reused,
	options: { metadata },
}: Pick<Carried, 'reused'> & { options: Pick<ItemOptions, 'metadata'> }): JsonObject => ({
	...(reused === true && { reused }),
	...(Object.keys(metadata).length > 0 && { metadata }),
});

const withMore = (result: ItemResult, more: JsonObject): ItemResult =>
	'items' in result
		? { items: result.items.map((item) => ({ ...item, json: { ...item.json, ...more } })) }
		: result;

/** Turns outcomes into the items' results. `waitedMin`: how long was waited at most, in minutes. */
export const collect = async (
	context: IExecuteFunctions | IWebhookFunctions,
	batch: Batch,
	carried: Carried[],
	waitedMin: number,
): Promise<void> => {
	const download = downloader(context, batch.pacing);
	const outcomes = carried.map(({ outcome }) => outcome);
	showHints(context, outcomeHints(outcomes, batch.clock.now()));
	await Promise.all(
		carried.map(async ({ itemIndex, app, outcome, options, reused }) => {
			const add = (result: ItemResult): void => {
				batch.results.set(itemIndex, withMore(result, besideRun({ options, reused })));
			};
			noteRun(batch, itemIndex, outcome);
			const failure = failureOf(itemIndex, app, outcome, options, waitedMin);
			if (failure) {
				batch.results.set(itemIndex, failed(failure));
			} else if (outcome.kind === 'ended') {
				const { run } = outcome;
				add(await outputRun(itemIndex, run, app, options, download));
			} else if (outcome.kind !== 'not_started' && outcome.kind !== 'unknown') {
				add({ items: [jsonItem(unfinishedJson(outcome, app), itemIndex)] });
			}
		}),
	);
};
