import type { IBinaryData, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import {
	ApiError,
	notStored,
	settle,
	stoppedError,
	transferForbidden,
	transferRefused,
	unexpectedAnswer,
} from '../api/errors';
import { isRecord, numberOrNull } from '../api/guards';
import { withRetries, type Pacing } from '../api/retry';
import { CREDENTIAL, readSettings } from '../api/settings';
import { gate } from '../runs/concurrency';
import { urlExpiry } from '../runs/expiry';
import { forbiddenAddress } from '../callbacks/reachable';
import { fileNameOf } from './fileName';
import { mimeTypeOf } from './mediaTypes';
import { onceEach } from './onceEach';

const BYTES_PER_MB = 1_000_000;

// Until the first byte; a long video may take its time after that.
const ANSWER_TIMEOUT_MS = 120_000;
// Nothing else ends a transfer that no longer moves on while n8n writes it to disk.
const LONGEST_DOWNLOAD_MS = 30 * 60_000;
const DOWNLOADS_AT_ONCE = 4;
const TRIES = 3;
const MOST_REDIRECTS = 5;
/** Files appear a little after the end of their run: until then a storage refuses or gives nothing. */
const NOT_YET = new Set([403, 404, 425]);
const PAUSES_MS = [500, 1_000, 2_000, 4_000];
/** An n8n whose clock is off by less than this may take a link for expired that still works. */
const CLOCK_MAY_BE_OFF_MS = 6 * 60 * 60_000;

type Context = IExecuteFunctions | IWebhookFunctions;

/** A file that cannot be had any more: its link says itself that its time is over. */
export class LinkExpired extends ApiError {}

const linkExpired = (what: string, expiredAt: number): LinkExpired =>
	new LinkExpired({
		kind: 'rejected',
		message: `the link of ${what} expired at ${new Date(expiredAt).toISOString()}`,
		advice:
			'The file cannot be had by this link any more. See in Magnific whether it is still there.',
	});

/** A file at Magnific. */
export interface RemoteFile {
	/** How a message names it. */
	what: string;
	/** Of the run or creation that it belongs to, or its own: its name is made of it. */
	id: string;
	/** Its place among the files of the run. */
	index: number;
	/** `image`, `video`, `audio`, or another. */
	media_type: string | null;
	url: string;
}

/** What holds for a download. */
interface Rules {
	/** Of the API: a private one may name private addresses. */
	baseUrl: string;
	/** Infinity: no limit. */
	maxBytes: number;
}

type BinarySource = Parameters<IExecuteFunctions['helpers']['prepareBinaryData']>[0];

interface Answer {
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

const isAnswer = (value: unknown): value is Answer =>
	isRecord(value) &&
	typeof value.statusCode === 'number' &&
	isRecord(value.headers) &&
	isSource(value.body);

const text = (value: unknown): string | undefined =>
	typeof value === 'string' ? value : undefined;

const request = async (
	context: Context,
	url: string,
	abortSignal: AbortSignal,
): Promise<Answer> => {
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
	if (!isAnswer(answer.value)) throw unexpectedAnswer('a file has no content');
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
): Promise<Answer> => {
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
const tooLargeError = (what: string, maxBytes: number, bytes?: number): ApiError => {
	const size =
		bytes === undefined ? 'is' : `has ${String(Math.ceil(bytes / BYTES_PER_MB))} MB, which is`;
	return transferForbidden(
		`${what[0]?.toUpperCase() ?? ''}${what.slice(1)} ${size} over Max File Size (${String(maxBytes / BYTES_PER_MB)} MB)`,
		'Raise the option Max File Size (MB), or use the URL in the run’s result.',
	);
};

/** The same body, counted; it breaks off as soon as more than `maxBytes` have come. */
const counted = (
	body: BinarySource,
	maxBytes: number,
	tooLarge: () => ApiError,
): { source: BinarySource; bytes: () => number } => {
	if (Buffer.isBuffer(body)) {
		if (body.length > maxBytes) throw tooLarge();
		return { source: body, bytes: () => body.length };
	}
	let bytes = 0;
	const source = body.map((chunk: unknown) => {
		bytes += Buffer.isBuffer(chunk) ? chunk.length : 0;
		if (bytes > maxBytes) throw tooLarge();
		return chunk;
	});
	return { source, bytes: () => bytes };
};

// What a storage or a proxy answers in place of the file, also with status 200.
const NO_MEDIA = new Set(['application/json', 'application/xml', 'text/html', 'text/xml']);

const isMedia = ({ media_type }: RemoteFile): boolean =>
	media_type === 'image' || media_type === 'video' || media_type === 'audio';

/** Whether the transfer is not to blame for a file that could not be stored. */
const cameWhole = (body: BinarySource, abortSignal: AbortSignal): boolean =>
	Buffer.isBuffer(body) || (body.errored === null && !abortSignal.aborted);

/** A file in n8n's binary data, or why there is none yet. `saidAt`: by the storage's own clock, NaN where it tells no time. */
type Fetched = { file: IBinaryData } | { notYet: ApiError; saidAt: number };

const noContent = (what: string): ApiError =>
	transferForbidden(
		`there is no file: the answer for ${what} was empty`,
		'The URL of the file is in the run’s result.',
	);

/** Throws an `ApiError` where asking again within seconds does not help. */
const download = async (
	context: Context,
	file: RemoteFile,
	{ baseUrl, maxBytes }: Rules,
	abortSignal: AbortSignal,
): Promise<Fetched> => {
	const { what, id, index, url } = file;
	const { statusCode, headers, body } = await open(context, what, url, baseUrl, abortSignal);
	const saidAt = Date.parse(text(headers.date) ?? '');
	if (statusCode < 200 || statusCode >= 300) {
		discard(body);
		const refusal = transferRefused(`The download of ${what}`, statusCode);
		if (NOT_YET.has(statusCode)) return { notYet: refusal, saidAt };
		throw refusal;
	}
	const announced = numberOrNull(headers['content-length']);
	if (announced !== null && announced > maxBytes) {
		discard(body);
		throw tooLargeError(what, maxBytes, announced);
	}
	if (announced === 0) {
		discard(body);
		return { notYet: noContent(what), saidAt };
	}
	const disposition = text(headers['content-disposition']);
	const mimeType = mimeTypeOf(text(headers['content-type']), new URL(url).pathname);
	if (isMedia(file) && mimeType !== undefined && NO_MEDIA.has(mimeType)) {
		discard(body);
		throw unexpectedAnswer(`${what} came as ${mimeType}, not as ${String(file.media_type)}`);
	}
	const fileName = fileNameOf({ id, index, url, disposition, mimeType });
	let tooLarge: ApiError | undefined;
	const { source, bytes } = counted(
		body,
		maxBytes,
		() => (tooLarge = tooLargeError(what, maxBytes)),
	);
	const stored = await settle(() => context.helpers.prepareBinaryData(source, fileName, mimeType));
	if ('value' in stored) {
		return bytes() === 0 ? { notYet: noContent(what), saidAt } : { file: stored.value };
	}
	// What n8n makes of an error in a stream differs by where it keeps its files.
	if (tooLarge) throw tooLarge;
	throw cameWhole(body, abortSignal) ? notStored(what) : stored.error;
};

/** Asks for a file again while it is not there yet, for some seconds; in vain for none whose link has expired. */
const downloadOnceThere = async (
	what: string,
	url: string,
	{ clock, signal }: Pacing,
	ask: () => Promise<Fetched>,
): Promise<IBinaryData> => {
	const expiry = urlExpiry(url) ?? Infinity;
	if (clock.now() - CLOCK_MAY_BE_OFF_MS >= expiry) throw linkExpired(what, expiry);
	for (let asked = 0; ; asked++) {
		const fetched = await ask();
		if ('file' in fetched) return fetched.file;
		if (fetched.saidAt >= expiry) throw linkExpired(what, expiry);
		const pauseMs = PAUSES_MS[asked];
		if (pauseMs === undefined) throw fetched.notYet;
		await clock.sleep(pauseMs, signal);
		if (signal?.aborted === true) throw stoppedError();
	}
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

/** The same file, whatever its token. */
const keyOf = ({ id, index, url }: RemoteFile): string =>
	`${id} ${String(index)} ${url.split(/[?#]/)[0] ?? ''}`;

/** `maxMegabytes`: 0 for no limit. */
export type Download = (file: RemoteFile, maxMegabytes: number) => Promise<IBinaryData>;

/**
 * Returns a function that downloads a file into n8n's binary data, streamed, a few at a time,
 * once for an execution of all tries, and again after a broken transfer or while the file is not
 * there yet. The API key is not sent, no private address of a public API's answer is asked, and a
 * file over the limit is not taken. It throws an `ApiError`.
 */
export const downloader = (context: Context, pacing: Pacing): Download => {
	const enter = gate(DOWNLOADS_AT_ONCE);
	const once = onceEach(context);
	let settings: Promise<{ baseUrl: string }> | undefined;
	const readBaseUrl = async (): Promise<{ baseUrl: string }> =>
		readSettings(await context.getCredentials(CREDENTIAL));
	return async (file, maxMegabytes) =>
		await once(keyOf(file), async () => {
			const { baseUrl } = await (settings ??= readBaseUrl());
			// Parked by an earlier version, an execution knows of no limit.
			const maxBytes = maxMegabytes > 0 ? maxMegabytes * BYTES_PER_MB : Infinity;
			const ask = async (): Promise<Fetched> =>
				await enter(() =>
					endAtLast(pacing, LONGEST_DOWNLOAD_MS, (abortSignal) =>
						download(context, file, { baseUrl, maxBytes }, abortSignal),
					),
				);
			return await withRetries(
				undefined,
				pacing,
				() => downloadOnceThere(file.what, file.url, pacing, ask),
				TRIES,
			);
		});
};
