import { setTimeout as sleep } from 'node:timers/promises';
import { generic } from '../apps/generic';
import { inputFacts } from '../apps/app';
import { recordOf } from '../runs';
import { patched } from '../settings';
import type { World } from '../world';
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

/** Tells the emulator what to do. Everything given is checked; what does not fit is thrown (ZodError). */
export function controlOf(world: World): Control {
	const control: Control = {
		requests: async (filter = {}) => world.requests.find(requestFilter.parse(filter)),
		clearRequests: async () => {
			world.requests.clear();
		},
		reset: async () => {
			world.reset();
		},
		settings: async (patch) => {
			world.settings = patched(world.settings, settingsPatch.parse(patch));
			return world.settings;
		},
		addFault: async (spec) => world.faults.add(faultSpec.parse(spec)),
		clearFaults: async () => {
			world.faults.clear();
		},
		setOutcome: async (spec) => {
			world.runs.addOutcome(outcomeSpec.parse(spec));
		},
		clearOutcomes: async () => {
			world.runs.clearOutcomes();
		},
		runs: async () => world.runs.all().map(recordOf),
		apps: async () =>
			[...world.apps.values()].map((app) => ({
				sqid: app.sqid,
				name: app.name,
				total_cost: app.totalCost,
				draft: app.draft,
				duration_s: app.durationS,
				inputs: app.inputs,
			})),
		addApp: async (definition) => {
			const {
				sqid,
				name,
				inputs,
				total_cost: cost,
				draft,
				duration_s: durationS,
				raw,
			} = appSpec.parse(definition);
			world.apps.set(sqid, {
				sqid,
				name,
				inputs,
				totalCost: cost ?? null,
				draft,
				durationS,
				fresh: false,
				raw,
				work: generic(name, inputs.map(inputFacts)),
			});
		},
		removeApp: async (sqid) => {
			world.apps.delete(sqid);
		},
		webhooks: async (patch) => {
			world.webhooks.configure(webhookPatch.parse(patch));
		},
		deliveries: async () => world.webhooks.deliveries(),
		deliver: async (spec) => {
			const delivery = deliverySpec.parse(spec);
			const run = delivery.run_id === undefined ? undefined : world.runs.get(delivery.run_id);
			return world.webhooks.deliver(delivery, run);
		},
		waitIdle: async () => {
			while (world.runs.active > 0 || world.webhooks.outstanding > 0) await sleep(10);
		},
	};
	return control;
}
