import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { settle } from '../../api/errors';
import type { JsonObject } from '../../api/guards';
import { withRetries } from '../../api/retry';
import type { UploadedFile } from '../../api/uploadedFiles';
import { uploadShape, withFilesMissing } from '../../runs/outputShape';
import { callFailed } from '../../runs/failures';
import { urlExpiresAt } from '../../runs/expiry';
import { limitFields, readLimit } from '../../batch/listFields';
import { listedFileOptions, listedItem } from '../../batch/listedFile';
import { optionsField } from '../../batch/optionFields';
import { readItemOutput } from '../../batch/options';
import { failed, readItem, runBatch } from '../../batch/runBatch';
import { downloader, type RemoteFile } from '../../files/download';
import type { Operation } from '../operation';

const jsonOf = (file: UploadedFile, now: number): JsonObject => {
	const { file_id, url, content_type, bytes, created_at, file_expires_at } = file;
	const expires_at = urlExpiresAt(url, file.urlExpiresIn, now);
	return { file_id, url, content_type, bytes, created_at, expires_at, file_expires_at };
};

const remoteFile = ({ file_id, url, content_type }: UploadedFile): RemoteFile => ({
	what: `the uploaded file ${file_id ?? 'without an id'}`,
	id: file_id ?? 'upload',
	index: 0,
	media_type: content_type?.split('/')[0] ?? null,
	url,
});

/** File → Get Many: the account's uploads, with URLs signed just now. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runBatch(this, async (batch, itemIndexes) => {
		const { api, clock, pacing } = batch;
		const download = downloader(this, pacing);
		for (const itemIndex of itemIndexes) {
			const wanted = readItem(batch, itemIndex, () => ({
				...readItemOutput(this, itemIndex),
				limit: readLimit(this, itemIndex),
			}));
			if (!wanted) continue;
			const files = await settle(() =>
				withRetries('prepare', pacing, async () => await api.listUploads()),
			);
			if ('error' in files) {
				batch.results.set(itemIndex, failed(callFailed(itemIndex, files.error)));
				continue;
			}
			const items = await Promise.all(
				files.value.slice(0, wanted.limit).map(async (file) => {
					const json = jsonOf(file, clock.now());
					return await listedItem(itemIndex, json, remoteFile(file), wanted, download);
				}),
			);
			batch.results.set(itemIndex, { items });
		}
	});
}

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many files',
	description: 'List the files that were uploaded with the account, each with a fresh URL',
	output: { usual: withFilesMissing(uploadShape) },
	fields: [...limitFields, optionsField(listedFileOptions)],
	execute,
};
