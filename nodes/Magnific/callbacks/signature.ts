import { createHmac, timingSafeEqual } from 'crypto';
import { numberOrNull } from '../api/guards';

/** Headers as Node gives them: names in lower case, repeated ones joined or as a list. */
export type IncomingHeaders = Record<string, string | string[] | undefined>;

export type SignatureVerdict = 'right' | 'missing' | 'stale' | 'wrong';

/** A delivery older or newer than this is not believed, in s. */
export const FRESH_FOR_S = 5 * 60;

const BASE64_SECRET = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * The keys that a secret may stand for: after `whsec_` it is base64. Of others the vendor's samples
 * take the text's bytes in Python, JavaScript and Java, and decode it as base64 in PHP. Only
 * well-formed base64 is decoded, which no secret becomes easier to guess by; what anybody could sign
 * with, an empty key, is none.
 */
const keysOf = (secret: string): Buffer[] => {
	const keys = secret.startsWith(BASE64_SECRET)
		? [Buffer.from(secret.slice(BASE64_SECRET.length), 'base64')]
		: [
				Buffer.from(secret, 'utf8'),
				...(BASE64.test(secret) ? [Buffer.from(secret, 'base64')] : []),
			];
	return keys.filter((key) => key.length > 0);
};

const digestOf = (key: Buffer, id: string, timestamp: string, rawBody: Buffer | string): string => {
	const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(rawBody);
	return hmac.digest('base64');
};

/** The signature of a delivery, as Standard Webhooks defines it: `v1,<base64>`. */
export const signatureOf = (
	secret: string,
	id: string,
	timestamp: string,
	rawBody: Buffer | string,
): string => `v1,${digestOf(keysOf(secret)[0] ?? Buffer.alloc(0), id, timestamp, rawBody)}`;

const text = (header: string | string[] | undefined): string =>
	(Array.isArray(header) ? header.join(' ') : (header ?? '')).trim();

/**
 * What follows `v<n>,` in each entry: the number is the version of the secret, and while one is
 * rotated there are several. Node and proxies join repeated headers by a comma.
 */
const digestsIn = (header: string): string[] =>
	[...header.matchAll(/(?<=^|[\s,])v\d+,([^\s,]+)/g)].flatMap(([, digest]) => digest ?? []);

const same = (a: string, b: string): boolean => {
	const [left, right] = [Buffer.from(a), Buffer.from(b)];
	return left.length === right.length && timingSafeEqual(left, right);
};

/** As seconds, the year 5138: no timestamp in seconds is as large, and every one in ms is larger. */
const LEAST_MS = 1e11;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** Its unit is not documented: seconds, milliseconds and ISO 8601 are taken. In ms; null for others. */
const timeOf = (timestamp: string): number | null => {
	const iso = ISO_TIME.exec(timestamp);
	if (iso) {
		const time = Date.parse(iso[3] === undefined ? `${timestamp}Z` : timestamp);
		return Number.isNaN(time) ? null : time;
	}
	const number = numberOrNull(timestamp);
	return number === null || Math.abs(number) >= LEAST_MS ? number : number * 1000;
};

/**
 * Checks a delivery's signature over its raw body; `now` in ms since the epoch. Any entry that
 * matches is enough. Stale is only said of a delivery whose signature is right.
 */
export const checkSignature = (
	secret: string,
	headers: IncomingHeaders,
	rawBody: Buffer | string,
	now: number,
): SignatureVerdict => {
	const id = text(headers['webhook-id']);
	const timestamp = text(headers['webhook-timestamp']);
	const digests = digestsIn(text(headers['webhook-signature']));
	const time = timeOf(timestamp);
	if (id === '' || time === null || digests.length === 0) return 'missing';
	const expected = keysOf(secret).map((key) => digestOf(key, id, timestamp, rawBody));
	// All are compared, so that the time taken tells nothing of which one fits.
	const fits = expected.flatMap((one) => digests.map((digest) => same(digest, one))).some(Boolean);
	if (!fits) return 'wrong';
	return Math.abs(now - time) > FRESH_FOR_S * 1000 ? 'stale' : 'right';
};
