import type { FastifyReply } from 'fastify';
import type { InvalidParam } from '../validate';
import type { World } from '../world';

/** Says which parameters were not accepted, bare or under `problem` as the settings have it. */
export function refuseParams(
	reply: FastifyReply,
	world: World,
	status: 400 | 422,
	invalidParams: InvalidParam[],
): FastifyReply {
	const problem = {
		message: 'Some of the values were not accepted.',
		invalid_params: invalidParams,
	};
	if (world.settings.validationErrors === 'bare') return reply.code(status).send(problem);
	return reply.code(status).type('application/problem+json').send(JSON.stringify({ problem }));
}
