import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FAMILIES, type FaultAction, type Family, type RouteName } from '../control/specs';
import type { RequestLogEntry } from '../control/types';
import { answerInstead, concerns, spoilAnswer, type Payload } from '../faults';
import { fileIdOf } from '../files';
import { shortened } from '../requestLog';
import { resultFileIds } from '../runs/results';
import type { Run } from '../runs/run';
import type { World } from '../world';
import { KEY_HEADER, loggedHeaders, loggedQuery, param } from './request';

declare module 'fastify' {
	interface FastifyContextConfig {
		/** Absent on paths that the API does not have. */
		route?: RouteName;
		family?: Family;
		/** Status page and control port: neither logged nor guarded. */
		internal?: boolean;
	}
	interface FastifyRequest {
		logEntry: RequestLogEntry | null;
		fault: FaultAction | null;
	}
}

/** Routes that ask for the API key; the others have signed URLs. */
const KEYED: RouteName[] = ['list', 'mine', 'get_app', 'run', 'get_run', 'request_upload'];

/** What every API request goes through: the log, faults, family, key, plan and limits. */
export function addGate(server: FastifyInstance, world: World): void {
	server.decorateRequest('logEntry', null);
	server.decorateRequest('fault', null);

	server.addHook('onRequest', async (request, reply) => {
		if (request.routeOptions.config.internal === true) return;
		const entry = world.requests.add(entryOf(request, world));
		const fault = world.faults.takeFirst((spec) => concerns(spec, entry))?.fault;
		request.logEntry = entry;
		if (fault === undefined) return;
		entry.fault = fault.kind;
		request.fault = fault;
		if (fault.kind === 'reset_before') answerInstead(fault, request, reply);
	});

	server.addHook('preHandler', async (request, reply) => {
		const { logEntry: entry, fault } = request;
		if (entry === null) return;
		entry.body = loggedBody(request);
		if (fault !== null && answerInstead(fault, request, reply)) return reply;
		return refuse(entry, reply, world);
	});

	server.addHook<Payload>('onSend', async (request, reply, payload) => {
		const { logEntry: entry, fault } = request;
		if (entry === null) return payload;
		entry.status = reply.statusCode;
		return fault === null ? payload : spoilAnswer(fault, entry, request, reply, payload);
	});
}

function entryOf(request: FastifyRequest, world: World): Omit<RequestLogEntry, 'seq'> {
	const { config } = request.routeOptions;
	const key = request.headers[KEY_HEADER];
	const appId = param(request, 'appId');
	const run = world.runs.get(param(request, 'runId')) ?? maker(request, world);
	const runId = run?.record.run_id ?? param(request, 'runId');
	const runAppId = run?.record.app_id;
	return {
		at: Date.now(),
		method: request.method,
		path: request.url.split('?')[0] ?? '',
		query: loggedQuery(request),
		route: config.route ?? 'unknown',
		family: config.family ?? FAMILIES.find((name) => request.url.includes(`/ai/${name}`)) ?? null,
		status: 0,
		...(appId === '' ? {} : { app_id: appId }),
		...(runId === '' ? {} : { run_id: runId }),
		...(runAppId === undefined ? {} : { app_id: runAppId }),
		has_key: key !== undefined,
		key_valid: key === world.apiKey,
		headers: loggedHeaders(request),
		body: null,
	};
}

/** The run that made the file which a download asks for. */
function maker(request: FastifyRequest, world: World): Run | undefined {
	if (request.routeOptions.config.route !== 'file') return undefined;
	const fileId = fileIdOf(param(request, 'name'));
	return world.runs.all().find(({ record }) => resultFileIds(record.result).includes(fileId));
}

function loggedBody(request: FastifyRequest): unknown {
	const { body } = request;
	if (Buffer.isBuffer(body)) {
		return { size: body.length, content_type: request.headers['content-type'] ?? '' };
	}
	return shortened(body ?? null);
}

/** The API's refusals in the order in which a gateway makes them. */
function refuse(
	entry: RequestLogEntry,
	reply: FastifyReply,
	world: World,
): FastifyReply | undefined {
	const { families, plan, requestsPerMinute } = world.settings;
	if (entry.family !== null && !families.includes(entry.family)) return plainNotFound(reply);
	if (!KEYED.includes(entry.route)) return undefined;
	if (!entry.has_key) return reply.code(401).send({ message: 'Missing API key' });
	if (!entry.key_valid) return reply.code(401).send({ message: 'Invalid API key' });
	if (plan === 'none') {
		return reply.code(403).send({ message: 'This plan does not include access to the API.' });
	}
	const waitMs = world.limiter.admit(requestsPerMinute);
	if (waitMs === 0) return undefined;
	return reply
		.code(429)
		.header('retry-after', String(Math.ceil(waitMs / 1000)))
		.send({ message: 'Too many requests: the rate limit of this key is used up.' });
}

/** The 404 of a path that the server does not know, as a gateway gives it. */
export function plainNotFound(reply: FastifyReply): FastifyReply {
	return reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n');
}
