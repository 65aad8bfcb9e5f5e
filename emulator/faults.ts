import { setTimeout as sleep } from 'node:timers/promises';
import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Fault, FaultAction } from './control/specs';
import type { RequestLogEntry } from './control/types';

export function concerns(fault: Fault, entry: RequestLogEntry): boolean {
	return (
		(fault.route === undefined || [fault.route].flat().includes(entry.route)) &&
		(fault.method === undefined || fault.method.toUpperCase() === entry.method) &&
		(fault.family === undefined || fault.family === entry.family) &&
		(fault.app_id === undefined || fault.app_id === entry.app_id) &&
		(fault.run_id === undefined || fault.run_id === entry.run_id) &&
		(fault.content_type === undefined || fault.content_type === entry.headers['content-type'])
	);
}

/** An RST, as from a crashed server or a broken path: the client sees ECONNRESET. */
export function resetConnection(request: FastifyRequest): void {
	request.raw.socket.resetAndDestroy();
}

/** What is done in place of carrying the request out; false if it is to be carried out. */
export function answerInstead(
	fault: FaultAction,
	request: FastifyRequest,
	reply: FastifyReply,
): boolean {
	switch (fault.kind) {
		case 'status':
			void reply
				.code(fault.status)
				.headers(fault.headers ?? {})
				.send(fault.body ?? { message: STATUS_CODES[fault.status] ?? 'Unknown' });
			return true;
		case 'html':
			void reply.code(fault.status).type('text/html').send(errorPage(fault.status));
			return true;
		case 'redirect':
			void reply.code(fault.status).header('location', fault.location).send('');
			return true;
		case 'reset_before':
			reply.hijack();
			resetConnection(request);
			return true;
		case 'no_answer':
			if (fault.processed) return false;
			reply.hijack();
			return true;
		default:
			return false;
	}
}

export type Payload = string | Buffer | Readable | null;

/**
 * What is done to the answer of a request that was carried out. Sets `entry.status` where nothing
 * is answered. A promise that never ends keeps the framework from answering.
 */
export async function spoilAnswer(
	fault: FaultAction,
	entry: RequestLogEntry,
	request: FastifyRequest,
	reply: FastifyReply,
	payload: Payload,
): Promise<Payload> {
	switch (fault.kind) {
		case 'reset_after':
			entry.status = 0;
			resetConnection(request);
			return never();
		case 'no_answer':
			entry.status = 0;
			return never();
		case 'truncated':
			cutShort(reply, payload);
			return never();
		case 'slow_body':
			reply.removeHeader('content-length');
			return Readable.from(dribble(bytesOf(payload), fault.ms));
		case 'status':
		case 'delay':
			await sleep(fault.ms);
			return payload;
		case 'wrong_shape':
			return replaceBody(reply, JSON.stringify(fault.body ?? { unexpected: true }));
		case 'status_after': {
			reply.code(fault.status);
			entry.status = fault.status;
			const body = fault.body ?? { message: STATUS_CODES[fault.status] ?? 'Unknown' };
			return replaceBody(reply, JSON.stringify(body));
		}
		default:
			return payload;
	}
}

function never(): Promise<never> {
	return new Promise(() => undefined);
}

function replaceBody(reply: FastifyReply, body: string): string {
	reply.removeHeader('content-length');
	reply.type('application/json; charset=utf-8');
	return body;
}

function bytesOf(payload: Payload): Buffer {
	if (Buffer.isBuffer(payload)) return payload;
	return Buffer.from(typeof payload === 'string' ? payload : '');
}

/** Announces the whole body, sends half of it and closes the connection. */
function cutShort(reply: FastifyReply, payload: Payload): void {
	const bytes = bytesOf(payload);
	for (const [name, value] of Object.entries(reply.getHeaders())) {
		if (value !== undefined) reply.raw.setHeader(name, value);
	}
	reply.raw.setHeader('content-length', Math.max(bytes.length, 2));
	reply.raw.writeHead(reply.statusCode);
	reply.raw.write(bytes.subarray(0, Math.max(1, Math.floor(bytes.length / 2))), () => {
		reply.raw.socket?.end();
	});
}

async function* dribble(bytes: Buffer, ms: number): AsyncGenerator<Buffer> {
	const pieces = Math.max(1, Math.min(10, bytes.length));
	const length = Math.ceil(bytes.length / pieces);
	for (let piece = 0; piece < pieces; piece += 1) {
		await sleep(ms / pieces);
		yield bytes.subarray(piece * length, (piece + 1) * length);
	}
}

function errorPage(status: number): string {
	const title = `${String(status)} ${STATUS_CODES[status] ?? ''}`.trim();
	return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>cloud proxy</center>\r\n</body>\r\n</html>\r\n`;
}
