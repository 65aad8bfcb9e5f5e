import { once } from 'node:events';
import { createServer, request } from 'node:http';

export interface Balancer {
	readonly url: string;
	close(): Promise<void>;
}

/**
 * Serves one address for several servers, as the reverse proxy before them would: each request goes
 * to the next one, unchanged. A server that does not answer makes it a 502.
 *
 * @param targets addresses without a path, one at least
 */
export async function startBalancer(targets: readonly string[]): Promise<Balancer> {
	let turn = 0;
	const server = createServer((asked, answer) => {
		const target = targets[turn++ % targets.length];
		const passed = request(
			new URL(asked.url ?? '/', target),
			{ method: asked.method, headers: asked.headers },
			(answered) => {
				answer.writeHead(answered.statusCode ?? 502, answered.headers);
				answered.pipe(answer);
			},
		);
		passed.on('error', () => {
			if (!answer.headersSent) answer.writeHead(502);
			answer.end();
		});
		asked.pipe(passed);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('There is no port');
	return {
		url: `http://127.0.0.1:${String(address.port)}`,
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}
