import type { IBinaryData, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { settle, transferRefused, unexpectedAnswer } from '../api/errors';
import { isRecord } from '../api/guards';
import { withRetries, type Pacing } from '../api/retry';
import { gate } from '../runs/gate';
import { extensionOf, mimeTypeOf } from '../runs/mediaTypes';
import type { RunFile } from '../runs/output';

// Until the first byte; a long video may take its time after that.
const ANSWER_TIMEOUT_MS = 120_000;
// Nothing else ends a transfer that no longer moves on while n8n writes it to disk.
const LONGEST_DOWNLOAD_MS = 30 * 60_000;
const DOWNLOADS_AT_ONCE = 4;
const TRIES = 3;

type BinarySource = Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0];

interface Download {
	statusCode: number;
	headers: Record<string, unknown>;
	body: BinarySource;
}

const isSource = (value: unknown): value is BinarySource =>
	Buffer.isBuffer(value) ||
	(typeof value === 'object' &&
		value !== null &&
		'pipe' in value &&
		typeof value.pipe === 'function');

const isDownload = (value: unknown): value is Download =>
	isRecord(value) &&
	typeof value.statusCode === 'number' &&
	isRecord(value.headers) &&
	isSource(value.body);

const text = (value: unknown): string | undefined =>
	typeof value === 'string' ? value : undefined;

const nameInHeader = (disposition: string | undefined): string | undefined => {
	const extended = /filename\*=(?:UTF-8'[^']*')?([^;]+)/i.exec(disposition ?? '')?.[1];
	const plain = /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1];
	return extended === undefined ? plain : decode(extended);
};

const decode = (encoded: string): string => {
	try {
		return decodeURIComponent(encoded);
	} catch {
		return encoded;
	}
};

/** From the response, then from the URL, then from the run. */
const fileNameOf = (
	run_id: string,
	{ asset, index }: RunFile,
	disposition: string | undefined,
	mimeType: string | undefined,
): string => {
	const fromUrl = decode(new URL(asset.url).pathname.split('/').at(-1) ?? '');
	const name = (nameInHeader(disposition) ?? fromUrl).split(/[\\/]/).at(-1)?.trim() ?? '';
	const extension = extensionOf(mimeType);
	if (name === '') return `${run_id}-${String(index)}${extension ? `.${extension}` : ''}`;
	return /\.[a-z0-9]+$/i.test(name) || extension === undefined ? name : `${name}.${extension}`;
};

const download = async (
	context: IExecuteFunctions | IWebhookFunctions,
	run_id: string,
	file: RunFile,
	abortSignal: AbortSignal,
): Promise<IBinaryData> => {
	const { url } = file.asset;
	if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
		throw unexpectedAnswer('a file’s address is not a web address');
	}
	const answer = await settle(
		async (): Promise<unknown> =>
			await context.helpers.httpRequest({
				method: 'GET',
				url,
				encoding: 'stream',
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				timeout: ANSWER_TIMEOUT_MS,
				abortSignal,
			}),
	);
	if ('error' in answer) throw answer.error;
	if (!isDownload(answer.value)) throw unexpectedAnswer('a file has no content');
	const { statusCode, headers, body } = answer.value;
	if (statusCode < 200 || statusCode >= 300) {
		throw transferRefused(
			`The download of file ${String(file.index)} of run ${run_id}`,
			statusCode,
		);
	}
	const declared = text(headers['content-type']);
	const mimeType = mimeTypeOf(declared, new URL(url).pathname);
	const fileName = fileNameOf(run_id, file, text(headers['content-disposition']), mimeType);
	return await context.helpers.prepareBinaryData(body, fileName, mimeType);
};

/** Makes a transfer whose signal is aborted when the execution is stopped, or after `longestMs`. */
const endAtLast = async <T>(
	{ clock, signal }: Pacing,
	longestMs: number,
	transfer: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> => {
	const limit = new AbortController();
	const over = new AbortController();
	const end = (): void => {
		limit.abort();
	};
	signal?.addEventListener('abort', end, { once: true });
	void clock.sleep(longestMs, over.signal).then(end);
	try {
		return await transfer(limit.signal);
	} finally {
		over.abort();
		signal?.removeEventListener('abort', end);
	}
};

/**
 * Returns a function that downloads a run's file into n8n's binary data, streamed, a few at a time
 * over the whole execution, and again after a broken transfer. The API key is not sent. It throws
 * an `ApiError`.
 */
export const downloader = (
	context: IExecuteFunctions | IWebhookFunctions,
	pacing: Pacing,
): ((run_id: string, file: RunFile) => Promise<IBinaryData>) => {
	const enter = gate(DOWNLOADS_AT_ONCE);
	return async (run_id, file) =>
		await enter(() =>
			withRetries(
				undefined,
				pacing,
				() =>
					endAtLast(pacing, LONGEST_DOWNLOAD_MS, (abortSignal) =>
						download(context, run_id, file, abortSignal),
					),
				TRIES,
			),
		);
};
