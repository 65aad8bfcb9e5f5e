import type { INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { settle } from '../api/errors';
import type { JsonObject } from '../api/guards';
import type { Download, RemoteFile } from '../files/download';
import { notForTool, output } from './optionFields';
import type { OutputOptions } from './options';
import { jsonItem } from './runBatch';

/** The download options of operations that list files: there one that cannot be had fails no item. */
export const listedFileOptions: INodeProperties[] = [
	{
		...output.downloadFiles.field,
		description:
			'Whether to put the files into binary data. Their URLs, which expire, are in the output either way.',
	},
	{
		...output.maxFileSize.field,
		description:
			'Largest file that Download Files takes; a larger one is left out, and its item says so in files_missing. 0 means no limit.',
	},
	{
		...output.binaryField.field,
		description: 'Name of the binary field of the downloaded file',
	},
].map(notForTool);

/**
 * A listed file as an item, downloaded where wanted. One that cannot be had says why in
 * `files_missing`: the others of the list must not get lost with it. `file`: null where there is none.
 */
export const listedItem = async (
	itemIndex: number,
	json: JsonObject,
	file: RemoteFile | null,
	{ downloadFiles, maxFileSize, binaryField }: OutputOptions,
	download: Download,
): Promise<INodeExecutionData> => {
	if (!downloadFiles || file === null) return jsonItem(json, itemIndex);
	const downloaded = await settle(async () => await download(file, maxFileSize));
	return 'error' in downloaded
		? jsonItem({ ...json, files_missing: downloaded.error.message }, itemIndex)
		: { ...jsonItem(json, itemIndex), binary: { [binaryField]: downloaded.value } };
};
