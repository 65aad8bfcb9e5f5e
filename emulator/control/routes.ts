import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
	appSpec,
	deliverySpec,
	faultSpec,
	outcomeSpec,
	requestFilter,
	settingsPatch,
	webhookPatch,
} from './specs';
import type { Control } from './types';

/** The control port: the functions of {@link Control} over HTTP. A bad body is answered with 400. */
export function addControlRoutes(server: FastifyInstance, control: Control): void {
	const internal = { config: { internal: true } };
	const done = { ok: true };

	server.get('/control/requests', internal, (request) =>
		control.requests(requestFilter.parse(request.query)),
	);
	server.delete('/control/requests', internal, async () => {
		await control.clearRequests();
		return done;
	});
	server.post('/control/reset', internal, async () => {
		await control.reset();
		return done;
	});
	server.patch('/control/settings', internal, (request) =>
		control.settings(settingsPatch.parse(request.body)),
	);
	server.post('/control/faults', internal, async (request) => ({
		id: await control.addFault(faultSpec.parse(request.body)),
	}));
	server.delete('/control/faults', internal, async () => {
		await control.clearFaults();
		return done;
	});
	server.post('/control/outcomes', internal, async (request) => {
		await control.setOutcome(outcomeSpec.parse(request.body));
		return done;
	});
	server.delete('/control/outcomes', internal, async () => {
		await control.clearOutcomes();
		return done;
	});
	server.get('/control/runs', internal, () => control.runs());
	server.get('/control/charges', internal, () => control.charges());
	server.get('/control/apps', internal, () => control.apps());
	server.post('/control/apps', internal, async (request) => {
		await control.addApp(appSpec.parse(request.body));
		return done;
	});
	server.delete('/control/apps/:sqid', internal, async (request) => {
		await control.removeApp(z.object({ sqid: z.string() }).parse(request.params).sqid);
		return done;
	});
	server.post('/control/webhooks', internal, async (request) => {
		await control.webhooks(webhookPatch.parse(request.body));
		return done;
	});
	server.get('/control/webhooks', internal, () => control.deliveries());
	server.post('/control/webhooks/send', internal, (request) =>
		control.deliver(deliverySpec.parse(request.body)),
	);
	server.post('/control/refusal', internal, (request, reply) => {
		const { ms } = z.object({ ms: z.number().nonnegative() }).parse(request.body);
		reply.raw.once('finish', () => void control.refuseConnections(ms));
		return done;
	});
	server.get('/control/idle', internal, async () => {
		await control.waitIdle();
		return done;
	});
}
