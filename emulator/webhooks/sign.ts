import { createHmac } from 'node:crypto';

/**
 * One `v1,<base64>` entry as Standard Webhooks has it: HMAC-SHA256 over `<id>.<timestamp>.<body>`.
 * @param secret used as UTF-8 bytes; after the prefix `whsec_` it is base64
 */
export function signatureEntry(
	secret: string,
	id: string,
	timestamp: string,
	body: string | Buffer,
): string {
	const prefix = 'whsec_';
	const key = secret.startsWith(prefix)
		? Buffer.from(secret.slice(prefix.length), 'base64')
		: Buffer.from(secret, 'utf8');
	const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
	return `v1,${hmac.digest('base64')}`;
}
