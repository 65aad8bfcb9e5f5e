import { createHash } from 'crypto';
import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { settle, transferForbidden, transferRefused } from '../api/errors';
import { isRecord } from '../api/guards';
import { CREDENTIAL, readSettings } from '../api/settings';
import { mimeTypeOf } from './mediaTypes';
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

/** The binary fields of an item, as far as the validation needs to know them. */
export const binaryFieldsOf = (item: INodeExecutionData, itemIndex: number): BinaryFields =>
	Object.fromEntries(
		Object.entries(item.binary ?? {}).map(([field, binary]) => [
			field,
			{
				itemIndex,
				field,
				fileKey: fileKeyOf(binary),
				mimeType: mimeTypeOf(binary.mimeType, binary.fileName) ?? binary.mimeType,
				bytes: bytesOf(binary),
			},
		]),
	);

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

	const bodyOf = async (file: BinaryFile): Promise<{ body: object; bytes: number }> => {
		const { id } = binaryOf(file);
		if (id !== undefined) {
			const bytes = await sizeOf(file);
			return { body: await context.helpers.getBinaryStream(id), bytes };
		}
		const buffer = await context.helpers.getBinaryDataBuffer(file.itemIndex, file.field);
		return { body: buffer, bytes: buffer.length };
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
			const { body, bytes } = await bodyOf(file);
			// The address names its headers; storage services refuse a body of unannounced length.
			const headers = { ...target.headers, 'Content-Length': String(bytes) };
			const answer = await settle(
				async (): Promise<unknown> =>
					await context.helpers.httpRequest({
						method: 'PUT',
						url: target.upload_url,
						headers,
						body,
						returnFullResponse: true,
						ignoreHttpStatusErrors: true,
						disableFollowRedirect: true,
						timeout: UPLOAD_TIMEOUT_MS,
						...(signal ? { abortSignal: signal } : {}),
					}),
			);
			if ('error' in answer) throw answer.error;
			const statusCode = isAnswer(answer.value) ? answer.value.statusCode : 0;
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
