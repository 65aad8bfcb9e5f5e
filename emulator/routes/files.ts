import type { FastifyInstance } from 'fastify';
import { fileIdOf } from '../files';
import { isRecord } from '../guards';
import type { World } from '../world';
import { KEY_HEADER, param, query } from './request';

/** Uploads and downloads: the host of the files, where the API key has no business. */
export function addFileRoutes(server: FastifyInstance, world: World): void {
	server.post(
		'/v1/ai/uploads/request-url',
		{ config: { route: 'request_upload' } },
		async (request, reply) => {
			const types = contentTypes(request.body);
			if (types === undefined) {
				return reply.code(400).send({ message: 'files must be a list of { content_type }.' });
			}
			const { uploadTypes, timeScale } = world.settings;
			const refused = types.find((type) => !uploadTypes.includes(type));
			if (refused !== undefined) {
				return reply.code(422).send({
					message: `Files of type ${refused} can't be uploaded.`,
					invalid_params: [{ name: 'files', reason: `${refused} is not supported.` }],
				});
			}
			return { files: types.map((type) => world.uploads.ticket(type, timeScale)) };
		},
	);

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
		if (!Buffer.isBuffer(request.body) || request.body.length === 0) {
			return reply.code(400).type('application/xml').send(xmlError('EntityTooSmall'));
		}
		world.files.fill(file, request.body);
		return reply.code(200).send('');
	});

	server.get('/files/:name', { config: { route: 'file' } }, async (request, reply) => {
		const access = world.files.access(
			fileIdOf(param(request, 'name')),
			query(request, 'expires'),
			query(request, 'token'),
		);
		if (typeof access === 'string') {
			const status = { forbidden: 403, expired: 410, missing: 404 }[access];
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
