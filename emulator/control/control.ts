import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { generic } from '../apps/generic';
import { inputFacts, type App } from '../apps/app';
import { patched } from '../settings';
import type { World } from '../world';
import {
	appSpec,
	deliverySpec,
	faultSpec,
	outcomeSpec,
	requestFilter,
	webhookPatch,
} from './specs';
import type { AppRecord, Control } from './types';

/**
 * Tells the emulator what to do. Everything given is checked; what does not fit is thrown (ZodError).
 */
export function controlOf(world: World): Control {
	return {
		requests: promised((filter = {}) => world.requests.find(requestFilter.parse(filter))),
		clearRequests: promised(() => {
			world.requests.clear();
		}),
		reset: promised(() => {
			world.reset();
		}),
		settings: promised((patch) => {
			world.settings = patched(world.settings, patch);
			return world.settings;
		}),
		addFault: promised((spec) => world.faults.add(faultSpec.parse(spec))),
		clearFaults: promised(() => {
			world.faults.clear();
		}),
		setOutcome: promised((spec) => {
			world.runs.addOutcome(outcomeSpec.parse(spec));
		}),
		clearOutcomes: promised(() => {
			world.runs.clearOutcomes();
		}),
		runs: promised(() => world.runs.all().map(({ record }) => ({ ...record }))),
		charges: promised(() => world.charges.all()),
		apps: promised(() => [...world.apps.values()].map(appRecordOf)),
		addApp: promised((definition) => {
			const app = appOf(appSpec.parse(definition));
			world.apps.set(app.sqid, app);
		}),
		removeApp: promised((sqid) => {
			world.apps.delete(sqid);
		}),
		webhooks: promised((patch) => {
			world.webhooks.configure(webhookPatch.parse(patch));
		}),
		deliveries: promised(() => world.webhooks.deliveries()),
		deliver: async (spec) => {
			const delivery = deliverySpec.parse(spec);
			const run = delivery.run_id === undefined ? undefined : world.runs.get(delivery.run_id);
			return world.webhooks.deliver(delivery, run);
		},
		refuseConnections: (ms) => world.listener.refuse(z.number().nonnegative().parse(ms)),
		waitIdle: async () => {
			while (world.runs.active > 0 || world.webhooks.outstanding > 0) await sleep(10);
		},
	};
}

/** The function behind a promise, so that it looks the same in-process as over HTTP. */
function promised<Args extends unknown[], Result>(
	action: (...args: Args) => Result,
): (...args: Args) => Promise<Result> {
	return (...args) =>
		new Promise((resolve) => {
			resolve(action(...args));
		});
}

function appRecordOf(app: App): AppRecord {
	const { sqid, name, totalCost, draft, mine, durationS, inputs } = app;
	return { sqid, name, total_cost: totalCost, draft, mine, duration_s: durationS, inputs };
}

function appOf(spec: z.output<typeof appSpec>): App {
	const { sqid, name, inputs, draft, mine, description, raw } = spec;
	return {
		sqid,
		name,
		inputs,
		totalCost: spec.total_cost ?? null,
		draft,
		mine,
		...(description === undefined ? {} : { description }),
		durationS: spec.duration_s,
		fresh: false,
		raw,
		work: generic(name, inputs.map(inputFacts)),
	};
}
