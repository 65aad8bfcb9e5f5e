import type { FastifyInstance } from 'fastify';
import { plainNotFound } from '../routes/gate';
import { param } from '../routes/request';
import type { World } from '../world';
import { statusPage } from './page';

/** The page for people, and the files in it: neither shows up in the request log. */
export function addStatusRoutes(server: FastifyInstance, world: World): void {
	const internal = { config: { internal: true } };

	server.get('/', internal, (_request, reply) =>
		reply.type('text/html; charset=utf-8').send(statusPage(world)),
	);

	server.get('/status/files/:fileId', internal, (request, reply) => {
		const file = world.files.get(param(request, 'fileId'));
		if (file?.bytes === undefined) return plainNotFound(reply);
		return reply
			.type(file.contentType)
			.header('cache-control', 'private, max-age=86400')
			.send(file.bytes);
	});
}
