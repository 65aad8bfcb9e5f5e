import type { IExecuteFunctions } from 'n8n-workflow';
import type { BinaryFile } from '../runs/types';
import type { BinaryFields } from '../runs/validate';
import { FIRST_BYTES, typeByFirstBytes } from './firstBytes';

/** A file's first bytes and its size where n8n tells it; null for a file that cannot be read. */
type Look = { firstBytes: Buffer; bytes: number | null } | null;

/** n8n may keep its files in a distant store. */
const LOOKS_AT_ONCE = 10;

const BASE64_CHARACTERS = Math.ceil(FIRST_BYTES / 3) * 4;

const firstBytesOf = async (context: IExecuteFunctions, id: string): Promise<Buffer> => {
	const stream = await context.helpers.getBinaryStream(id, FIRST_BYTES);
	const chunks: Buffer[] = [];
	let bytes = 0;
	// Leaving the loop destroys the stream: the rest is not read, and no file stays open.
	for await (const chunk of stream) {
		if (!Buffer.isBuffer(chunk)) break;
		chunks.push(chunk);
		bytes += chunk.length;
		if (bytes >= FIRST_BYTES) break;
	}
	return Buffer.concat(chunks).subarray(0, FIRST_BYTES);
};

const lookAt = async (
	context: IExecuteFunctions,
	{ itemIndex, field, bytes }: BinaryFile,
): Promise<Look> => {
	try {
		const { id, data } = context.helpers.assertBinaryData(itemIndex, field);
		if (!id) return { firstBytes: Buffer.from(data.slice(0, BASE64_CHARACTERS), 'base64'), bytes };
		const firstBytes = await firstBytesOf(context, id);
		return { firstBytes, bytes: bytes ?? (await context.helpers.getBinaryMetadata(id)).fileSize };
	} catch {
		return null;
	}
};

/**
 * Looks into files, each distinct `fileKey` once, and gives what then is known of an item's binary
 * fields: the media types by the files' first bytes, sizes that the items do not tell, and null for
 * a file that cannot be read. Fields that were not looked at stay as they are. Never rejects.
 */
export const lookAtFiles = async (
	context: IExecuteFunctions,
	files: BinaryFile[],
): Promise<(fields: BinaryFields) => BinaryFields> => {
	const looks = new Map<string, Look>();
	const distinct = [...new Map(files.map((file) => [file.fileKey, file])).values()];
	const queue = distinct.values();
	const looker = async (): Promise<void> => {
		for (const file of queue) looks.set(file.fileKey, await lookAt(context, file));
	};
	await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, looker));

	const seen = (file: BinaryFile): BinaryFile | null => {
		const look = looks.get(file.fileKey);
		if (look === undefined || look === null) return look === null ? null : file;
		const mimeType = typeByFirstBytes(look.firstBytes, file.mimeType) ?? file.mimeType;
		return { ...file, mimeType, bytes: look.bytes };
	};
	return (fields) =>
		Object.fromEntries(
			Object.entries(fields).map(([field, file]) => [field, file === null ? null : seen(file)]),
		);
};
