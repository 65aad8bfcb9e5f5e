import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const PIECE = Buffer.alloc(64 * 1024, 'magnific');

export const VIDEO_APP = { sqid: 'b1gV1de0Ap', input: 'input-big-1' };
const RUN_ID = 'b1gRunRun1';

/** A Magnific with one app, that takes a file of any size and gives one of a fixed size; it keeps neither. */
export interface BigFiles {
	readonly url: string;
	/** Whether the bytes of a file are on their way at the moment. */
	isTransferring(): boolean;
	/** Bytes that were uploaded and downloaded so far. */
	transferred(): { up: number; down: number };
	close(): Promise<void>;
}

function* pieces(bytes: number): Generator<Buffer> {
	for (let left = bytes; left > 0; left -= PIECE.length) {
		yield left >= PIECE.length ? PIECE : PIECE.subarray(0, left);
	}
}

const answer = (response: ServerResponse, status: number, body: unknown): void => {
	response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
};

/** Starts it on a free port of this machine; the results of its runs have `bytes` bytes. */
export const startBigFiles = async (bytes: number): Promise<BigFiles> => {
	let underWay = 0;
	let up = 0;
	let down = 0;
	let url = '';

	const file = `/files/video.mp4`;
	const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => unknown> = {
		[`GET /v1/ai/apps/${VIDEO_APP.sqid}`]: (_request, response) => {
			const { sqid, input: id } = VIDEO_APP;
			const input = { id, type: 'creation', label: 'Video', config: { mediaType: 'video' } };
			answer(response, 200, {
				data: {
					sqid,
					name: 'Big Video',
					inputs: [{ ...input, default: null, required: false }],
					tool_metadata: { total_cost: 1 },
				},
			});
		},
		'POST /v1/ai/uploads/request-url': (_request, response) => {
			const target = { file_id: 'f1', upload_url: `${url}/upload`, headers: {}, expires_in: 3600 };
			answer(response, 200, {
				files: [{ ...target, asset_url: `${url}${file}`, asset_url_expires_in: 86_400 }],
			});
		},
		'PUT /upload': async (request, response) => {
			underWay += 1;
			for await (const piece of request) up += Buffer.isBuffer(piece) ? piece.length : 0;
			underWay -= 1;
			answer(response, 200, {});
		},
		[`POST /v1/ai/apps/${VIDEO_APP.sqid}/run`]: (_request, response) => {
			answer(response, 202, { status: 'running', workflow_run_identifier: RUN_ID });
		},
		[`GET /v1/ai/apps/runs/${RUN_ID}`]: (_request, response) => {
			const now = new Date().toISOString();
			const video = { id: 'v1', url: `${url}${file}`, tool: 'video', created_at: now };
			answer(response, 200, {
				data: {
					run_id: RUN_ID,
					status: 'completed',
					app_id: VIDEO_APP.sqid,
					started_at: now,
					completed_at: now,
					error_message: null,
					result: { images: [], videos: [video], audios: [] },
				},
			});
		},
		[`GET ${file}`]: async (_request, response) => {
			underWay += 1;
			response.writeHead(200, { 'Content-Type': 'video/mp4', 'Content-Length': bytes });
			await pipeline(Readable.from(pieces(bytes)), response);
			underWay -= 1;
			down += bytes;
		},
	};

	const server = createServer((request, response) => {
		const path = request.url?.split('?')[0] ?? '';
		const route = routes[`${request.method ?? ''} ${path}`];
		if (route) void route(request, response);
		else answer(response, 404, { message: 'Not found' });
	});
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address: AddressInfo | string | null = server.address();
	if (address === null || typeof address === 'string') throw new Error('The server has no port');
	url = `http://127.0.0.1:${String(address.port)}`;
	return {
		url,
		isTransferring: () => underWay > 0,
		transferred: () => ({ up, down }),
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => {
				server.close(resolve);
			});
		},
	};
};
