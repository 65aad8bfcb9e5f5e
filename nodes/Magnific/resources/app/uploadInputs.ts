import type { IExecuteFunctions } from 'n8n-workflow';
import { callFailed } from '../../runs/failures';
import type { Ledger } from '../../runs/ledger';
import type { PlainRun } from '../../runs/submit';
import type { BinaryFile, InputValue } from '../../runs/types';
import { uploadFiles, type Uploaded } from '../../files/uploads';
import { failed, type Batch } from '../../batch/runBatch';
import { fileMover } from '../../files/upload';
import type { PlannedRun } from './plan';

/** The files among the inputs of a run. */
export const filesIn = (inputs: Record<string, InputValue>): BinaryFile[] =>
	Object.values(inputs).flatMap((input) => ('file' in input ? [input.file] : []));

/**
 * Uploads the files of the runs that are not submitted yet, and gives all runs as they go to the
 * API. An item whose file could not be uploaded fails; its run is left out.
 */
export const uploadInputs = async (
	context: IExecuteFunctions,
	batch: Batch,
	planned: PlannedRun[],
	ledger: Ledger,
): Promise<Map<PlannedRun, PlainRun>> => {
	const files = planned
		.filter(({ slot }) => ledger.recall(slot) === undefined)
		.flatMap(({ inputs }) => filesIn(inputs));
	const uploaded = await uploadFiles(files, batch.api, fileMover(context), batch.pacing);

	const ready = new Map<PlannedRun, PlainRun>();
	for (const run of planned) {
		const uploads = filesIn(run.inputs).map(({ fileKey }) => uploaded.get(fileKey));
		const refused = uploads.find((upload) => upload !== undefined && 'error' in upload);
		if (refused && 'error' in refused) {
			batch.results.set(run.itemIndex, failed(callFailed(run.itemIndex, refused.error, run.app)));
		} else {
			ready.set(run, { app: run.app, slot: run.slot, inputs: plainInputs(run.inputs, uploaded) });
		}
	}
	return ready;
};

const plainInputs = (
	inputs: Record<string, InputValue>,
	uploaded: Map<string, Uploaded>,
): Record<string, unknown> =>
	Object.fromEntries(
		Object.entries(inputs).map(([id, input]) => {
			if (!('file' in input)) return [id, input.value];
			const upload = uploaded.get(input.file.fileKey);
			return [id, upload && 'value' in upload ? upload.value : null];
		}),
	);
