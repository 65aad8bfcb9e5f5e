import fastify from 'fastify';
import { ZodError } from 'zod';
import { controlOf } from './control/control';
import { addControlRoutes } from './control/routes';
import type { Control } from './control/types';
import type { EmulatorOptions } from './options';
import { addAccountRoutes } from './routes/account';
import { addAppRoutes } from './routes/apps';
import { addFileRoutes } from './routes/files';
import { addGate, plainNotFound } from './routes/gate';
import { addStatusRoutes } from './status/routes';
import { World } from './world';

export { controlClient } from './control/client';
export * from './control/specs';
export * from './control/types';
export { creditText } from './apps/app';
export {
	FOREIGN_APP_ID,
	FOREIGN_RUN_ID,
	LOCAL_API_KEY,
	LOCAL_WEBHOOK_SECRET,
	type EmulatorOptions,
} from './options';

export interface Emulator {
	/** Without a trailing slash; the base URL for the credential. */
	url: string;
	apiKey: string;
	webhookSecret: string;
	control: Control;
	/** Ends all connections, runs and callbacks. */
	close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Starts a local Magnific: an HTTP server with the API, its files, a control port and a status page. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
	const world = new World(options);
	const control = controlOf(world);
	const server = fastify({
		bodyLimit: MAX_BODY_BYTES,
		exposeHeadRoutes: false,
		forceCloseConnections: true,
		routerOptions: { caseSensitive: true },
	});

	server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
		done(null, body);
	});
	server.addContentTypeParser(
		/^(image|video|audio)\//,
		{ parseAs: 'buffer' },
		(_request, body, done) => {
			done(null, body);
		},
	);
	server.setErrorHandler((error, _request, reply) => {
		if (error instanceof ZodError) {
			return reply.code(400).send({ message: error.message });
		}
		const status = statusCodeOf(error);
		const message = error instanceof Error ? error.message : String(error);
		return reply.code(status).send({ message: status === 500 ? `Emulator: ${message}` : message });
	});
	server.setNotFoundHandler((_request, reply) => plainNotFound(reply));
	addGate(server, world);
	addAppRoutes(server, world);
	addFileRoutes(server, world);
	addAccountRoutes(server, world);
	addControlRoutes(server, control);
	addStatusRoutes(server, world);

	const host = options.host ?? '127.0.0.1';
	world.url = await server.listen({ host, port: options.port ?? 0 });
	world.listener.attach(server.server);
	return {
		url: world.url,
		apiKey: world.apiKey,
		webhookSecret: world.webhookSecret,
		control,
		close: async () => {
			world.reset();
			await world.listener.accept();
			await server.close();
		},
	};
}

function statusCodeOf(error: unknown): number {
	if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500;
	return typeof error.statusCode === 'number' ? error.statusCode : 500;
}
