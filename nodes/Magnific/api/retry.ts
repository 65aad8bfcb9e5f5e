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

/** 429s of one budget without a pause of their own: how many pauses in a row met another one. */
interface Refusals {
	inARow: number;
	/** Of the last pause, in ms since the epoch and ms. */
	until: number;
	pause: number;
}

const refusals = new WeakMap<Budget, Refusals>();

/** A 429 that comes later than this after a pause, in ms, is none that the pause was too short for. */
const LONGEST_ANSWER_MS = 10_000;

/**
 * The pause after a 429 that names none, in ms: it grows for all that share the budget as long as the
 * first requests after it are refused too. Refusals that come within a pause were sent before it.
 */
const growingPause = (attempt: number, { budget, clock, random }: Pacing): number => {
	const now = clock.now();
	const last = refusals.get(budget);
	if (last && now < last.until) return last.until - now;
	const isInARow = last && now <= last.until + Math.max(last.pause, LONGEST_ANSWER_MS);
	const inARow = Math.max(attempt, isInARow ? last.inARow + 1 : 1);
	const pause = backoffMs(inARow, random);
	refusals.set(budget, { inARow, until: now + pause, pause });
	return pause;
};

/**
 * How long to wait before the next try, in ms. A 429 or a `Retry-After` concerns everybody with this
 * key, so it pauses the whole budget; other passing troubles only delay this call.
 */
export const pauseAfter = (error: ApiError, attempt: number, pacing: Pacing): number => {
	const { budget, clock, random } = pacing;
	if (error.kind === 'rate_limited') {
		const pause = error.retryAfterMs ?? growingPause(attempt, pacing);
		budget.refused(clock.now() + pause, error.retryAfterMs !== undefined);
		return pause;
	}
	if (error.retryAfterMs === undefined) return backoffMs(attempt, random);
	budget.pause(clock.now() + error.retryAfterMs);
	return error.retryAfterMs;
};

/** Waits before the next try; what waits for the budget anyway is not kept here. */
export const waitAfter = async (
	error: ApiError,
	attempt: number,
	pacing: Pacing,
): Promise<void> => {
	const pause = pauseAfter(error, attempt, pacing);
	const waitsForBudget = error.kind === 'rate_limited' || error.retryAfterMs !== undefined;
	if (!waitsForBudget) await pacing.clock.sleep(pause, pacing.signal);
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
