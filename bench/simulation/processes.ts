import { SlidingWindowBudget } from '../../nodes/Magnific/api/budget';
import type { RunApi } from '../../nodes/Magnific/api/client';
import { carryRuns } from '../../nodes/Magnific/runs/carry';
import { unfairnessOf } from '../real/shares';
import { seconds } from './simulate';
import { newWorld, REQUESTS_PER_MINUTE, runsOf, seamsOf, type World } from './world';

const A_MINUTE_MS = 60_000;
const MINUTES = 10;
/** So many minutes after all have begun they know their shares. */
const FINDING_MINUTES = 2;
/** More than a process gets through in that time. */
const RUNS_OF_EACH = 400;
const RUN_MS = 20_000;

/** How the processes' budgets are cut: each finds its share by what it is refused, or is told it. */
export type Cut = 'found' | 'fixed';

export interface Processes {
	processes: number;
	cut: Cut;
	/** So much later each began than the one before, in s. */
	stagger_s: number;
	/** Requests that went through, of each process, minute by minute. */
	per_minute: number[][];
	/** The greatest distance of a process's requests from an equal share, as a part of that. */
	unfairness: number;
	/** The same without the minutes in which they find their shares. */
	settled_unfairness: number;
	/** The part of the key's limit that was used. */
	used: number;
	http_429: number;
	/** Until the last process had its outputs, from its own begin, in s; null where it had not. */
	last_done_s: number | null;
}

interface Counted {
	api: RunApi;
	/** When requests went through, ms since the epoch. */
	times: number[];
	doneMs: number | null;
}

/** The world's API, as one process uses it. */
const countedApi = ({ api, clock }: World): Counted => {
	const counted: Counted = { api, times: [], doneMs: null };
	const went = async <T>(call: Promise<T>): Promise<T> => {
		const answer = await call;
		counted.times.push(clock.now());
		return answer;
	};
	counted.api = {
		getApp: async (id) => await went(api.getApp(id)),
		startRun: async (app, inputs) => await went(api.startRun(app, inputs)),
		getRun: async (id) => await went(api.getRun(id)),
	};
	return counted;
};

/** Numbers between 0 and 1 that are the same each time: latencies and pauses differ, runs of the bench do not. */
const sequence = (seed: number) => (): number => {
	seed = (seed * 16_807) % 2_147_483_647;
	return seed / 2_147_483_647;
};

/**
 * Processes with one key and no memory in common, each with a batch of its own, for ten minutes.
 * `leaves`: the first one ends after five. `last`: how many runs the last one has.
 */
export const shareOverProcesses = async (
	processes: number,
	cut: Cut,
	{ staggerMs = 0, leaves = false, last = RUNS_OF_EACH } = {},
): Promise<Processes> => {
	const latency = sequence(7);
	const world = newWorld(
		Array.from({ length: processes * RUNS_OF_EACH }, () => RUN_MS),
		{ latencyMs: () => 50 + 100 * latency() },
	);
	const { clock } = world;
	const start = clock.now();
	const limit = cut === 'fixed' ? REQUESTS_PER_MINUTE / processes : REQUESTS_PER_MINUTE;

	const each = await clock.run(
		Promise.all(
			Array.from({ length: processes }, async (_, process) => {
				const counted = countedApi(world);
				const stop = new AbortController();
				const minutes = leaves && process === 0 ? MINUTES / 2 : MINUTES;
				void clock.sleep(minutes * A_MINUTE_MS).then(() => {
					stop.abort();
				});
				await clock.sleep(process * staggerMs);
				const begin = clock.now();
				const length = process === processes - 1 ? last : RUNS_OF_EACH;
				const items = Array.from({ length }, (__, i) => process * RUNS_OF_EACH + i);
				await carryRuns(
					runsOf(items),
					{
						...seamsOf(world),
						api: counted.api,
						budget: new SlidingWindowBudget(clock, Math.floor(limit)),
						random: sequence(process + 1),
						signal: stop.signal,
					},
					{ wait: true, maxWaitMs: 24 * 60 * A_MINUTE_MS, maxConcurrentRuns: 0 },
				);
				if (!stop.signal.aborted) counted.doneMs = clock.now() - begin;
				return counted;
			}),
		),
	);

	const per_minute = each.map(({ times }) =>
		Array.from({ length: MINUTES }, (_, minute) => {
			const from = start + minute * A_MINUTE_MS;
			return times.filter((at) => at >= from && at < from + A_MINUTE_MS).length;
		}),
	);
	const totalsFrom = (minute: number): number[] =>
		per_minute.map((minutes) => minutes.slice(minute).reduce((sum, count) => sum + count, 0));
	const totals = totalsFrom(0);
	const begunMinutes = Math.ceil(((processes - 1) * staggerMs) / A_MINUTE_MS);
	const all = totals.reduce((sum, count) => sum + count, 0);
	const lastDoneMs = each.at(-1)?.doneMs ?? null;
	return {
		processes,
		cut,
		stagger_s: staggerMs / 1_000,
		per_minute,
		unfairness: unfairnessOf(totals),
		settled_unfairness: unfairnessOf(totalsFrom(begunMinutes + FINDING_MINUTES)),
		used: all / (MINUTES * REQUESTS_PER_MINUTE),
		http_429: world.api.answered(429),
		last_done_s: lastDoneMs === null ? null : seconds(lastDoneMs),
	};
};

/** 2, 4 and 8 processes, begun together and one after the other; with budgets of fixed size beside them. */
export const measureProcesses = async (): Promise<Processes[]> => {
	const rows: Processes[] = [];
	for (const processes of [2, 4, 8]) {
		for (const cut of ['found', 'fixed'] as const) {
			for (const staggerMs of [0, 2_000, 20_000]) {
				rows.push(await shareOverProcesses(processes, cut, { staggerMs }));
			}
		}
	}
	return rows;
};
