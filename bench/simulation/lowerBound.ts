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
 * submission cannot go before i requests could, and then the run takes its time. That is all that
 * waiting suspended needs, where no callback gets lost. In ms.
 */
export const submissionsBound = (durations: number[], limits: Limits): number =>
	Math.max(...durations.map((duration, i) => earliest(i + 1, limits) + duration));

/** Polling: N submissions and a look at each run. In ms; derived in docs/how-fast.md. */
export const pollingBound = (durations: number[], limits: Limits): number =>
	Math.max(submissionsBound(durations, limits), earliest(2 * durations.length, limits));
