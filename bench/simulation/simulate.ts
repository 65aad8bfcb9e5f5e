import { durationOf, type DurationName } from './durations';
import type { Strategy } from './strategies';
import { newWorld, REQUESTS_PER_MINUTE, type OtherUse, type World } from './world';

/** One cell of the table, as it stands in the JSON. */
export interface Row {
	strategy: string;
	n: number;
	duration: string;
	makespan_s: number;
	lower_bound_s: number;
	requests: number;
	requests_per_run: number;
	http_429: number;
	/** From a run's end until the client has its result, the median over the runs. */
	median_lag_s: number;
}

const A_MONTH_MS = 30 * 24 * 60 * 60_000;

/** From ms, to the ms. */
export const seconds = (ms: number): number => Math.round(ms) / 1_000;

export const median = (values: number[]): number => {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const upper = sorted[middle] ?? 0;
	return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
};

/** From each run's end until a look or a callback told of it, in ms. */
export const lagsOf = ({ api, toldAt }: World): number[] => {
	const knownAt = new Map(toldAt);
	const endsAt = new Map(api.runs.map((run) => [run.run_id, run.endsAt]));
	for (const { id, statusCode, arrivedAt, answeredAt } of api.of('getRun')) {
		const isFound = statusCode === 200 && arrivedAt >= (endsAt.get(id) ?? Infinity);
		if (isFound) knownAt.set(id, Math.min(answeredAt, knownAt.get(id) ?? Infinity));
	}
	return api.runs.map(({ run_id, endsAt: end }) => (knownAt.get(run_id) ?? Infinity) - end);
};

/** Carries a batch of runs of these durations (ms) by a strategy, on virtual time. */
export const carryBatch = async (
	strategy: Strategy,
	durations: number[],
	model: OtherUse = {},
): Promise<{ world: World; makespanMs: number }> => {
	const world = newWorld(durations, model);
	const start = world.clock.now();
	const items = durations.map((_, item) => item);
	await world.clock.run(strategy.carry(world, items), A_MONTH_MS);
	return { world, makespanMs: world.clock.now() - start };
};

export const durationsOf = (duration: DurationName, n: number): number[] =>
	Array.from({ length: n }, (_, index) => durationOf(duration, index));

/** One cell: a strategy, a size of the batch, a distribution of durations. */
export const simulate = async (
	strategy: Strategy,
	n: number,
	duration: DurationName,
): Promise<Row> => {
	const durations = durationsOf(duration, n);
	const { world, makespanMs } = await carryBatch(strategy, durations);
	const { api } = world;
	return {
		strategy: strategy.id,
		n,
		duration,
		makespan_s: seconds(makespanMs),
		lower_bound_s: seconds(strategy.bound(durations, { requestsPerMinute: REQUESTS_PER_MINUTE })),
		requests: api.calls.length,
		requests_per_run: Math.round((api.calls.length / n) * 1_000) / 1_000,
		http_429: api.answered(429),
		median_lag_s: seconds(median(lagsOf(world))),
	};
};
