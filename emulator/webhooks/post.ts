import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Answer {
	/** 0 if nobody answered. */
	status: number;
	body: string;
	error?: string;
}

/**
 * Sends a body with headers exactly as given, which `fetch` does not: it joins repeated names and
 * lowers their case. Never throws.
 */
export function post(
	url: string,
	headers: readonly [string, string][],
	body: string,
	options: { method: string; timeoutMs: number; signal: AbortSignal },
): Promise<Answer> {
	const target = new URL(url);
	const bytes = Buffer.from(body);
	const flat = [
		['Host', target.host],
		['Content-Length', String(bytes.length)],
		['Connection', 'close'],
		...headers,
	].flat();
	const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
	return new Promise((resolve) => {
		const failed = (error: Error): void => {
			resolve({ status: 0, body: '', error: error.message });
		};
		const request = send(
			target,
			{
				method: options.method,
				headers: flat,
				signal: AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]),
			},
			(response) => {
				const chunks: Buffer[] = [];
				response.on('data', (chunk: Buffer) => chunks.push(chunk));
				response.on('error', failed);
				response.on('end', () => {
					const text = Buffer.concat(chunks).toString('utf8');
					resolve({ status: response.statusCode ?? 0, body: text });
				});
			},
		);
		request.on('error', failed);
		request.end(bytes);
	});
}
