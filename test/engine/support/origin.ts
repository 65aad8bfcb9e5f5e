import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A request as a server saw it. */
export interface Seen {
	method: string;
	/** Path and query. */
	path: string;
	headers: Record<string, string>;
	body: Buffer;
}

export interface Answer {
	status: number;
	headers?: Record<string, string>;
	/** A list is sent piece by piece, without an announced length. */
	body?: Buffer | Buffer[];
}

export interface Origin {
	/** Without a trailing slash. */
	url: string;
	/** All that came, in order. */
	seen: Seen[];
	close(): Promise<void>;
}

const readAll = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
	const chunks: Buffer[] = [];
	for await (const chunk of stream) chunks.push(chunk);
	return Buffer.concat(chunks);
};

const headersOf = ({ rawHeaders }: IncomingMessage): Record<string, string> =>
	Object.fromEntries(
		rawHeaders.flatMap((name, i) =>
			i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1] ?? '']] : [],
		),
	);

const send = async (response: ServerResponse, answer: Answer): Promise<void> => {
	response.writeHead(answer.status, answer.headers);
	if (!Array.isArray(answer.body)) {
		response.end(answer.body);
		return;
	}
	// Who breaks off has its reasons.
	await pipeline(Readable.from(answer.body), response).catch(() => undefined);
};

/** A web server of its own on a free port, which remembers every request. */
export const startOrigin = async (
	answer: (request: Seen) => Answer | Promise<Answer>,
): Promise<Origin> => {
	const seen: Seen[] = [];
	const server = createServer((request, response) => {
		void (async () => {
			const { method = '', url: path = '' } = request;
			const one = { method, path, headers: headersOf(request), body: await readAll(request) };
			seen.push(one);
			await send(response, await answer(one));
		})().catch(() => {
			// What the other side of a broken forward sees.
			response.destroy();
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('It has no port');
	return {
		url: `http://127.0.0.1:${String(address.port)}`,
		seen,
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
};

const HOP_BY_HOP = [
	'connection',
	'content-length',
	'host',
	'transfer-encoding',
	'content-encoding',
];

const passed = (headers: Record<string, string>): Record<string, string> =>
	Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));

/** What another server answers to the same request. */
export const forward = async (
	to: string,
	{ method, path, headers, body }: Seen,
): Promise<Answer & { body: Buffer }> => {
	const response = await fetch(`${to}${path}`, {
		method,
		headers: passed(headers),
		redirect: 'manual',
		...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
	});
	return {
		status: response.status,
		headers: passed(Object.fromEntries(response.headers)),
		body: Buffer.from(await response.arrayBuffer()),
	};
};
