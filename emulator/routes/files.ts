import type { FastifyInstance } from 'fastify';
import { isRecord } from '../guards';
import { MOST_FILES_A_CALL } from '../uploads';
import type { World } from '../world';
import { refuseParams } from './refusal';
import { KEY_HEADER, param, query } from './request';

/** Uploads and downloads: the host of the files, where the API key has no business. */
export function addFileRoutes(server: FastifyInstance, world: World): void {
	server.post(
		'/v1/ai/uploads/request-url',
		{ config: { route: 'request_upload' } },
		async (request, reply) => {
			const types = contentTypes(request.body);
			if (types === undefined) {
				return refuseParams(reply, world, 400, [
					{ name: 'files', reason: 'files must be a list of { content_type }.' },
				]);
			}
			if (types.length > MOST_FILES_A_CALL) {
				const reason = `At most ${String(MOST_FILES_A_CALL)} files can be asked for at once.`;
				return refuseParams(reply, world, 400, [{ name: 'files', reason }]);
			}
			const { uploadTypes, timeScale } = world.settings;
			const refused = types.flatMap((type, index) =>
				uploadTypes.includes(type)
					? []
					: [{ name: `files.${String(index)}.content_type`, reason: `${type} is not supported.` }],
			);
			if (refused.length > 0) return refuseParams(reply, world, 422, refused);
			return { files: types.map((type) => world.uploads.ticket(type, timeScale)) };
		},
	);

	server.get('/v1/ai/uploads', { config: { route: 'uploads' } }, () => ({
		files: world.uploads.list(),
	}));

	server.put('/uploads/:fileId', { config: { route: 'put_upload' } }, async (request, reply) => {
		if (request.headers[KEY_HEADER] !== undefined) {
			return reply.code(400).type('application/xml').send(xmlError('InvalidRequest'));
		}
		const file = world.uploads.check(
			param(request, 'fileId'),
			{ expires: query(request, 'expires'), signature: query(request, 'signature') },
			request.headers,
		);
		if (typeof file === 'string') {
			const code = file === 'expired' ? 'AccessDenied' : 'SignatureDoesNotMatch';
			return reply.code(403).type('application/xml').send(xmlError(code));
		}
		world.files.fill(file, Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
		return reply.code(200).send('');
	});

	server.get('/files/*', { config: { route: 'file' } }, async (request, reply) => {
		const access = world.files.access(param(request, '*'), query(request, 'token'));
		if (typeof access === 'string') {
			const status = access === 'missing' ? 404 : 403;
			return reply.code(status).type('text/plain').send(`${access}\n`);
		}
		return reply
			.type(access.file.contentType)
			.header('cache-control', 'private, max-age=3600')
			.send(access.bytes);
	});
}

function contentTypes(body: unknown): string[] | undefined {
	if (!isRecord(body) || !Array.isArray(body.files) || body.files.length === 0) return undefined;
	const types = body.files.flatMap((file: unknown) =>
		isRecord(file) && typeof file.content_type === 'string' ? [file.content_type] : [],
	);
	return types.length === body.files.length ? types : undefined;
}

function xmlError(code: string): string {
	return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`;
}
