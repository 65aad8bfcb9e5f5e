import type { IBinaryData, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import {
	notStored,
	settle,
	transferForbidden,
	transferRefused,
	unexpectedAnswer,
	type ApiError,
} from '../api/errors';
import { isRecord, numberOrNull } from '../api/guards';
import { withRetries, type Pacing } from '../api/retry';
import { CREDENTIAL, readSettings } from '../api/settings';
import { gate } from '../runs/gate';
import { extensionOf, mimeTypeOf } from './mediaTypes';
import type { RunFile } from '../runs/output';
import { forbiddenAddress } from '../callbacks/reachable';
import { BYTES_PER_MB, readMaxFileBytes } from './maxFileSize';

// Until the first byte; a long video may take its time after that.
const ANSWER_TIMEOUT_MS = 120_000;
// Nothing else ends a transfer that no longer moves on while n8n writes it to disk.
const LONGEST_DOWNLOAD_MS = 30 * 60_000;
const DOWNLOADS_AT_ONCE = 4;
const TRIES = 3;
const MOST_REDIRECTS = 5;

type Context = IExecuteFunctions | IWebhookFunctions;

/** What holds for all downloads of a node. */
interface Rules {
	/** Of the API: a private one may name private addresses. */
	baseUrl: string;
	/** Infinity: no limit. */
	maxBytes: number;
}

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
	const last = (nameInHeader(disposition) ?? fromUrl).split(/[\\/]/).at(-1) ?? '';
	const name = last.replace(/\p{Cc}/gu, '').trim();
	const extension = extensionOf(mimeType);
	if (/^\.*$/.test(name)) return `${run_id}-${String(index)}${extension ? `.${extension}` : ''}`;
	return /\.[a-z0-9]+$/i.test(name) || extension === undefined ? name : `${name}.${extension}`;
};

/** How a message names the file. */
const nameOf = (run_id: string, { index }: RunFile): string =>
	`file ${String(index)} of run ${run_id}`;

const request = async (
	context: Context,
	url: string,
	abortSignal: AbortSignal,
): Promise<Download> => {
	const answer = await settle(
		async (): Promise<unknown> =>
			await context.helpers.httpRequest({
				method: 'GET',
				url,
				encoding: 'stream',
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				timeout: ANSWER_TIMEOUT_MS,
				abortSignal,
			}),
	);
	if ('error' in answer) throw answer.error;
	if (!isDownload(answer.value)) throw unexpectedAnswer('a file has no content');
	return answer.value;
};

const discard = (body: BinarySource): void => {
	if (!Buffer.isBuffer(body)) body.destroy();
};

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Follows redirects itself: each address is checked before it is asked. */
const open = async (
	context: Context,
	what: string,
	url: string,
	baseUrl: string,
	abortSignal: AbortSignal,
): Promise<Download> => {
	const refuse = (why: string): ApiError =>
		transferForbidden(
			`The address of ${what} ${why}`,
			'The file was not downloaded. Its URL is in the run’s result.',
		);
	let address = url;
	for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
		const reason = forbiddenAddress(address, baseUrl);
		if (reason !== undefined) throw refuse(reason);
		const answer = await request(context, address, abortSignal);
		const location = text(answer.headers.location);
		if (!REDIRECTS.has(answer.statusCode) || location === undefined) return answer;
		discard(answer.body);
		const next = URL.canParse(location, address) ? new URL(location, address).href : '';
		if (new URL(address).protocol === 'https:' && next.startsWith('http:')) {
			throw refuse('redirects from https to http');
		}
		address = next;
	}
	throw refuse(`redirects more than ${String(MOST_REDIRECTS)} times`);
};

/** `bytes`: what the response announced; undefined where more came than it may have. */
const tooLargeError = (
	run_id: string,
	{ index }: RunFile,
	maxBytes: number,
	bytes?: number,
): ApiError => {
	const size =
		bytes === undefined ? 'is' : `has ${String(Math.ceil(bytes / BYTES_PER_MB))} MB, which is`;
	return transferForbidden(
		`File ${String(index)} of run ${run_id} ${size} over Max File Size (${String(maxBytes / BYTES_PER_MB)} MB)`,
		'Raise the option Max File Size (MB), or use the URL in the run’s result.',
	);
};

