import { connect, createServer } from 'node:net';

/** `wanted` where nothing listens on it at the moment, else any free TCP port of 127.0.0.1. */
export async function freePortNear(wanted: number): Promise<number> {
	return await freePort(wanted).catch(async () => await freePort());
}

/**
 * A TCP port of 127.0.0.1 that nothing listens on at the moment: any, or exactly `wanted`.
 *
 * @throws if `wanted` is taken
 */
export async function freePort(wanted = 0): Promise<number> {
	return await new Promise((resolve, reject) => {
		const server = createServer();
		server.on('error', reject);
		server.listen(wanted, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => {
				if (typeof address === 'object' && address) resolve(address.port);
				else reject(new Error('The system gave no port.'));
			});
		});
	});
}

/** Whether something listens on a TCP port of 127.0.0.1. */
export async function isListening(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		socket.on('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.on('error', () => {
			resolve(false);
		});
	});
}
