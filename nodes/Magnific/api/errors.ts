import { invalidParamsOf, isWebPage, messageOf, saysNoCredits, type InvalidParam } from './answers';
import { firstText, isRecord, type JsonRecord } from './guards';
import { readRateHeaders } from './rateHeaders';
import { redact } from './redact';
import { BETWEEN, NO_CREDITS, wordingOf, type RefusalKind } from './refusalWords';

/**
 * What kind of "no" an API call met.
 * `not_json`: somebody between n8n and Magnific answered with a page of their own.
 * `unreachable`: no connection was made, so the request was certainly not received.
 * `network`: the connection broke or timed out, so nobody knows whether it was.
 * `stopped`: the execution was stopped, the call was not made.
 */
export type ApiErrorKind =
	| RefusalKind
	| 'invalid_inputs'
	| 'not_json'
	| 'unexpected_answer'
	| 'unreachable'
	| 'network'
	| 'not_stored'
	| 'stopped';

interface ApiErrorDetails {
	kind: ApiErrorKind;
	/** What happened, one sentence. */
	message: string;
	/** What the user can do now. */
	advice: string;
	httpCode?: number;
	/** What the answer's headers ask for, in ms; never 0. */
	retryAfterMs?: number;
	invalidParams?: InvalidParam[];
}

/** An API call that did not give what was asked for, in words a no-code user can act on. */
export class ApiError extends Error {
	readonly kind: ApiErrorKind;

	readonly advice: string;

	readonly httpCode: number | undefined;

	readonly retryAfterMs: number | undefined;

	readonly invalidParams: InvalidParam[];

	constructor(details: ApiErrorDetails) {
		super(details.message);
		this.name = 'ApiError';
		this.kind = details.kind;
		this.advice = details.advice;
		this.httpCode = details.httpCode;
		this.retryAfterMs = details.retryAfterMs;
		this.invalidParams = details.invalidParams ?? [];
	}

	/** True where asking again may help: only for calls that are safe to send twice. */
	get isPassing(): boolean {
		return (
			this.kind === 'rate_limited' ||
			this.kind === 'unavailable' ||
			this.kind === 'server' ||
			this.kind === 'not_json' ||
			this.kind === 'unexpected_answer' ||
			this.kind === 'unreachable' ||
			this.kind === 'network'
		);
	}

	/** True where the same key gets the same answer to every further call. */
	get concernsTheKey(): boolean {
		return this.kind === 'key_refused';
	}

	/** True where a submission that was not sent yet would meet the same, whatever its app: it is not worth sending. */
	get stopsSubmissions(): boolean {
		return this.concernsTheKey || this.kind === 'no_credits';
	}
}

/** Any thrown value as an `ApiError`; what is not one yet counts as a broken connection. */
export const toApiError = (error: unknown): ApiError =>
	error instanceof ApiError ? error : networkError(error);

/** Codes of a connection that was never made, and what they mean. */
const NEVER_CONNECTED = new Map([
	['ECONNREFUSED', 'the connection was refused'],
	['ENOTFOUND', 'there is no host of that name'],
	['EAI_AGAIN', 'its address could not be looked up'],
	['EHOSTUNREACH', 'there is no way to it'],
	['ENETUNREACH', 'there is no network'],
]);

const TIMED_OUT = new Set(['ETIMEDOUT', 'ECONNABORTED', 'ESOCKETTIMEDOUT']);

/** The network code (`ECONNRESET` …) of an error, looked for along its causes. */
const networkCode = (error: unknown, depth = 0): string => {
	if (!isRecord(error) || depth > 5) return '';
	// In n8n 1 and 2.20 the helper's error has no cause, and the network's code as its `httpCode`.
	const own = firstText(error.code, error.httpCode);
	// ERR_NETWORK and the like are the request library's, and hide the network's own code.
	if (own !== undefined && /^E(?!RR_)[A-Z_]+$/.test(own)) return own;
	return networkCode(error.cause, depth + 1) || networkCode(error.errorResponse, depth + 1);
};

/**
 * The error for a call that got no answer. The original is dropped: its request holds the key. The
 * code stays out of the text: n8n replaces a message that contains one by a text of its own.
 */
export const networkError = (error: unknown): ApiError => {
	const code = networkCode(error);
	const neverConnected = NEVER_CONNECTED.get(code);
	if (neverConnected !== undefined) {
		return new ApiError({
			kind: 'unreachable',
			message: `Magnific could not be reached: ${neverConnected}`,
			advice:
				'Check the base URL in the credential and whether this n8n can reach it through its network or proxy.',
		});
	}
	return new ApiError({
		kind: 'network',
		message: TIMED_OUT.has(code)
			? 'Magnific did not answer in time'
			: 'The connection to Magnific broke off before it answered',
		advice:
			'Try again; if it happens often, look at the network or proxy between n8n and Magnific.',
	});
};

interface Refusal {
	statusCode: number;
	/** Parsed where it is JSON, else the text. */
	body: unknown;
	/** All headers by their lower-case names. */
	headers?: JsonRecord;
	/** The header of that name, for who has no others. */
	retryAfter?: unknown;
	/** Milliseconds since the epoch, for headers that name a time. */
	now: number;
	/** Never to be seen in a message. */
	secrets: readonly string[];
	/** True where nothing has ever worked with this key: then a 403 concerns the plan. */
	isUntriedKey?: boolean;
}

