import type { RouteName } from './control/specs';
import type { Settings } from './control/types';
import { RateLimiter, type Standing, type Window } from './rateLimiter';

type Limited = Pick<
	Settings,
	'requestsPerMinute' | 'requestsPerIp' | 'creationsPerMinute' | 'analyticsPerDay'
>;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** What one IP address may send: 50 a second over 5 s, and 10 a second over 2 min. */
export function ipWindows({ requestsPerIp, requestsPerMinute }: Limited): Window[] {
	return [
		{ ms: 5_000, max: requestsPerIp?.in5s ?? Math.max(250, Math.ceil(requestsPerMinute / 12)) },
		{ ms: 2 * MINUTE_MS, max: requestsPerIp?.in120s ?? Math.max(1_200, 2 * requestsPerMinute) },
	];
}

type Quota = 'general' | 'creations' | 'analytics';

function quotaOf(route: RouteName): Quota {
	if (route === 'creations') return 'creations';
	return route === 'credit_usage' || route === 'team' ? 'analytics' : 'general';
}

function quotaWindow(quota: Quota, limited: Limited): Window {
	switch (quota) {
		case 'general':
			return { ms: MINUTE_MS, max: limited.requestsPerMinute };
		case 'creations':
			return { ms: MINUTE_MS, max: limited.creationsPerMinute };
		case 'analytics':
			return { ms: DAY_MS, max: limited.analyticsPerDay };
	}
}

/** All limits of the API: those of an IP address, and those of the key for each part of it. */
export class Limits {
	private ips = new Map<string, RateLimiter>();
	private quotas: Record<Quota, RateLimiter>;

	constructor(private readonly now: () => number = Date.now) {
		this.quotas = this.fresh();
	}

	reset(): void {
		this.ips = new Map();
		this.quotas = this.fresh();
	}

	/** 0 if a request of this address may pass (and is counted), else the ms until one may. */
	admitFrom(ip: string, limited: Limited): number {
		const limiter = this.ips.get(ip) ?? new RateLimiter(this.now);
		this.ips.set(ip, limiter);
		return admit(limiter, ipWindows(limited));
	}

	/** 0 if a request with the key may pass (and is counted), else the ms until one may. */
	admit(route: RouteName, limited: Limited): number {
		const quota = quotaOf(route);
		return admit(this.quotas[quota], [quotaWindow(quota, limited)]);
	}

	/** How the key stands for a part of the API, the last request counted. */
	standing(route: RouteName, limited: Limited): Standing {
		const quota = quotaOf(route);
		return this.quotas[quota].standing(quotaWindow(quota, limited));
	}

	private fresh(): Record<Quota, RateLimiter> {
		return {
			general: new RateLimiter(this.now),
			creations: new RateLimiter(this.now),
			analytics: new RateLimiter(this.now),
		};
	}
}

function admit(limiter: RateLimiter, windows: Window[]): number {
	const wait = limiter.wait(windows);
	if (wait === 0) limiter.count(windows);
	return wait;
}
