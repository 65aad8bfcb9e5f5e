interface Window {
	ms: number;
	max: number;
}

/** The API's documented limits, scaled from the plan's requests per minute. */
export function windowsFor(requestsPerMinute: number): Window[] {
	return [
		{ ms: 5_000, max: Math.max(50, Math.ceil(requestsPerMinute / 12)) },
		{ ms: 60_000, max: requestsPerMinute },
		{ ms: 120_000, max: Math.max(1_200, 2 * requestsPerMinute) },
	];
}

/** Sliding windows over real time. Refused requests do not count. */
export class RateLimiter {
	private accepted: number[] = [];

	constructor(private readonly now: () => number = Date.now) {}

	reset(): void {
		this.accepted = [];
	}

	/** 0 if the request may pass (and is counted), else the ms until the next one may. */
	admit(requestsPerMinute: number): number {
		const now = this.now();
		this.accepted = this.accepted.filter((at) => at > now - 120_000);
		const waits = windowsFor(requestsPerMinute).map(({ ms, max }) => {
			const inside = this.accepted.filter((at) => at > now - ms);
			const blocking = inside[inside.length - max];
			return blocking === undefined ? 0 : blocking + ms - now;
		});
		const wait = Math.max(...waits);
		if (wait === 0) this.accepted.push(now);
		return wait;
	}
}
