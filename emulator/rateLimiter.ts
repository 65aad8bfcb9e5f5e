export interface Window {
	ms: number;
	max: number;
}

/** How a window stands: what it lets through, how many more, and in how many ms room is made. */
export interface Standing {
	limit: number;
	remaining: number;
	resetMs: number;
}

/** Sliding windows over real time. Refused requests do not count. */
export class RateLimiter {
	/** Epoch ms of what was let through, in order. */
	private accepted: number[] = [];

	constructor(private readonly now: () => number = Date.now) {}

	/** The ms until one more may pass; 0 if it may now. */
	wait(windows: readonly Window[]): number {
		const now = this.now();
		const waits = windows.map(({ ms, max }) => {
			const blocking = this.accepted[this.accepted.length - max];
			return blocking === undefined ? 0 : Math.max(0, blocking + ms - now);
		});
		return Math.max(0, ...waits);
	}

	/** Counts a request that passes. */
	count(windows: readonly Window[]): void {
		const now = this.now();
		const longest = Math.max(...windows.map(({ ms }) => ms));
		if ((this.accepted[0] ?? now) <= now - 2 * longest) {
			this.accepted = this.accepted.slice(this.firstAfter(now - longest));
		}
		this.accepted.push(now);
	}

	standing({ ms, max }: Window): Standing {
		const now = this.now();
		const first = this.firstAfter(now - ms);
		const oldest = this.accepted[first];
		return {
			limit: max,
			remaining: Math.max(0, max - (this.accepted.length - first)),
			resetMs: oldest === undefined ? 0 : oldest + ms - now,
		};
	}

	/** The place of the first that was let through after a time. */
	private firstAfter(time: number): number {
		let [low, high] = [0, this.accepted.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.accepted[middle] ?? 0) > time) high = middle;
			else low = middle + 1;
		}
		return low;
	}
}
