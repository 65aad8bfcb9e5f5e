/** The limits of a key, as far as they bind: requests within any 60 s. */
export interface Limits {
	requestsPerMinute: number;
}

const WINDOW_MS = 60_000;

/** Before this time no strategy can have sent `count` requests, in ms from the start. */
const earliest = (count: number, { requestsPerMinute }: Limits): number =>
	WINDOW_MS * Math.floor((count - 1) / requestsPerMinute);

/**
 * The least time in which N runs, submitted in the order of their items, can be over: the i-th
 * submission cannot go before i requests could, and then the run takes its time. In ms.
 */
export const submissionsBound = (durations: number[], limits: Limits): number =>
	Math.max(...durations.map((duration, i) => earliest(i + 1, limits) + duration));

/** Polling: N submissions and a look at each run. In ms; derived in docs/how-fast.md. */
export const pollingBound = (durations: number[], limits: Limits): number =>
	Math.max(submissionsBound(durations, limits), earliest(2 * durations.length, limits));

/**
 * Runs that are over when the last submission goes, whatever the strategy: between the i-th and the
 * last submission there are N - i more, which take their windows.
 */
export const endBeforeLastSubmission = (durations: number[], limits: Limits): number =>
	durations.filter((duration, i) => {
		const untilLast = earliest(durations.length - i, limits);
		return untilLast > 0 && duration <= untilLast;
	}).length;

/** Suspended: N submissions, and a look at each run whose callback meets an execution not yet parked. In ms. */
export const suspendedBound = (durations: number[], limits: Limits): number =>
	Math.max(
		submissionsBound(durations, limits),
		earliest(durations.length + endBeforeLastSubmission(durations, limits), limits),
	);

/** N submissions in batches of `size`, each begun when the one before is over, as *Loop Over Items* does. In ms. */
export const loopBound = (durations: number[], size: number, limits: Limits): number => {
	let at = 0;
	for (let start = 0; start < durations.length; start += size) {
		const begin = at;
		const ends = durations
			.slice(start, start + size)
			.map((duration, i) => Math.max(begin, earliest(start + i + 1, limits)) + duration);
		at = Math.max(...ends);
	}
	return at;
};
