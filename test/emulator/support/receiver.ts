import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
	path: string;
	headers: IncomingHttpHeaders;
	/** Name, value, name, value … as they came. */
	rawHeaders: string[];
	body: string;
}

export interface Receiver {
	url: string;
	received: Received[];
	/** What it answers, 200 at first. */
	answer: { status: number };
	close(): Promise<void>;
}

/** A server that takes callbacks and remembers them. */
export async function startReceiver(): Promise<Receiver> {
	const received: Received[] = [];
	const answer = { status: 200 };
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const { url = '', headers, rawHeaders } = request;
			received.push({ path: url, headers, rawHeaders, body: Buffer.concat(chunks).toString() });
			response.statusCode = answer.status;
			response.end('taken');
		});
	});
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	return {
		url: `http://127.0.0.1:${String(portOf(server.address()))}`,
		received,
		answer,
		close: () =>
			new Promise((resolve) => {
				server.closeAllConnections();
				server.close(() => {
					resolve();
				});
			}),
	};
}

function portOf(address: AddressInfo | string | null): number {
	if (address === null || typeof address === 'string') throw new Error('no port');
	return address.port;
}
