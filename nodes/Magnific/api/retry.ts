import type { Budget, RequestKind } from './budget';
import type { Clock } from './clock';
import { settle, stoppedError, type ApiError } from './errors';

export interface Pacing {
	budget: Budget;
	clock: Clock;
	/** The execution's cancel signal. */
	signal?: AbortSignal | undefined;
	/** Between 0 and 1, spreads retries; `Math.random` where nothing else is given. */
	random?: (() => number) | undefined;
}

const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 30_000;

/** How long to wait before try `attempt` + 1 (attempts count from 1), in ms: doubling, with jitter. */
export const backoffMs = (attempt: number, random: () => number = Math.random): number =>
	Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1)) * (0.75 + random() / 2);

/**
 * Waits before the next try. A 429 or a `Retry-After` concerns everybody with this key, so it
 * pauses the whole budget; other passing troubles only delay this call.
 */
export const waitAfter = async (
	error: ApiError,
	attempt: number,
	pacing: Pacing,
): Promise<void> => {
	const { budget, clock, signal, random } = pacing;
	const wait = Math.max(error.retryAfterMs ?? 0, backoffMs(attempt, random));
	const until = clock.now() + (error.retryAfterMs ?? wait);
	if (error.kind === 'rate_limited') {
		budget.refused(until);
	} else if (error.retryAfterMs !== undefined) {
		budget.pause(until);
	} else {
		await clock.sleep(wait, signal);
	}
};

/**
 * Makes a call that is safe to send twice, each try paced by the budget (`kind` undefined: the call
 * does not go to the API, so it does not count), and again while it meets something passing and
 * tries are left. Throws the last `ApiError`; of kind `stopped` once the signal is aborted.
 */
export const withRetries = async <T>(
	kind: RequestKind | undefined,
	pacing: Pacing,
	call: () => Promise<T>,
	maxTries = 5,
): Promise<T> => {
	const { budget, signal } = pacing;
	for (let attempt = 1; ; attempt++) {
		if (signal?.aborted) throw stoppedError();
		if (kind !== undefined && !(await budget.take(kind, signal))) throw stoppedError();
		const outcome = await settle(call);
		if ('value' in outcome) return outcome.value;
		if (!outcome.error.isPassing || attempt >= maxTries) throw outcome.error;
		await waitAfter(outcome.error, attempt, pacing);
	}
};
