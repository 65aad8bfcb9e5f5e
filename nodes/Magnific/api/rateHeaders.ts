import { numberOrNull, type JsonRecord } from './guards';

/** The API's longest window is 2 min: a longer wait is a slip of some proxy, and would stop everybody. */
const LONGEST_WAIT_MS = 5 * 60_000;

/** Undefined for a wait that is over already: the clocks differ, or somebody sends zeros. */
const bounded = (wait: number): number | undefined =>
	wait > 0 ? Math.min(LONGEST_WAIT_MS, wait) : undefined;

/**
 * `Retry-After` in ms, 5 min at most: seconds or an HTTP date. Undefined where it is absent,
 * unreadable, zero or past: it tells nothing then, and the caller's own pause holds.
 */
export const retryAfterMs = (header: unknown, now: number): number | undefined => {
	const seconds = numberOrNull(header);
	const date = typeof header === 'string' ? Date.parse(header) : NaN;
	return bounded(seconds === null ? date - now : seconds * 1000);
};

/** A header's first number: `50, 50;w=60` is 50. */
const firstNumber = (header: unknown): number | null =>
	numberOrNull(typeof header === 'string' ? header.split(/[,;]/)[0] : header);

/** Seconds from now on; what is too large for that is a Unix time in s or ms. */
const resetMs = (header: unknown, now: number): number | undefined => {
	const reset = firstNumber(header);
	if (reset === null) return undefined;
	if (reset < 1e9) return bounded(reset * 1000);
	return bounded((reset < 1e11 ? reset * 1000 : reset) - now);
};

export interface RateHeaders {
	/** How long to wait, in ms; undefined where the answer does not say. */
	retryAfterMs?: number;
	/** Requests that the server lets through in its window. */
	limit?: number;
}

/**
 * What the headers of an answer (lower-case names) say about when to come again: `Retry-After`, else
 * `x-ratelimit-reset`, unless `-remaining` says that this window was not the one that is full.
 * Without a 429 the reset says nothing about this request and is not read.
 */
export const readRateHeaders = (
	headers: JsonRecord,
	statusCode: number,
	now: number,
): RateHeaders => {
	const isFull = statusCode === 429 && !((firstNumber(headers['x-ratelimit-remaining']) ?? 0) > 0);
	const wait =
		retryAfterMs(headers['retry-after'], now) ??
		(isFull ? resetMs(headers['x-ratelimit-reset'], now) : undefined);
	const limit = firstNumber(headers['x-ratelimit-limit']);
	return {
		...(wait === undefined ? {} : { retryAfterMs: wait }),
		...(limit !== null && limit >= 1 ? { limit } : {}),
	};
};
