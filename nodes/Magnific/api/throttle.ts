const A_MINUTE_MS = 60_000;
const FIVE_SECONDS_MS = 5_000;

/** The first refusals leave what went through, and at least this part of the plan's limit to try for. */
const FIRST_PART = 0.3;
/** Who used more than this part of the limit when somebody else came … */
const NEARLY_ALL = 0.7;
/** … leaves this part of it. */
const LEFT_OF_NEARLY_ALL = 0.5;
/**
 * Refusals that go on for longer come from others who want the same: then each takes a part away, as
 * long as anything goes through (a server that refuses everything tells nothing of shares) …
 */
const GOES_ON_MS = 30_000;
/** … and leaves this one. Who has more is refused more often, so shares even out. */
const KEPT = 0.6;
/** Nobody gets less than this part of the plan's limit: else it would hear nothing of what has become free. */
const LEAST_PART = 0.04;
/** Without a refusal the requests per minute grow by this part of the limit a minute, and of themselves. */
const GROWS_PART_OF_LIMIT = 0.04;
const GROWS_PART = 0.2;
/** For so long after refusals that go on, requests go evenly: bursts would leave nothing to the others. */
const EVENLY_MS = 120_000;
/** Evenly is: 5 s take no more than so many times their part of a minute, … */
const EVENLY = 1.5;
/** … but this many requests. */
const EVENLY_LEAST = 2;
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
	private last: { perMinute: number; at: number; firstAt: number } | undefined;

	refused({ now, requestsPerMinute, wentThrough, isLate }: Refusal): void {
		const { last } = this;
		const firstAt = last && now < last.at + FORGOTTEN_MS ? last.firstAt : now;
		if (now < firstAt + GOES_ON_MS) {
			const isNearlyAll = wentThrough > NEARLY_ALL * requestsPerMinute;
			const left = isNearlyAll ? LEFT_OF_NEARLY_ALL * wentThrough : wentThrough;
			this.last = { perMinute: Math.max(FIRST_PART * requestsPerMinute, left), at: now, firstAt };
		} else if (!isLate && wentThrough > 0) {
			const left = KEPT * this.perMinute(now, requestsPerMinute);
			this.last = { perMinute: Math.max(LEAST_PART * requestsPerMinute, left), at: now, firstAt };
		}
	}

	/** The limit's windows as they are for this process at the time `now`. */
	narrow(windows: RateWindow[], now: number, requestsPerMinute: number): RateWindow[] {
		const { last } = this;
		if (!last) return windows;
		const perMinute = this.perMinute(now, requestsPerMinute);
		const isEven = last.at >= last.firstAt + GOES_ON_MS && now < last.at + EVENLY_MS;
		return windows.map(({ ms, max }) => {
			if (ms === A_MINUTE_MS) return { ms, max: Math.ceil(perMinute) };
			const even = Math.ceil((EVENLY * perMinute * ms) / A_MINUTE_MS);
			const most = isEven && ms === FIVE_SECONDS_MS ? Math.max(EVENLY_LEAST, even) : max;
			return { ms, max: most };
		});
	}

	private perMinute(now: number, requestsPerMinute: number): number {
		if (!this.last) return requestsPerMinute;
		const { perMinute, at } = this.last;
		const perMinuteMore = GROWS_PART_OF_LIMIT * requestsPerMinute + GROWS_PART * perMinute;
		const grown = ((now - at) / A_MINUTE_MS) * perMinuteMore;
		return Math.min(requestsPerMinute, perMinute + grown);
	}
}