/** The statuses that say the same whoever sent them. */
const isPlainStatus = (statusCode: number): boolean =>
	statusCode < 400 || statusCode === 429 || statusCode >= 500;

/** The error for an answer whose status is not 2xx. */
export const refusalError = (refusal: Refusal): ApiError => {
	const { statusCode, body, now, secrets, isUntriedKey = false } = refusal;
	const headers = refusal.headers ?? { 'retry-after': refusal.retryAfter };
	const isPage = isWebPage(body, headers);
	const { limit, ...pause } = readRateHeaders(headers, statusCode, now);
	const common = { httpCode: statusCode, ...pause };
	if (isPage && !isPlainStatus(statusCode)) return pageError(statusCode);

	const said = messageOf(body);
	const quote = said === undefined ? '' : `: ${redact(said, secrets)}`;
	const invalidParams = invalidParamsOf(body).map(({ name, reason }) => ({
		name: redact(name, secrets),
		reason: redact(reason, secrets),
	}));
	const wording = wordingOf(statusCode, isUntriedKey);
	if (saysNoCredits(statusCode, body, invalidParams.length > 0)) {
		return new ApiError({ ...common, ...NO_CREDITS, message: NO_CREDITS.message + quote });
	}
	if (statusCode === 422 || (wording.kind === 'rejected' && invalidParams.length > 0)) {
		const list = invalidParams.map(({ name, reason }) => (name ? `${name}: ${reason}` : reason));
		return new ApiError({
			...common,
			kind: 'invalid_inputs',
			message: `Magnific did not accept an input${list.length > 0 ? `: ${list.join('; ')}` : quote}`,
			advice: 'Correct the named inputs and run again.',
			invalidParams,
		});
	}
	const notes = [
		wording.advice,
		...(wording.kind === 'rate_limited' && limit !== undefined
			? [`Magnific names a limit of ${String(limit)}.`]
			: []),
		...(isPage && statusCode >= 400 ? [BETWEEN] : []),
	];
	return new ApiError({
		...common,
		...wording,
		// That of a redirect is none of the API's words.
		message: wording.kind === 'redirect' ? wording.message : wording.message + quote,
		advice: notes.join(' '),
	});
};

/** The error for a web page in place of an answer that only the API can give. */
const pageError = (statusCode: number): ApiError =>
	new ApiError({
		kind: 'not_json',
		httpCode: statusCode,
		message: `A firewall or proxy in between answered with a web page (${String(statusCode)}) instead of Magnific`,
		advice:
			'Try again; if it goes on, check the base URL in the credential, and ask who runs the network between n8n and Magnific.',
	});

/** The error for a 2xx answer that is not JSON: typically a proxy's or a login page. */
export const notJsonError = (statusCode: number): ApiError =>
	new ApiError({
		kind: 'not_json',
		httpCode: statusCode,
		message: 'The answer is not JSON; it may come from a proxy or a web page instead of the API',
		advice:
			'It looks like a firewall or proxy in between: check the base URL in the credential, and the network between n8n and Magnific.',
	});

/** The error for JSON that lacks what the API documents. `what` names the missing thing. */
export const unexpectedAnswer = (what: string): ApiError =>
	new ApiError({
		kind: 'unexpected_answer',
		message: `Magnific’s answer is not as documented: ${what}`,
		advice: 'If it goes on, look for an update of this node: the API may have changed.',
	});

/**
 * The error for a file that this node refuses to move: its address is none to go to, or it is too
 * large. `message` and `advice` as of any `ApiError`.
 */
export const transferForbidden = (message: string, advice: string): ApiError =>
	new ApiError({ kind: 'rejected', message, advice });

/** The error for a file that a storage address (not the API: no key is involved) did not take or give. */
export const transferRefused = (what: string, statusCode: number): ApiError =>
	new ApiError({
		kind: statusCode === 429 || statusCode >= 500 ? 'server' : 'rejected',
		httpCode: statusCode,
		message: `${what} was refused (${String(statusCode)})`,
		advice: 'Try again; addresses of files are valid for a limited time only.',
	});

/** The error for a file that arrived, but that n8n could not keep: a full disk, say. */
export const notStored = (what: string): ApiError =>
	new ApiError({
		kind: 'not_stored',
		message: `n8n could not store ${what}: see whether the disk for its binary data is full or write-protected`,
		advice: 'The URL of the file is in the run’s result.',
	});

/** The error for a call that was not made because the execution was stopped. */
export const stoppedError = (): ApiError =>
	new ApiError({
		kind: 'stopped',
		message: 'The execution was stopped',
		advice: 'Runs that were started go on at Magnific: pick them up with Run → Wait.',
	});

export type Settled<T> = { value: T } | { error: ApiError };

/** Makes a call and gives its value or its `ApiError` as a plain value; never throws. */
export const settle = async <T>(call: () => Promise<T>): Promise<Settled<T>> => {
	try {
		return { value: await call() };
	} catch (error) {
		return { error: toApiError(error) };
	}
};
