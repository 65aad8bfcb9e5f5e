import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { checkSignature } from '../../../nodes/Magnific/callbacks/signature';
import type { Exchange } from './exchange';
import { BadInput, type CallbackOptions } from './options';

const LARGEST_BODY_BYTES = 5_000_000;

/** Takes the callbacks of one run, under an address that nobody else knows, and answers them with 200. */
export class CallbackListener {
	/** The address to give to Magnific. */
	readonly url: string;
	readonly received: Exchange[] = [];
	private readonly path: string;
	private readonly server: Server;
	private heard = (): void => undefined;

	private constructor(private readonly options: CallbackOptions) {
		const url = new URL(options.url);
		url.searchParams.set('live', randomBytes(12).toString('hex'));
		this.url = url.href;
		this.path = url.pathname + url.search;
		this.server = createServer((request, response) => {
			void this.take(request).then(
				(status) => response.writeHead(status).end(),
				() => response.destroy(),
			);
		});
	}

	/** @throws BadInput where the port is taken or not allowed */
	static async start(options: CallbackOptions): Promise<CallbackListener> {
		const listener = new CallbackListener(options);
		listener.server.listen(options.port);
		await once(listener.server, 'listening').catch((error: unknown) => {
			const reason = error instanceof Error ? error.message : String(error);
			throw new BadInput(`Nothing can listen on port ${String(options.port)} here: ${reason}.`);
		});
		return listener;
	}

	/** Resolves when the next callback comes; call it before looking at what was received. */
	async next(): Promise<void> {
		await new Promise<void>((resolve) => {
			this.heard = resolve;
		});
	}

	async close(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	private async take(request: IncomingMessage): Promise<number> {
		const body = await readAll(request);
		// Behind a proxy the path may have lost what the public address has before it.
		if (!request.url?.endsWith(new URL(this.url).search)) return 404;
		const at = new Date();
		const verdict =
			this.options.secret === ''
				? 'not checked'
				: checkSignature(this.options.secret, request.headers, body, at.getTime());
		this.received.push({
			route: 'callback',
			step: 'callback',
			at: at.toISOString(),
			request: {
				method: request.method ?? '',
				path: this.path,
				headers: Object.fromEntries(
					Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
				),
				body: parsed(body.toString('utf8')),
			},
			answer: { status: 200, headers: {}, body: null },
			facts: { signature: verdict },
		});
		this.heard();
		return 200;
	}
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of request) {
		if (!Buffer.isBuffer(chunk)) continue;
		length += chunk.length;
		if (length > LARGEST_BODY_BYTES) throw new Error('too large');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
