import { carryRuns } from '../../nodes/Magnific/runs/carry';
import { DURATIONS } from './durations';
import { carryBatch, durationsOf, lagsOf, median, seconds } from './simulate';
import { strategyOf } from './strategies';
import { newWorld, REQUESTS_PER_MINUTE, runsOf, seamsOf } from './world';

const OWN = ['magnific-poll', 'magnific-suspended'] as const;

/** Where the end of a single run falls between two looks is chance, so it is moved about. */
const LAG_DURATIONS_MS = Array.from({ length: 41 }, (_, i) => 29_000 + 50 * i);

export interface Lag {
	strategy: string;
	median_lag_s: number;
	mean_lag_s: number;
}

/** A single run of about 30 s: from its end to the output, by strategy. */
export const measureLag = async (ids: readonly string[]): Promise<Lag[]> => {
	const measured: Lag[] = [];
	for (const id of ids) {
		const lags: number[] = [];
		for (const duration of LAG_DURATIONS_MS) {
			const { world } = await carryBatch(strategyOf(id), [duration]);
			lags.push(...lagsOf(world));
		}
		measured.push({
			strategy: id,
			median_lag_s: seconds(median(lags)),
			mean_lag_s: seconds(lags.reduce((sum, lag) => sum + lag, 0) / lags.length),
		});
	}
	return measured;
};

export interface SharedKey {
	strategy: string;
	n: number;
	duration: string;
	makespan_s: number;
	/** The bound for half of the limit. */
	lower_bound_s: number;
	requests_per_run: number;
	http_429: number;
}

/** Another client always gets its 25 requests a minute, evenly spread. Throws where a run is lost. */
export const shareTheKey = async (sizes: readonly number[]): Promise<SharedKey[]> => {
	const limits = { requestsPerMinute: REQUESTS_PER_MINUTE / 2 };
	const rows: SharedKey[] = [];
	for (const id of OWN) {
		const strategy = strategyOf(id);
		for (const n of sizes) {
			for (const duration of DURATIONS) {
				const durations = durationsOf(duration, n);
				const { world, makespanMs } = await carryBatch(strategy, durations, {
					othersPerMinute: limits.requestsPerMinute,
					othersGoFirst: true,
				});
				if (world.api.runs.length !== n) throw new Error('Not each run was started once');
				rows.push({
					strategy: id,
					n,
					duration,
					makespan_s: seconds(makespanMs),
					lower_bound_s: seconds(strategy.bound(durations, limits)),
					requests_per_run: world.api.calls.length / n,
					http_429: world.api.answered(429),
				});
			}
		}
	}
	return rows;
};

export interface Fairness {
	/** Until the small execution had its outputs, from its own begin. */
	small_s: number;
	/** The same with the key to itself. */
	small_alone_s: number;
	large_s: number;
	large_alone_s: number;
	/** Of both together. */
	requests: number;
	http_429: number;
}

const options = { wait: true, maxWaitMs: 24 * 60 * 60_000, maxConcurrentRuns: 0 };

/** An execution of 3 items begins 30 s after one of 500 with the same key; runs take 20 s. */
export const besideALargeOne = async (): Promise<Fairness> => {
	const large = Array.from({ length: 500 }, (_, i) => i);
	const small = [500, 501, 502];
	const durations = [...large, ...small].map(() => 20_000);
	const alone = async (items: number[]): Promise<number> => {
		const { makespanMs } = await carryBatch(
			strategyOf('magnific-poll'),
			items.map(() => 20_000),
		);
		return makespanMs;
	};

	const world = newWorld(durations);
	const { clock } = world;
	const start = clock.now();
	const carry = async (items: number[], afterMs: number): Promise<number> => {
		await clock.sleep(afterMs);
		await carryRuns(runsOf(items), seamsOf(world), options);
		return clock.now() - start - afterMs;
	};
	const [largeMs, smallMs] = await clock.run(Promise.all([carry(large, 0), carry(small, 30_000)]));
	return {
		small_s: seconds(smallMs),
		small_alone_s: seconds(await alone(small)),
		large_s: seconds(largeMs),
		large_alone_s: seconds(await alone(large)),
		requests: world.api.calls.length,
		http_429: world.api.answered(429),
	};
};
