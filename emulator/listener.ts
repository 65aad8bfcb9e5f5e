import { once } from 'node:events';
import type { Server } from 'node:http';

/** Takes the server off its port and puts it back, as when a service is restarted. */
export class Listener {
	private server: Server | undefined;
	private back: NodeJS.Timeout | undefined;
	private place: { host: string; port: number } | undefined;

	attach(server: Server): void {
		const address = server.address();
		if (address === null || typeof address === 'string') return;
		this.server = server;
		this.place = { host: address.address, port: address.port };
	}

	/** Connections are refused from now on, for so many ms. */
	async refuse(ms: number): Promise<void> {
		const { server } = this;
		clearTimeout(this.back);
		if (server?.listening === true) {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			await closed;
		}
		this.back = setTimeout(() => void this.accept(), ms);
	}

	/** Connections are accepted again, if they were not. */
	async accept(): Promise<void> {
		const { server, place } = this;
		clearTimeout(this.back);
		if (server === undefined || server.listening) return;
		const listening = once(server, 'listening');
		server.listen(place);
		await listening;
	}
}
