import { z } from 'zod';
import {
	appRecord,
	chargeRecord,
	currentSettings,
	deliveryRecord,
	requestLogEntry,
	runRecord,
	type Control,
} from './types';

/**
 * The controls of an emulator that runs in another process.
 * Every call throws with the answer's text on a status of 400 or more.
 */
export function controlClient(url: string): Control {
	const base = `${url.replace(/\/+$/, '')}/control`;

	async function call(method: string, path: string, body?: unknown): Promise<unknown> {
		const response = await fetch(`${base}/${path}`, {
			method,
			...(body === undefined
				? {}
				: { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} /control/${path}: ${text}`);
		return JSON.parse(text);
	}

	async function command(method: string, path: string, body?: unknown): Promise<void> {
		await call(method, path, body);
	}

	return {
		requests: async (filter = {}) => {
			const query = new URLSearchParams();
			for (const [name, value] of Object.entries(filter)) {
				if (value !== undefined) query.set(name, String(value));
			}
			return requestLogEntry.array().parse(await call('GET', `requests?${query.toString()}`));
		},
		clearRequests: () => command('DELETE', 'requests'),
		reset: () => command('POST', 'reset'),
		settings: async (patch) => currentSettings.parse(await call('PATCH', 'settings', patch)),
		addFault: async (spec) =>
			z.object({ id: z.number() }).parse(await call('POST', 'faults', spec)).id,
		clearFaults: () => command('DELETE', 'faults'),
		setOutcome: (spec) => command('POST', 'outcomes', spec),
		clearOutcomes: () => command('DELETE', 'outcomes'),
		runs: async () => runRecord.array().parse(await call('GET', 'runs')),
		charges: async () => chargeRecord.array().parse(await call('GET', 'charges')),
		apps: async () => appRecord.array().parse(await call('GET', 'apps')),
		addApp: (definition) => command('POST', 'apps', definition),
		removeApp: (sqid) => command('DELETE', `apps/${encodeURIComponent(sqid)}`),
		webhooks: (patch) => command('POST', 'webhooks', patch),
		deliveries: async () => deliveryRecord.array().parse(await call('GET', 'webhooks')),
		deliver: async (spec) => deliveryRecord.parse(await call('POST', 'webhooks/send', spec)),
		refuseConnections: (ms) => command('POST', 'refusal', { ms }),
		waitIdle: () => command('GET', 'idle'),
	};
}
