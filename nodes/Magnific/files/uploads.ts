import type { MagnificApi } from '../api/client';
import { ApiError, settle } from '../api/errors';
import { withRetries, type Pacing } from '../api/retry';
import type { UploadTarget } from '../api/types';
import type { BinaryFile } from '../runs/types';

/** Moves a file's bytes; n8n knows where they are. All may be called again after a broken try. */
export interface FileMover {
	/** In bytes, also where the item does not tell: n8n 1 leaves it out. */
	sizeOf(file: BinaryFile): Promise<number>;
	/** Sends the file to an upload address, with the address's own headers and without the API key. */
	put(file: BinaryFile, target: UploadTarget): Promise<void>;
	/** The whole file as base64. */
	readBase64(file: BinaryFile): Promise<string>;
}

/** What goes into the input in the file's place, or why it could not be had. */
export type Uploaded = { value: string } | { error: ApiError };

/** A body that every server takes. */
const LARGEST_INLINE_BYTES = 5_000_000;
const TARGETS_PER_REQUEST = 10;

const chunksOf = <T>(list: T[], size: number): T[][] =>
	Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
		list.slice(i * size, (i + 1) * size),
	);

/** A refusal of this file, not of the key or of the moment: sending it inline may help. */
const refusesTheFile = ({ kind }: ApiError): boolean =>
	kind === 'rejected' || kind === 'invalid_inputs' || kind === 'not_found';

const tooLargeInline = (file: BinaryFile, bytes: number, refusal: ApiError): ApiError =>
	new ApiError({
		kind: 'rejected',
		message: `The file “${file.field}” (${file.mimeType}, of ${String(Math.ceil(bytes / 1_000_000))} MB) cannot be sent: Magnific’s upload does not take it (${refusal.message}), and it is over the ${String(LARGEST_INLINE_BYTES / 1_000_000)} MB that can be sent inside the request`,
		advice:
			'Put the file on a public address and pass its URL instead, or convert it to PNG, JPEG or WebP.',
		...(refusal.httpCode === undefined ? {} : { httpCode: refusal.httpCode }),
	});

/**
 * Uploads files, each distinct `fileKey` once, and gives for each key what goes into the input:
 * the public address of the upload, or base64 for a small file that the upload refuses.
 * Never rejects.
 */
export const uploadFiles = async (
	files: BinaryFile[],
	api: Pick<MagnificApi, 'requestUploads'>,
	mover: FileMover,
	pacing: Pacing,
): Promise<Map<string, Uploaded>> => {
	const distinct = [...new Map(files.map((file) => [file.fileKey, file])).values()];
	const uploaded = new Map<string, Uploaded>();

	const inline = async (file: BinaryFile, refusal: ApiError): Promise<Uploaded> => {
		if (!refusesTheFile(refusal)) return { error: refusal };
		return await settle(async () => {
			const bytes = await mover.sizeOf(file);
			if (bytes > LARGEST_INLINE_BYTES) throw tooLargeInline(file, bytes, refusal);
			return await mover.readBase64(file);
		});
	};

	const send = async (file: BinaryFile, target: UploadTarget): Promise<Uploaded> => {
		const sent = await settle(() =>
			withRetries(undefined, pacing, () => mover.put(file, target), 3),
		);
		return 'error' in sent ? await inline(file, sent.error) : { value: target.asset_url };
	};

	const uploadChunk = async (chunk: BinaryFile[]): Promise<void> => {
		const targets = await settle(() =>
			withRetries('prepare', pacing, () => api.requestUploads(chunk.map((file) => file.mimeType))),
		);
		if ('error' in targets) {
			const [only, ...others] = chunk;
			if (only && others.length === 0)
				uploaded.set(only.fileKey, await inline(only, targets.error));
			else if (refusesTheFile(targets.error)) await uploadOneByOne(chunk);
			else for (const file of chunk) uploaded.set(file.fileKey, { error: targets.error });
			return;
		}
		await Promise.all(
			chunk.map(async (file, i) => {
				const target = targets.value[i];
				if (target) uploaded.set(file.fileKey, await send(file, target));
			}),
		);
		// A server may give fewer addresses than it was asked for.
		await uploadOneByOne(chunk.slice(targets.value.length));
	};

	const uploadOneByOne = async (chunk: BinaryFile[]): Promise<void> => {
		for (const file of chunk) await uploadChunk([file]);
	};

	for (const chunk of chunksOf(distinct, TARGETS_PER_REQUEST)) await uploadChunk(chunk);
	return uploaded;
};
