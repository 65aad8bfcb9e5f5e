import type { Control } from './types';

/** The controls of an emulator that runs in another process. Throws with the answer's text on 4xx. */
export function controlClient(url: string): Control {
	const base = url.replace(/\/+$/, '');
	async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await fetch(`${base}/control/${path}`, {
			method,
			...(body === undefined
				? {}
				: { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} /control/${path}: ${text}`);
		return parsed<T>(text);
	}
	return {
		requests: (filter = {}) => {
			const entries = Object.entries(filter).flatMap(([name, value]) =>
				value === undefined ? [] : [[name, String(value)]],
			);
			return call('GET', `requests?${new URLSearchParams(entries).toString()}`);
		},
		clearRequests: () => call('DELETE', 'requests'),
		reset: () => call('POST', 'reset'),
		settings: (patch) => call('PATCH', 'settings', patch),
		addFault: async (spec) => (await call<{ id: number }>('POST', 'faults', spec)).id,
		clearFaults: () => call('DELETE', 'faults'),
		setOutcome: (spec) => call('POST', 'outcomes', spec),
		clearOutcomes: () => call('DELETE', 'outcomes'),
		runs: () => call('GET', 'runs'),
		apps: () => call('GET', 'apps'),
		addApp: (definition) => call('POST', 'apps', definition),
		removeApp: (sqid) => call('DELETE', `apps/${encodeURIComponent(sqid)}`),
		webhooks: (patch) => call('POST', 'webhooks', patch),
		deliveries: () => call('GET', 'webhooks'),
		deliver: (spec) => call('POST', 'webhooks/send', spec),
		waitIdle: () => call('GET', 'idle'),
	};
}

/** Both ends are this package's own, so the answer is what the server's types say. */
function parsed<T>(text: string): T {
	const value: T = JSON.parse(text);
	return value;
}
