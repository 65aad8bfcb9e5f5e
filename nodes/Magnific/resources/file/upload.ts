import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { ApiError } from '../../api/errors';
import { callFailed, invalidItem, type Failure } from '../../runs/failures';
import { uploadedShape } from '../../runs/outputShape';
import { urlExpiresAt } from '../../runs/expiry';
import type { BinaryFile } from '../../runs/types';
import { fileIn, uploadable } from '../../runs/uploadable';
import { UPLOAD_FORMATS } from '../../runs/validate';
import { text } from '../../batch/option';
import { isAgentTool, readParameter } from '../../batch/options';
import { failed, jsonItem, readItem, runBatch, type Batch } from '../../batch/runBatch';
import { lookAtFiles } from '../../files/lookAtFiles';
import { binaryFieldsOf, fileMover } from '../../files/upload';
import { sendFiles } from '../../files/uploads';
import type { Operation } from '../operation';

const binaryField = text(
	{
		displayName: 'Input Binary Field',
		name: 'binaryField',
		type: 'string',
		required: true,
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the input field that holds the file',
		description: 'Which file of the item is uploaded',
	},
	{ unset: 'data' },
);

/** The file of each item that can be uploaded; the other items have failed. */
const readFiles = async (
	context: IExecuteFunctions,
	batch: Batch,
	itemIndexes: number[],
): Promise<Map<number, BinaryFile>> => {
	const named = itemIndexes.flatMap((itemIndex) => {
		const field = readItem(batch, itemIndex, () => readParameter(context, binaryField, itemIndex));
		const item = context.getInputData()[itemIndex];
		if (field === undefined || !item) return [];
		return [{ itemIndex, field, fields: binaryFieldsOf(item, itemIndex) }];
	});
	const look = await lookAtFiles(
		context,
		named.flatMap(({ field, fields }) => fileIn(fields, field) ?? []),
	);
	const files = new Map<number, BinaryFile>();
	for (const { itemIndex, field, fields } of named) {
		const found = uploadable(field, look(fields));
		if ('file' in found) files.set(itemIndex, found.file);
		else batch.results.set(itemIndex, failed(invalidItem(itemIndex, [found.problem])));
	}
	return files;
};

const notTaken = (itemIndex: number, { field, mimeType }: BinaryFile, error: ApiError): Failure => {
	const failure = callFailed(itemIndex, error);
	if (error.kind !== 'invalid_inputs') return failure;
	return {
		...failure,
		message: `Magnific’s upload does not take the binary field “${field}” (${mimeType}): ${error.message}`,
		advice: `It takes ${Object.values(UPLOAD_FORMATS).join('; ')}. Convert the file first.`,
	};
};

const noFilesFromAgents = (): ApiError =>
	new ApiError({
		kind: 'rejected',
		message: 'File → Upload has no file to upload here: an AI agent gives its tools no binary data',
		advice:
			'Upload in the workflow, before the agent, and tell it the URL; App → Run takes URLs as its inputs.',
	});

/** File → Upload: the file of each item, each distinct one once. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runBatch(this, async (batch, itemIndexes) => {
		const { api, clock, pacing, results } = batch;
		if (isAgentTool(this)) {
			for (const itemIndex of itemIndexes) {
				results.set(itemIndex, failed(callFailed(itemIndex, noFilesFromAgents())));
			}
			return;
		}
		const files = await readFiles(this, batch, itemIndexes);
		const mover = fileMover(this);
		const sent = await sendFiles([...files.values()], api, mover, pacing);
		for (const [itemIndex, file] of files) {
			const outcome = sent.get(file.fileKey);
			if (!outcome) continue;
			if ('error' in outcome) {
				results.set(itemIndex, failed(notTaken(itemIndex, file, outcome.error)));
				continue;
			}
			const { file_id = null, asset_url: url, asset_url_expires_in = null } = outcome.target;
			const json = {
				file_id,
				url,
				content_type: file.mimeType,
				bytes: file.bytes,
				expires_at: urlExpiresAt(url, asset_url_expires_in, clock.now()),
			};
			results.set(itemIndex, { items: [jsonItem(json, itemIndex)] });
		}
	});
}

export const upload: Operation = {
	value: 'upload',
	name: 'Upload',
	action: 'Upload file',
	description: 'Upload a file to Magnific, for use as an input of apps by its URL',
	builderHint:
		'App → Run uploads binary fields by itself: this is for a file that several runs or other nodes use by its URL.',
	output: { usual: uploadedShape },
	fields: [binaryField.field],
	execute,
};
