const A_MINUTE_MS = 60_000;
const FIVE_SECONDS_MS = 5_000;

/** The first refusals leave what went through, and at least this part of the plan's limit to try for. */
const FIRST_PART = 0.3;
/** Who used more than this part of the limit when somebody else came … */
const NEARLY_ALL = 0.7;
/** … keeps this part of it. */
const LEFT_OF_ALL = 0.5;
/**
 * A further refusal takes this part away, times the share's own part of the limit: those who have
 * more lose more of it, so shares even out (a server that refuses everything tells nothing of shares).
 */
const TAKEN = 0.6;
/** Nobody gets less than this part of the plan's limit: else it would hear nothing of what has become free. */
const LEAST_PART = 0.04;
/**
 * Without a refusal shares grow by these parts of the limit, by the minute and by the minute squared:
 * slowly, and alike for all, while others want the same; fast when they have gone.
 */
const GROWS = 0.02;
const GROWS_FASTER = 0.05;
/** Requests go evenly, since bursts would leave nothing to others: 5 s take so many times their part of a minute … */
const EVENLY = 1.5;
/** … but at least this part of the plan's limit. */
const EVENLY_LEAST_PART = 0.1;
/** Who gets nothing at all takes what it can for so long after the pause, in ms: others leave a moment. */
const CATCHES_UP_MS = 2_000;
/** After so long without a refusal the next one is a first one again. */
const FORGOTTEN_MS = 300_000;

/** What may go within a length of time. */
export interface RateWindow {
	ms: number;
	max: number;
}

/** A refusal as a process meets it. */
export interface Refusal {
	/** Ms since the epoch. */
	now: number;
	/** When the next request may go, ms since the epoch. */
	until: number;
	/** The plan's limit. */
	requestsPerMinute: number;
	/** Requests of the last minute that were not refused. */
	wentThrough: number;
	/** The request was sent before an earlier refusal had come back. */
	isLate: boolean;
}

/**
 * Finds a process's share of a key that others use too. They share no memory, only what the server
 * refuses: each refusal takes something away, time without one gives a little back, as congestion
 * control does it. Pure.
 */
export class Throttle {
	private last: { perMinute: number; at: number; catchesUpUntil: number } | undefined;

	/** The share before the requests that were refused together, and whether it was the whole limit. */
	private before = { perMinute: 0, isAll: true };

	refused({ now, until, requestsPerMinute, wentThrough, isLate }: Refusal): void {
		const isAll = !this.last || now >= this.last.at + FORGOTTEN_MS;
		if (!isLate) this.before = { perMinute: this.perMinute(now, requestsPerMinute), isAll };
		const left = this.leftOf(requestsPerMinute, wentThrough);
		this.last = {
			perMinute: Math.max(LEAST_PART * requestsPerMinute, left),
			at: now,
			catchesUpUntil: this.before.isAll && wentThrough === 0 ? until + CATCHES_UP_MS : 0,
		};
	}

	/** The limit's windows as they are for this process at the time `now`. */
	narrow(windows: RateWindow[], now: number, requestsPerMinute: number): RateWindow[] {
		const { last } = this;
		if (!last) return windows;
		const perMinute = this.perMinute(now, requestsPerMinute);
		const isEven = now >= last.catchesUpUntil && now < last.at + FORGOTTEN_MS;
		return windows.map(({ ms, max }) => {
			if (ms === A_MINUTE_MS) return { ms, max: Math.ceil(perMinute) };
			if (ms !== FIVE_SECONDS_MS || !isEven) return { ms, max };
			const part = (EVENLY * perMinute * ms) / A_MINUTE_MS;
			return { ms, max: Math.ceil(Math.max(EVENLY_LEAST_PART * requestsPerMinute, part)) };
		});
	}

	private leftOf(requestsPerMinute: number, wentThrough: number): number {
		const { perMinute, isAll } = this.before;
		if (wentThrough > NEARLY_ALL * requestsPerMinute) return LEFT_OF_ALL * requestsPerMinute;
		if (isAll) return Math.max(FIRST_PART * requestsPerMinute, wentThrough);
		if (wentThrough === 0) return perMinute;
		return perMinute * (1 - (TAKEN * perMinute) / requestsPerMinute);
	}

	private perMinute(now: number, requestsPerMinute: number): number {
		if (!this.last) return requestsPerMinute;
		const minutes = (now - this.last.at) / A_MINUTE_MS;
		const grown = (GROWS * minutes + GROWS_FASTER * minutes * minutes) * requestsPerMinute;
		return Math.min(requestsPerMinute, this.last.perMinute + grown);
	}
}
