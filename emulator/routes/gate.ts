import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FAMILIES, type FaultAction, type Family, type RouteName } from '../control/specs';
import type { RequestLogEntry, Settings } from '../control/types';
import { answerInstead, concerns, spoilAnswer, type Payload } from '../faults';
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
const KEYED: RouteName[] = [
	'list',
	'mine',
	'get_app',
	'run',
	'get_run',
	'request_upload',
	'uploads',
	'creations',
	'credit_usage',
	'team',
];

const ANALYTICS: RouteName[] = ['credit_usage', 'team'];

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
		return refuse(entry, request, reply, world);
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
	const file = world.files.at(param(request, '*'));
	if (file === undefined) return undefined;
	return world.runs.all().find(({ record }) => resultFileIds(record.result).includes(file.id));
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
	request: FastifyRequest,
	reply: FastifyReply,
	world: World,
): FastifyReply | undefined {
	const { settings } = world;
	const elsewhere = redirected(entry, request, settings);
	if (elsewhere !== undefined) return reply.redirect(elsewhere.location, elsewhere.status);
	if (entry.family !== null && !settings.families.includes(entry.family)) {
		return plainNotFound(reply);
	}
	if (!KEYED.includes(entry.route)) return undefined;
	const ipWaitMs = world.limits.admitFrom(request.ip, settings);
	if (ipWaitMs > 0) return tooMany(reply, settings, ipWaitMs, 'this IP address');
	if (!entry.has_key) return reply.code(401).send({ message: 'Missing API key' });
	if (!entry.key_valid) return reply.code(401).send({ message: 'Invalid API key' });
	const isAnalytics = ANALYTICS.includes(entry.route);
	if (settings.plan === 'none' || (isAnalytics && settings.plan === 'premium')) {
		const what = isAnalytics ? 'analytics' : 'access to the API';
		return reply.code(403).send({ message: `This plan does not include ${what}.` });
	}
	const waitMs = world.limits.admit(entry.route, settings);
	if (settings.rateLimitHeaders) {
		const { limit, remaining, resetMs } = world.limits.standing(entry.route, settings);
		void reply.headers({
			'x-ratelimit-limit': String(limit),
			'x-ratelimit-remaining': String(remaining),
			'x-ratelimit-reset': String(Math.ceil(resetMs / 1_000)),
		});
	}
	if (waitMs > 0) return tooMany(reply, settings, waitMs, 'this key');
	if ([entry.app_id, entry.run_id].some((id) => settings.forbidden.includes(id ?? ''))) {
		return reply.code(403).send({ message: 'This belongs to somebody else.' });
	}
	return undefined;
}

function redirected(
	{ family }: RequestLogEntry,
	request: FastifyRequest,
	{ familyRedirect }: Settings,
): { location: string; status: number } | undefined {
	if (family === null || familyRedirect?.from !== family) return undefined;
	const other = FAMILIES.find((name) => name !== family) ?? family;
	const path = request.url.replace(new RegExp(`^(/v1/ai/(?:me/)?)${family}`), `$1${other}`);
	return { location: path, status: familyRedirect.status };
}

function tooMany(
	reply: FastifyReply,
	{ retryAfter }: Settings,
	waitMs: number,
	whose: string,
): FastifyReply {
	if (retryAfter === 'seconds') reply.header('retry-after', String(Math.ceil(waitMs / 1_000)));
	if (retryAfter === 'date') {
		reply.header(
			'retry-after',
			new Date(Math.ceil((Date.now() + waitMs) / 1_000) * 1_000).toUTCString(),
		);
	}
	return reply
		.code(429)
		.send({ message: `Too many requests: the rate limit of ${whose} is used up.` });
}

/** The 404 of a path that the server does not know, as a gateway gives it. */
export function plainNotFound(reply: FastifyReply): FastifyReply {
	return reply.code(404).type('text/plain; charset=utf-8').send('404 page not found\n');
}
