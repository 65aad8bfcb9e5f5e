import { numberOrNull, type JsonRecord } from './guards';

/** The API's longest window is 2 min: a longer wait is a slip of some proxy, and would stop everybody. */
const LONGEST_WAIT_MS = 5 * 60_000;

/** Undefined for a wait that is over already: the clocks differ, or somebody sends zeros. */
const bounded = (wait: number): number | undefined =>
	wait > 0 ? Math.min(LONGEST_WAIT_MS, wait) : undefined;

const UNITS_MS: Record<string, number> = { ms: 1, s: 1000, '': 1000 };

/**
 * What `Retry-After` or a reset says, in ms, 5 min at most: seconds from now on, also with their unit;
 * a Unix time in s or ms where they are too many for that; or a date. Of several values the first.
 * Undefined where it is absent, unreadable, zero or past: it tells nothing then, and the caller's own
 * pause holds.
 */
export const retryAfterMs = (header: unknown, now: number): number | undefined => {
	const text = String(Array.isArray(header) ? header[0] : header).trim();
	const [, digits, unit = ''] =
		/^(\d+(?:\.\d+)?(?:e\d+)?)\s*(ms|s)?(?:\s*[,;]|$)/i.exec(text) ?? [];
	if (digits === undefined)
		return /^(?:[a-z]|\d{4}-)/i.test(text) ? bounded(Date.parse(text) - now) : undefined;
	const number = Number(digits);
	if (unit !== '' || number < 1e9) return bounded(number * (UNITS_MS[unit.toLowerCase()] ?? 1000));
	return bounded((number < 1e11 ? number * 1000 : number) - now);
};

/** A header's first number: `50, 50;w=60` is 50. */
const firstNumber = (header: unknown): number | null =>
	numberOrNull(typeof header === 'string' ? header.split(/[,;]/)[0] : header);

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
		(isFull ? retryAfterMs(headers['x-ratelimit-reset'], now) : undefined);
	const limit = firstNumber(headers['x-ratelimit-limit']);
	return {
		...(wait === undefined ? {} : { retryAfterMs: wait }),
		...(limit !== null && limit >= 1 ? { limit } : {}),
	};
};
