import { createHash } from 'crypto';
import { normalizeBaseUrl, type EndpointFamilySetting } from './endpoints';
import { ApiError } from './errors';
import { numberOrNull, type JsonRecord } from './guards';

export const CREDENTIAL = 'magnificApi';

const DEFAULT_REQUESTS_PER_MINUTE = 50;

/** The credential, read. */
export interface Settings {
	apiKey: string;
	/** Without a trailing slash. */
	baseUrl: string;
	/** The base URL's origin: the key goes there and nowhere else. */
	origin: string;
	endpointFamily: EndpointFamilySetting;
	requestsPerMinute: number;
	/** Empty: callbacks are confirmed by the API. */
	webhookSecret: string;
}

/** A line break pasted along with a key or a secret is no part of it. */
const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** Reads the credential's fields. Throws an `ApiError` where its base URL is none. */
export const readSettings = (credential: JsonRecord): Settings => {
	const { apiKey, baseUrl, endpointFamily, requestsPerMinute, webhookSecret } = credential;
	const limit = numberOrNull(requestsPerMinute);
	const base = normalizeBaseUrl(text(baseUrl));
	return {
		apiKey: text(apiKey),
		baseUrl: base,
		origin: originOf(base),
		endpointFamily:
			endpointFamily === 'apps' || endpointFamily === 'flows' ? endpointFamily : 'auto',
		requestsPerMinute:
			limit !== null && limit >= 1 ? Math.floor(limit) : DEFAULT_REQUESTS_PER_MINUTE,
		webhookSecret: text(webhookSecret),
	};
};

const originOf = (baseUrl: string): string => {
	if (!URL.canParse(baseUrl)) {
		throw new ApiError({
			kind: 'rejected',
			message: `The base URL “${baseUrl}” in the credential is not a web address`,
			advice: 'Enter an address like https://api.magnific.com.',
		});
	}
	return new URL(baseUrl).origin;
};

/** Stands for a key at its origin wherever something is kept for it: the key itself is not. */
export const keyDigest = ({ origin, apiKey }: Pick<Settings, 'origin' | 'apiKey'>): string =>
	createHash('sha256').update(`${origin} ${apiKey}`).digest('hex');
