import type { Budget } from './budget';
import { ApiError, settle } from './errors';
import { withRetries, type Pacing } from './retry';

/** Each request counts against a hundred a day. */
const TRIES = 2;

/** How long nothing is asked after the day's requests were used up, in ms: what says more is not believed. */
const USED_UP_MS = 5 * 60_000;

/** Until when nothing is asked, ms since the epoch; by the budget, since there is one for each key. */
const usedUpUntil = new WeakMap<object, number>();

const usedUp = (): ApiError =>
	new ApiError({
		kind: 'rejected',
		httpCode: 429,
		message: 'The requests for usage that Magnific allows in a day (100) are used up',
		advice:
			'Nothing more can be asked until tomorrow, and nothing was tried again. Every execution of Usage → Get counts, every list of its form, and all who use the account’s keys: ask once for a longer time, with the granularity that you need.',
	});

const notInPlan = ({ httpCode, message }: ApiError): ApiError =>
	new ApiError({
		kind: 'forbidden',
		...(httpCode === undefined ? {} : { httpCode }),
		message: `${message}. Usage is part of the plans Business and Enterprise only`,
		advice:
			'Check the plan that the API key belongs to, and whether an administrator allows usage to it. Apps are not concerned.',
	});

const otherDates = ({ httpCode, message }: ApiError): ApiError =>
	new ApiError({
		kind: 'rejected',
		...(httpCode === undefined ? {} : { httpCode }),
		message,
		advice:
			'Correct the named values. If the time is too long: Business allows 180 days, Enterprise 365; ask for it in parts.',
	});

/** What a refusal means here: other limits hold than for apps, and another plan is needed. */
const inItsWords = (error: ApiError): ApiError => {
	if (error.kind === 'rate_limited') return usedUp();
	if (error.kind === 'forbidden' || error.kind === 'plan') return notInPlan(error);
	return error.kind === 'invalid_inputs' ? otherDates(error) : error;
};

/** What it takes to ask the analytics, which have a budget of their own. */
interface AnalyticsSeams extends Pick<Pacing, 'clock' | 'signal'> {
	quotas: { analytics: Budget };
}

/**
 * Asks the analytics, paced by their own budget. Once the day's requests are used up nothing more is
 * sent for some minutes. Throws an `ApiError`.
 */
export const askAnalytics = async <T>(
	{ quotas, clock, signal }: AnalyticsSeams,
	kind: 'prepare' | 'interactive',
	call: () => Promise<T>,
): Promise<T> => {
	const budget = quotas.analytics;
	const ask = async (): Promise<T> => {
		if (clock.now() < (usedUpUntil.get(budget) ?? 0)) throw usedUp();
		const outcome = await settle(call);
		if ('value' in outcome) return outcome.value;
		if (outcome.error.kind === 'rate_limited') usedUpUntil.set(budget, clock.now() + USED_UP_MS);
		throw inItsWords(outcome.error);
	};
	return await withRetries(kind, { budget, clock, signal }, ask, TRIES);
};
