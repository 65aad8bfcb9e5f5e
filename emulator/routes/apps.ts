import type { FastifyInstance, FastifyReply } from 'fastify';
import type { App } from '../apps/app';
import { FAMILIES, type Family, type RouteName } from '../control/specs';
import { isRecord } from '../guards';
import { statusOf } from '../runs/run';
import { validateInputs } from '../validate';
import type { World } from '../world';
import { refuseParams } from './refusal';
import { param, query } from './request';

/** The endpoints of both families; they differ in their name and in how inputs are keyed. */
export function addAppRoutes(server: FastifyInstance, world: World): void {
	for (const family of FAMILIES) addFamily(server, world, family);
}

function addFamily(server: FastifyInstance, world: World, family: Family): void {
	const as = (route: RouteName): { config: { route: RouteName; family: Family } } => ({
		config: { route, family },
	});

	server.get(`/v1/ai/${family}`, as('list'), (request) => {
		const search = query(request, 'search').toLowerCase();
		const found = [...world.apps.values()].filter(
			(app) => !app.draft && app.name.toLowerCase().includes(search),
		);
		return { data: found.map((app) => listItem(app, world.settings.list === 'full')) };
	});

	server.get(`/v1/ai/me/${family}`, as('mine'), () => ({
		data: [...world.apps.values()].filter((app) => app.mine).map((app) => listItem(app, false)),
	}));

	server.get(`/v1/ai/${family}/:appId`, as('get_app'), async (request, reply) => {
		const app = world.apps.get(param(request, 'appId'));
		if (app === undefined) return notFound(reply, family);
		return { data: app.raw ?? definition(app) };
	});

	server.get(`/v1/ai/${family}/runs/:runId`, as('get_run'), async (request, reply) => {
		const run = world.runs.get(param(request, 'runId'));
		if (run === undefined) return reply.code(404).send({ message: 'Run not found' });
		run.record.polls += 1;
		world.statusAnswers += 1;
		const every = world.settings.status502Every;
		if (every !== null && world.statusAnswers % every === 0) return reply.code(502).send('');
		const status = statusOf(run);
		return run.outcome.bare === true ? status : { data: status };
	});

	server.post(`/v1/ai/${family}/:appId/run`, as('run'), async (request, reply) => {
		const app = world.apps.get(param(request, 'appId'));
		if (app === undefined) return notFound(reply, family);
		const { body } = request;
		if (!isRecord(body)) {
			return refuseParams(reply, world, 400, [
				{ name: 'body', reason: 'The body must be a JSON object.' },
			]);
		}
		const inputs = body.inputs;
		if (!isRecord(inputs)) {
			return refuseParams(reply, world, 422, [
				{ name: 'inputs', reason: 'inputs must be an object.' },
			]);
		}
		const { webhook } = body;
		if (webhook !== undefined && !isHttpUrl(webhook)) {
			return refuseParams(reply, world, 422, [
				{ name: 'webhook', reason: 'webhook must be a URL.' },
			]);
		}
		const { flowsInputKeys } = world.settings;
		const keys = family === 'apps' ? 'id' : flowsInputKeys;
		const checked = validateInputs(app, inputs, keys, world.files);
		if (!checked.ok) return refuseParams(reply, world, 422, checked.invalid);
		if (!canPay(app, world)) {
			return reply
				.code(402)
				.send({ message: 'The account has too few credits left for this run.' });
		}
		const run = world.runs.start(app, family, {
			inputs,
			given: checked.given,
			webhook: webhook ?? null,
		});
		world.settings.credits -= run.record.credits;
		world.charges.add(run, world.settings.credits);
		if (request.logEntry !== null) request.logEntry.run_id = run.record.run_id;
		const answer = {
			status: 'running',
			...(run.outcome.omit_run_id === true ? {} : { workflow_run_identifier: run.record.run_id }),
		};
		return reply.code(202).send(run.outcome.wrapped === true ? { data: answer } : answer);
	});
}

/** An app whose cost is not known costs something all the same. */
function canPay({ totalCost }: App, { settings }: World): boolean {
	return totalCost === null ? settings.credits > 0 : settings.credits >= totalCost;
}

function isHttpUrl(value: unknown): value is string {
	return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);
}

function listItem(app: App, withMetadata: boolean): Record<string, unknown> {
	const { sqid, name } = app;
	return withMetadata ? { sqid, name, tool_metadata: toolMetadata(app) } : { sqid, name };
}

function definition(app: App): Record<string, unknown> {
	const { sqid, name, description, inputs } = app;
	return {
		sqid,
		name,
		...(description === undefined ? {} : { description }),
		inputs,
		tool_metadata: toolMetadata(app),
	};
}

function toolMetadata(app: App): Record<string, unknown> {
	return {
		icon: 'workflow',
		description_key: null,
		translation_key: null,
		category: 'general',
		sort_order: 999,
		...(app.totalCost === null ? {} : { total_cost: app.totalCost }),
	};
}

function notFound(reply: FastifyReply, family: Family): FastifyReply {
	return reply.code(404).send({ message: family === 'apps' ? 'App not found' : 'Flow not found' });
}
