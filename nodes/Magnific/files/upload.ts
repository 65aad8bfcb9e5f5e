import { createHash } from 'crypto';
import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { settle, transferForbidden, transferRefused } from '../api/errors';
import { isRecord } from '../api/guards';
import { CREDENTIAL, readSettings } from '../api/settings';
import { mimeTypeOf } from './mediaTypes';
import type { UploadTarget } from '../api/types';
import { isStorageNote } from '../runs/creationIds';
import type { BinaryFile } from '../runs/types';
import type { FileMover } from './uploads';
import type { BinaryFields } from '../runs/validate';
import { forbiddenAddress } from '../callbacks/reachable';

// A large video over a slow line; the address itself expires before this.
const UPLOAD_TIMEOUT_MS = 30 * 60_000;

/** Files kept in memory have no id: the content tells them apart. */
const fileKeyOf = ({ id, data }: IBinaryData): string =>
	id ?? createHash('sha256').update(data).digest('hex');

const bytesOf = ({ id, data, bytes }: IBinaryData): number | null =>
	bytes ?? (id === undefined ? Buffer.byteLength(data, 'base64') : null);

/** Nodes that write `binary` themselves, Code above all, may put anything there. */
const asBinaryData = (value: unknown): IBinaryData | undefined => {
	if (!isRecord(value)) return undefined;
	const [data, id, mimeType, fileName] = [value.data, value.id, value.mimeType, value.fileName].map(
		(own) => (typeof own === 'string' ? own : undefined),
	);
	if (!id && (data === undefined || isStorageNote(data))) return undefined;
	return {
		data: data ?? '',
		mimeType: mimeType ?? '',
		...(id ? { id } : {}),
		...(fileName === undefined ? {} : { fileName }),
		...(typeof value.bytes === 'number' ? { bytes: value.bytes } : {}),
	};
};

/**
 * The binary fields of an item by what the item itself tells of them: `lookAtFiles` knows better.
 * Null for a field without a file.
 */
export const binaryFieldsOf = (item: INodeExecutionData, itemIndex: number): BinaryFields => {
	const fields: unknown = item.binary;
	return Object.fromEntries(
		Object.entries(isRecord(fields) ? fields : {}).map(([field, value]) => {
			const binary = asBinaryData(value);
			if (!binary) return [field, null];
			const file: BinaryFile = {
				itemIndex,
				field,
				fileKey: fileKeyOf(binary),
				mimeType:
					mimeTypeOf(binary.mimeType, binary.fileName) ??
					(binary.mimeType || 'application/octet-stream'),
				bytes: bytesOf(binary),
			};
			return [field, file];
		}),
	);
};

const isAnswer = (value: unknown): value is { statusCode: number } =>
	isRecord(value) && typeof value.statusCode === 'number';

/** Moves files between n8n's binary data and an upload address; streams those that are on disk. */
export const fileMover = (context: IExecuteFunctions): FileMover => {
	const signal = context.getExecutionCancelSignal();
	const binaryOf = ({ itemIndex, field }: BinaryFile): IBinaryData =>
		context.helpers.assertBinaryData(itemIndex, field);

	const sizeOf = async (file: BinaryFile): Promise<number> => {
		if (file.bytes !== null) return file.bytes;
		const { id, data } = binaryOf(file);
		if (id === undefined) return Buffer.byteLength(data, 'base64');
		return (await context.helpers.getBinaryMetadata(id)).fileSize;
	};

	const bodyOf = async (
		file: BinaryFile,
	): Promise<{ body: object; bytes: number; close: () => void }> => {
		const { id } = binaryOf(file);
		if (id === undefined) {
			const buffer = await context.helpers.getBinaryDataBuffer(file.itemIndex, file.field);
			return { body: buffer, bytes: buffer.length, close: () => undefined };
		}
		const bytes = await sizeOf(file);
		const stream = await context.helpers.getBinaryStream(id);
		// Nobody listens for what comes once the request is over, and n8n ends at an event unheard.
		stream.on('error', () => undefined);
		return { body: stream, bytes, close: () => stream.destroy() };
	};

	/** Gives the status of the answer; throws an `ApiError` where none came. */
	const sendTo = async (target: UploadTarget, file: BinaryFile): Promise<number> => {
		const { body, bytes, close } = await bodyOf(file);
		const answer = await settle(
			async (): Promise<unknown> =>
				await context.helpers.httpRequest({
					method: 'PUT',
					url: target.upload_url,
					// The address names its headers; storage services refuse a body of unannounced length.
					headers: { ...target.headers, 'Content-Length': String(bytes) },
					body,
					returnFullResponse: true,
					ignoreHttpStatusErrors: true,
					disableFollowRedirect: true,
					timeout: UPLOAD_TIMEOUT_MS,
					...(signal ? { abortSignal: signal } : {}),
				}),
		);
		// The request leaves the file open where it was never sent, or was answered before its end.
		close();
		if ('error' in answer) throw answer.error;
		return isAnswer(answer.value) ? answer.value.statusCode : 0;
	};

	return {
		sizeOf,
		async put(file, target) {
			const { baseUrl } = readSettings(await context.getCredentials(CREDENTIAL));
			const reason = forbiddenAddress(target.upload_url, baseUrl);
			if (reason !== undefined) {
				throw transferForbidden(
					`The upload address for the binary field “${file.field}” ${reason}`,
					'The file was not uploaded. Put it on a public address and pass its URL instead.',
				);
			}
			const statusCode = await sendTo(target, file);
			if (statusCode < 200 || statusCode >= 300) {
				throw transferRefused(`The upload of the binary field “${file.field}”`, statusCode);
			}
		},
		async readBase64(file) {
			const buffer = await context.helpers.getBinaryDataBuffer(file.itemIndex, file.field);
			return buffer.toString('base64');
		},
	};
};
