import { firstText, isRecord, numberOrNull } from './guards';

/**
 * What kind of "no" an API call met.
 * `unreachable`: no connection was made, so the request was certainly not received.
 * `network`: the connection broke or timed out, so nobody knows whether it was.
 * `stopped`: the execution was stopped, the call was not made.
 */
export type ApiErrorKind =
	| 'key_refused'
	| 'no_credits'
	| 'plan'
	| 'not_found'
	| 'invalid_inputs'
	| 'rate_limited'
	| 'unavailable'
	| 'server'
	| 'rejected'
	| 'redirect'
	| 'not_json'
	| 'unexpected_answer'
	| 'unreachable'
	| 'network'
	| 'not_stored'
	| 'stopped';

export interface InvalidParam {
	name: string;
	reason: string;
}

interface ApiErrorDetails {
	kind: ApiErrorKind;
	/** What happened, one sentence. */
	message: string;
	/** What the user can do now. */
	advice: string;
	httpCode?: number;
	/** From `Retry-After`, in ms. */
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
		return this.kind === 'key_refused' || this.kind === 'plan';
	}
}

/** Any thrown value as an `ApiError`; what is not one yet counts as a broken connection. */
export const toApiError = (error: unknown): ApiError =>
	error instanceof ApiError ? error : networkError(error);

const URL_SECRETS = /(https?:\/\/)(?:[^\s"'<>/?#@]*@)?([^\s"'<>?#]*)(?:[?#][^\s"'<>]*)?/gi;

/** Parameters that make a URL signed, also where a text quotes the query alone. */
const SIGNING =
	/\b((?:x-amz|x-goog)-[a-z-]+|[a-z_-]*(?:signature|token|api_?key)|sig|key-pair-id|policy)=[^\s"'<>&]+/gi;

/**
 * Takes out of a text what must not be shown: the given secrets, the query, fragment and login of
 * every URL (signed URLs carry their token there), and the values of signing parameters.
 */
export const redact = (text: string, secrets: readonly string[] = []): string =>
	secrets
		.filter((secret) => secret !== '')
		.reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
		.replace(URL_SECRETS, '$1$2')
		.replace(SIGNING, '$1=***');

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

/** The API's longest window is 2 min: a longer wait is a slip of some proxy, and would stop everybody. */
const LONGEST_RETRY_AFTER_MS = 5 * 60_000;

/**
 * `Retry-After` in ms, 5 min at most: seconds or an HTTP date; undefined when absent or unreadable.
 */
export const retryAfterMs = (header: unknown, now: number): number | undefined => {
	const seconds = numberOrNull(header);
	const date = typeof header === 'string' ? Date.parse(header) : NaN;
	const wait = seconds === null ? date - now : seconds * 1000;
	return Number.isNaN(wait) ? undefined : Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, wait));
};

const invalidParamsOf = (body: unknown): InvalidParam[] => {
	if (!isRecord(body)) return [];
	const problem = isRecord(body.problem) ? body.problem : body;
	const list = Array.isArray(problem.invalid_params) ? problem.invalid_params : [];
	return list.filter(isRecord).map((param) => ({
		name: firstText(param.name, param.field) ?? '',
		reason: firstText(param.reason, param.message) ?? 'not accepted',
	}));
};

const messageOf = (body: unknown): string | undefined => {
	if (!isRecord(body)) return undefined;
	const problem = isRecord(body.problem) ? body.problem : {};
	const text = firstText(body.message, problem.message, problem.detail, body.detail, body.error);
	return text?.trim().replace(/[.\s]+$/, '');
};

interface Refusal {
	statusCode: number;
	body: unknown;
	retryAfter?: unknown;
	/** Milliseconds since the epoch, for a `Retry-After` that is a date. */
	now: number;
	/** Never to be seen in a message. */
	secrets: readonly string[];
}

/** The error for an answer whose status is not 2xx. */
export const refusalError = ({ statusCode, body, retryAfter, now, secrets }: Refusal): ApiError => {
	const said = messageOf(body);
	const quote = said === undefined ? '' : `: ${redact(said, secrets)}`;
	const retry = retryAfterMs(retryAfter, now);
	const common = {
		httpCode: statusCode,
		...(retry === undefined ? {} : { retryAfterMs: retry }),
	};

	if (statusCode >= 300 && statusCode < 400) {
		return new ApiError({
			...common,
			kind: 'redirect',
			message: `The base URL answered with a redirect (${String(statusCode)})`,
			advice:
				'The API key is not sent to another address. Put the final address of the API into the credential’s base URL.',
		});
	}
	switch (statusCode) {
		case 401:
			return new ApiError({
				...common,
				kind: 'key_refused',
				message: `Magnific refused the API key${quote}`,
				advice:
					'Check the API key in the credential, or create a new one in the Magnific dashboard.',
			});
		case 403:
			return new ApiError({
				...common,
				kind: 'plan',
				message: `Magnific does not allow this with your plan or role${quote}`,
				advice:
					'The Apps API is part of certain Magnific plans only. Check the plan that the key belongs to.',
			});
		case 404:
			return new ApiError({
				...common,
				kind: 'not_found',
				message: `Magnific does not know what was asked for${quote}`,
				advice: 'Check the id, and whether the account of this API key can see it.',
			});
		case 429:
			return new ApiError({
				...common,
				kind: 'rate_limited',
				message: `Magnific asks to slow down (429)${quote}`,
				advice:
					'Set Requests Per Minute in the credential to what your plan allows. Others who use the same key count too.',
			});
		case 503:
			return new ApiError({
				...common,
				kind: 'unavailable',
				message: `Magnific is not available at the moment (503)${quote}`,
				advice: 'Try again in a few minutes.',
			});
	}
	if (statusCode >= 500) {
		return new ApiError({
			...common,
			kind: 'server',
			message: `Magnific could not handle the request (${String(statusCode)})${quote}`,
			advice: 'Try again in a few minutes; if it goes on, ask Magnific’s support.',
		});
	}
	const invalidParams = invalidParamsOf(body).map(({ name, reason }) => ({
		name: redact(name, secrets),
		reason: redact(reason, secrets),
	}));
	if (statusCode === 422 || invalidParams.length > 0) {
		const list = invalidParams.map(({ name, reason }) => (name ? `${name}: ${reason}` : reason));
		return new ApiError({
			...common,
			kind: 'invalid_inputs',
			message: `Magnific did not accept an input${list.length > 0 ? `: ${list.join('; ')}` : quote}`,
			advice: 'Correct the named inputs and run again.',
			invalidParams,
		});
	}
	return new ApiError({
		...common,
		kind: 'rejected',
		message: `Magnific did not accept the request (${String(statusCode)})${quote}`,
		advice: 'Check the values of this node.',
	});
};

/** The error for a 2xx answer that is not JSON: typically a proxy's or a login page. */
export const notJsonError = (statusCode: number): ApiError =>
	new ApiError({
		kind: 'not_json',
		httpCode: statusCode,
		message: 'The answer is not JSON; it may come from a proxy or a web page instead of the API',
		advice: 'Check the base URL in the credential and any proxy between n8n and Magnific.',
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
