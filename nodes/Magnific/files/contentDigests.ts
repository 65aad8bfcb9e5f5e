import { createHash } from 'crypto';
import type { IExecuteFunctions } from 'n8n-workflow';
import type { BinaryFile } from '../runs/types';

/** n8n may keep its files in a distant store. */
const READS_AT_ONCE = 4;

const digestOfFile = async (
	context: IExecuteFunctions,
	{ itemIndex, field }: BinaryFile,
): Promise<string> => {
	const { id, data } = context.helpers.assertBinaryData(itemIndex, field);
	const hash = createHash('sha256');
	if (!id) return hash.update(Buffer.from(data, 'base64')).digest('hex');
	const stream: AsyncIterable<unknown> = await context.helpers.getBinaryStream(id);
	for await (const chunk of stream) {
		if (!Buffer.isBuffer(chunk)) throw new Error('The file is no stream of bytes');
		hash.update(chunk);
	}
	return hash.digest('hex');
};

/**
 * What stands for the content of files, each distinct `fileKey` once, by that key; those that
 * cannot be read are left out. Streams what is on disk. Never rejects.
 */
export const contentDigests = async (
	context: IExecuteFunctions,
	files: BinaryFile[],
): Promise<Map<string, string>> => {
	const digests = new Map<string, string>();
	const queue = new Map(files.map((file) => [file.fileKey, file])).values();
	const reader = async (): Promise<void> => {
		for (const file of queue) {
			try {
				digests.set(file.fileKey, await digestOfFile(context, file));
			} catch {
				// The upload, which reads it too, says why it cannot be read.
			}
		}
	};
	await Promise.all(Array.from({ length: READS_AT_ONCE }, reader));
	return digests;
};
