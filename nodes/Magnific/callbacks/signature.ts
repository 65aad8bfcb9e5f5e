import { createHmac, timingSafeEqual } from 'crypto';
import { numberOrNull } from '../api/guards';

/** Headers as Node gives them: names in lower case, repeated ones joined or as a list. */
export type IncomingHeaders = Record<string, string | string[] | undefined>;

export type SignatureVerdict = 'right' | 'missing' | 'stale' | 'wrong';

/** A delivery older or newer than this is not believed, in s. */
export const FRESH_FOR_S = 5 * 60;

const BASE64_SECRET = 'whsec_';

const keyOf = (secret: string): Buffer =>
	secret.startsWith(BASE64_SECRET)
		? Buffer.from(secret.slice(BASE64_SECRET.length), 'base64')
		: Buffer.from(secret, 'utf8');

/** The signature of a delivery, as Standard Webhooks defines it: `v1,<base64>`. */
export const signatureOf = (
	secret: string,
	id: string,
	timestamp: string,
	rawBody: Buffer | string,
): string => {
	const hmac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(rawBody);
	return `v1,${hmac.digest('base64')}`;
};

const text = (header: string | string[] | undefined): string =>
	(Array.isArray(header) ? header.join(' ') : (header ?? '')).trim();

/** While a secret is rotated there are several; Node and proxies join repeated headers by a comma. */
const entries = (header: string): string[] =>
	[...header.matchAll(/(?<=^|[\s,])v1,[^\s,]+/g)].map(([entry]) => entry);

const same = (a: string, b: string): boolean => {
	const [left, right] = [Buffer.from(a), Buffer.from(b)];
	return left.length === right.length && timingSafeEqual(left, right);
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
	const signatures = entries(text(headers['webhook-signature']));
	const seconds = numberOrNull(timestamp);
	if (id === '' || seconds === null || signatures.length === 0) return 'missing';
	// What anybody could sign proves nothing.
	if (keyOf(secret).length === 0) return 'wrong';
	const expected = signatureOf(secret, id, timestamp, rawBody);
	// All entries are compared, so that the time taken tells nothing of which one fits.
	const fits = signatures.map((signature) => same(signature, expected)).some(Boolean);
	if (!fits) return 'wrong';
	return Math.abs(now / 1000 - seconds) > FRESH_FOR_S ? 'stale' : 'right';
};
