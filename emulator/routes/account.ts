import type { FastifyInstance } from 'fastify';
import { parseUsageRequest, usageOf } from '../account/usage';
import { GROUPS, KEYS, MEMBERS, PROJECTS } from '../account/team';
import { creationsOf, pageOf } from '../account/creations';
import type { World } from '../world';
import { refuseParams } from './refusal';
import { query } from './request';

const PER_PAGE = 5;

/** What concerns the account and not an app: recent creations, and the analytics of the team. */
export function addAccountRoutes(server: FastifyInstance, world: World): void {
	server.get('/v1/creations/recent', { config: { route: 'creations' } }, async (request, reply) => {
		const page = count(query(request, 'page'), 1);
		const perPage = count(query(request, 'per_page'), PER_PAGE);
		const invalid = Object.entries({ page, per_page: perPage }).flatMap(([name, value]) =>
			value === undefined ? [{ name, reason: `${name} must be a whole number above 0.` }] : [],
		);
		if (page === undefined || perPage === undefined) {
			return refuseParams(reply, world, 400, invalid);
		}
		const tool = query(request, 'tool_name');
		const { fileHours } = world.settings;
		return pageOf(creationsOf(world.files, { tool, hours: fileHours }), page, perPage);
	});

	server.post(
		'/v1/analytics/team-credit-usage',
		{ config: { route: 'credit_usage' } },
		async (request, reply) => {
			const { plan } = world.settings;
			const asked = parseUsageRequest(request.body, Date.now(), plan === 'business' ? 180 : 365);
			if ('invalid' in asked) return refuseParams(reply, world, 400, asked.invalid);
			return { data: usageOf(world.charges.all(), asked.request, Date.now()) };
		},
	);

	const lists = {
		'api-keys': KEYS,
		groups: GROUPS,
		members: MEMBERS.map(({ email, role, status }) => ({ email, role, status })),
		projects: PROJECTS,
	};
	for (const [name, data] of Object.entries(lists)) {
		server.get(`/v1/analytics/team-${name}`, { config: { route: 'team' } }, () => ({ data }));
	}
}

/** Undefined if it is no whole number above 0. */
function count(text: string, otherwise: number): number | undefined {
	if (text === '') return otherwise;
	return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}
