import { createHmac } from 'node:crypto';

/** How secrets become keys and moments become text, which the vendor's samples do not agree on. */
export interface Scheme {
	secretEncoding: 'utf8' | 'base64';
	timestampUnit: 'seconds' | 'milliseconds' | 'iso';
}

/** A secret and the version that its signatures name. */
export interface VersionedSecret {
	secret: string;
	version: number;
}

/**
 * One `v<version>,<base64>` entry as Standard Webhooks has it: HMAC-SHA256 over
 * `<id>.<timestamp>.<body>`. After the prefix `whsec_` a secret is base64 in any case.
 */
export function signatureEntry(
	{ secret, version }: VersionedSecret,
	encoding: Scheme['secretEncoding'],
	id: string,
	timestamp: string,
	body: string | Buffer,
): string {
	const prefix = 'whsec_';
	const key = secret.startsWith(prefix)
		? Buffer.from(secret.slice(prefix.length), 'base64')
		: Buffer.from(secret, encoding);
	const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
	return `v${String(version)},${hmac.digest('base64')}`;
}

/** @param seconds since 1970 */
export function timestampText(seconds: number, unit: Scheme['timestampUnit']): string {
	switch (unit) {
		case 'milliseconds':
			return String(seconds * 1_000);
		case 'iso':
			return new Date(seconds * 1_000).toISOString();
		case 'seconds':
			return String(seconds);
	}
}
