import { createHmac, timingSafeEqual } from 'crypto';
import { isRecord } from '../api/guards';

/** What a user attaches to a run: comes back with the callback. */
export type Metadata = Record<string, string>;

const META = 'meta';
const SIGNATURE = 'meta_sig';
/** What every server and proxy on the way takes. */
const LONGEST_URL = 2_000;

const sign = (apiKey: string, appId: string, encoded: string): string =>
	createHmac('sha256', `magnific-metadata:${apiKey}`)
		.update(`${appId}.${encoded}`)
		.digest('base64url');

/** A callback URL with metadata in its query, signed for this app; undefined where it gets too long. */
export const withMetadata = (
	url: string,
	metadata: Metadata,
	apiKey: string,
	appId: string,
): string | undefined => {
	const target = new URL(url);
	if (Object.keys(metadata).length > 0) {
		const encoded = Buffer.from(JSON.stringify(metadata)).toString('base64url');
		target.searchParams.set(META, encoded);
		target.searchParams.set(SIGNATURE, sign(apiKey, appId, encoded));
	}
	return target.href.length < LONGEST_URL ? target.href : undefined;
};

export type ReadMetadata = { metadata: Metadata } | { tampered: true } | { none: true };

/** The metadata of a callback's query, as far as it was signed by the same key for the same app. */
export const readMetadata = (
	query: Record<string, unknown>,
	apiKey: string,
	appId: string,
): ReadMetadata => {
	const { [META]: encoded, [SIGNATURE]: signature } = query;
	if (encoded === undefined && signature === undefined) return { none: true };
	if (typeof encoded !== 'string' || typeof signature !== 'string') return { tampered: true };
	const [given, expected] = [signature, sign(apiKey, appId, encoded)].map((part) =>
		Buffer.from(part),
	);
	if (
		!given ||
		!expected ||
		given.length !== expected.length ||
		!timingSafeEqual(given, expected)
	) {
		return { tampered: true };
	}
	const parsed = parse(Buffer.from(encoded, 'base64url').toString('utf8'));
	return parsed ? { metadata: parsed } : { tampered: true };
};

const parse = (json: string): Metadata | undefined => {
	try {
		const value: unknown = JSON.parse(json);
		if (!isRecord(value)) return undefined;
		return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
	} catch {
		return undefined;
	}
};
