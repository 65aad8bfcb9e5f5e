import type { MagnificApi } from '../api/client';
import { ApiError, settle, stoppedError, type Settled } from '../api/errors';
import { waitAfter, withRetries, type Pacing } from '../api/retry';
import type { UploadTarget } from '../api/types';
import type { BinaryFile } from '../runs/types';
import { LARGEST_INLINE_BYTES } from '../runs/validate';

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

/**
 * What Magnific's upload gives in one answer at most. An address lives 120 s and is good for one
 * try, so it is asked for when its file is about to be sent: these many files move at once.
 */
const TARGETS_PER_REQUEST = 14;
const TRIES_PER_FILE = 3;

const chunksOf = <T>(list: T[], size: number): T[][] =>
	Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
		list.slice(i * size, (i + 1) * size),
	);

/** A refusal of this file, not of the key or of the moment: sending it inline may help. */
const refusesTheFile = ({ kind }: ApiError): boolean =>
	kind === 'rejected' || kind === 'invalid_inputs' || kind === 'not_found';

/** Storage refuses an address that is too old as it refuses one that was never given. */
const mayTakeItLater = (error: ApiError): boolean =>
	error.isPassing || (error.kind === 'rejected' && error.httpCode !== undefined);

/** Where a file is now, or who did not take it: the API, which gives the addresses, or the storage. */
export type Sent = { target: UploadTarget } | { error: ApiError; from: 'api' | 'storage' };

const tooLargeInline = (file: BinaryFile, bytes: number, refusal: ApiError): ApiError =>
	new ApiError({
		kind: 'rejected',
		message: `The file “${file.field}” (${file.mimeType}, of ${String(Math.ceil(bytes / 1_000_000))} MB) cannot be sent: Magnific’s upload does not take it (${refusal.message}), and it is over the ${String(LARGEST_INLINE_BYTES / 1_000_000)} MB that can be sent inside the request`,
		advice:
			'Put the file on a public address and pass its URL instead, or convert it to a type that Magnific’s upload takes.',
		...(refusal.httpCode === undefined ? {} : { httpCode: refusal.httpCode }),
	});

/** What goes into the input in place of a file that was refused, where it is small enough. */
const inline = async (
	file: BinaryFile,
	{ error, from }: Extract<Sent, { error: ApiError }>,
	mover: FileMover,
): Promise<Uploaded> => {
	if (!refusesTheFile(error)) return { error };
	return await settle(async () => {
		const bytes = await mover.sizeOf(file);
		if (bytes > LARGEST_INLINE_BYTES) {
			throw from === 'api' ? tooLargeInline(file, bytes, error) : error;
		}
		return await mover.readBase64(file);
	});
};

const distinctOf = (files: BinaryFile[]): BinaryFile[] => [
	...new Map(files.map((file) => [file.fileKey, file])).values(),
];

/**
 * Uploads files, each distinct `fileKey` once, and tells for each key where it is now, or who did
 * not take it. Never rejects.
 */
export const sendFiles = async (
	files: BinaryFile[],
	api: Pick<MagnificApi, 'requestUploads'>,
	mover: Pick<FileMover, 'put'>,
	pacing: Pacing,
): Promise<Map<string, Sent>> => {
	const distinct = distinctOf(files);
	const sent = new Map<string, Sent>();

	const addressesFor = async (chunk: BinaryFile[]): Promise<Settled<UploadTarget[]>> =>
		await settle(() =>
			withRetries('prepare', pacing, () => api.requestUploads(chunk.map((file) => file.mimeType))),
		);

	const send = async (file: BinaryFile, first: UploadTarget): Promise<Sent> => {
		let address = first;
		for (let attempt = 1; ; attempt++) {
			if (pacing.signal?.aborted) return { error: stoppedError(), from: 'storage' };
			const put = await settle(() => mover.put(file, address));
			if ('value' in put) return { target: address };
			const { error } = put;
			if (!mayTakeItLater(error) || attempt >= TRIES_PER_FILE) return { error, from: 'storage' };
			if (error.isPassing) await waitAfter(error, attempt, pacing);
			const fresh = await addressesFor([file]);
			if ('error' in fresh) return { error: fresh.error, from: 'api' };
			[address = address] = fresh.value;
		}
	};

	const sendChunk = async (chunk: BinaryFile[]): Promise<void> => {
		const targets = await addressesFor(chunk);
		if ('error' in targets) {
			const { error } = targets;
			if (chunk.length > 1 && refusesTheFile(error)) await sendOneByOne(chunk);
			else for (const file of chunk) sent.set(file.fileKey, { error, from: 'api' });
			return;
		}
		await Promise.all(
			chunk.map(async (file, i) => {
				const target = targets.value[i];
				if (target) sent.set(file.fileKey, await send(file, target));
			}),
		);
		// A server may give fewer addresses than it was asked for.
		await sendOneByOne(chunk.slice(targets.value.length));
	};

	const sendOneByOne = async (chunk: BinaryFile[]): Promise<void> => {
		for (const file of chunk) await sendChunk([file]);
	};

	for (const chunk of chunksOf(distinct, TARGETS_PER_REQUEST)) await sendChunk(chunk);
	return sent;
};

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
	const sent = await sendFiles(files, api, mover, pacing);
	const uploaded = new Map<string, Uploaded>();
	for (const file of distinctOf(files)) {
		const outcome = sent.get(file.fileKey);
		if (!outcome) continue;
		uploaded.set(
			file.fileKey,
			'target' in outcome
				? { value: outcome.target.asset_url }
				: await inline(file, outcome, mover),
		);
	}
	return uploaded;
};