/** The same body, which breaks off as soon as more than `maxBytes` have come. */
const limited = (body: BinarySource, maxBytes: number, tooLarge: () => ApiError): BinarySource => {
	if (maxBytes === Infinity) return body;
	if (Buffer.isBuffer(body)) {
		if (body.length > maxBytes) throw tooLarge();
		return body;
	}
	let bytes = 0;
	return body.map((chunk: unknown) => {
		bytes += Buffer.isBuffer(chunk) ? chunk.length : 0;
		if (bytes > maxBytes) throw tooLarge();
		return chunk;
	});
};

// What a storage or a proxy answers in place of the file, also with status 200.
const NO_MEDIA = new Set(['application/json', 'application/xml', 'text/html', 'text/xml']);

const isMedia = ({ media_type }: RunFile): boolean =>
	media_type === 'image' || media_type === 'video' || media_type === 'audio';

/** Whether the transfer is not to blame for a file that could not be stored. */
const cameWhole = (body: BinarySource, abortSignal: AbortSignal): boolean =>
	Buffer.isBuffer(body) || (body.errored === null && !abortSignal.aborted);

const download = async (
	context: Context,
	run_id: string,
	file: RunFile,
	{ baseUrl, maxBytes }: Rules,
	abortSignal: AbortSignal,
): Promise<IBinaryData> => {
	const what = nameOf(run_id, file);
	const { url } = file.asset;
	const { statusCode, headers, body } = await open(context, what, url, baseUrl, abortSignal);
	if (statusCode < 200 || statusCode >= 300) {
		discard(body);
		throw transferRefused(`The download of ${what}`, statusCode);
	}
	const announced = numberOrNull(headers['content-length']);
	if (announced !== null && announced > maxBytes) {
		discard(body);
		throw tooLargeError(run_id, file, maxBytes, announced);
	}
	const mimeType = mimeTypeOf(text(headers['content-type']), new URL(url).pathname);
	if (isMedia(file) && mimeType !== undefined && NO_MEDIA.has(mimeType)) {
		discard(body);
		throw unexpectedAnswer(`${what} came as ${mimeType}, not as ${file.media_type}`);
	}
	const fileName = fileNameOf(run_id, file, text(headers['content-disposition']), mimeType);
	let tooLarge: ApiError | undefined;
	const source = limited(body, maxBytes, () => (tooLarge = tooLargeError(run_id, file, maxBytes)));
	const stored = await settle(() => context.helpers.prepareBinaryData(source, fileName, mimeType));
	if ('value' in stored) return stored.value;
	// What n8n makes of an error in a stream differs by where it keeps its files.
	if (tooLarge) throw tooLarge;
	throw cameWhole(body, abortSignal) ? notStored(what) : stored.error;
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

const readRules = async (context: Context): Promise<Rules> => ({
	baseUrl: readSettings(await context.getCredentials(CREDENTIAL)).baseUrl,
	maxBytes: readMaxFileBytes(context),
});

/**
 * Returns a function that downloads a run's file into n8n's binary data, streamed, a few at a time
 * over the whole execution, and again after a broken transfer. The API key is not sent, no private
 * address of a public API's answer is asked, and a file over Max File Size is not taken. It throws
 * an `ApiError`.
 */
export const downloader = (
	context: Context,
	pacing: Pacing,
): ((run_id: string, file: RunFile) => Promise<IBinaryData>) => {
	const enter = gate(DOWNLOADS_AT_ONCE);
	let rules: Promise<Rules> | undefined;
	return async (run_id, file) =>
		await enter(async () => {
			const known = await (rules ??= readRules(context));
			return await withRetries(
				undefined,
				pacing,
				() =>
					endAtLast(pacing, LONGEST_DOWNLOAD_MS, (abortSignal) =>
						download(context, run_id, file, known, abortSignal),
					),
				TRIES,
			);
		});
};
