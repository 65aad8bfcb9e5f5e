import { magnificSuspended } from '../../../bench/simulation/strategies/magnific';
import { shareOverProcesses } from '../../../bench/simulation/processes';
import { DURATIONS } from '../../../bench/simulation/durations';
import { besideALargeOne, measureLag, shareTheKey } from '../../../bench/simulation/scenarios';
import { simulate, type Row } from '../../../bench/simulation/simulate';
import { strategyOf, STRATEGIES } from '../../../bench/simulation/strategies';
import { APP_OF_ALL, CALLBACK_MS } from '../../../bench/simulation/world';
import { rateWindows, SlidingWindowBudget } from '../../../nodes/Magnific/api/budget';
import type { Run } from '../../../nodes/Magnific/api/types';
import { ModelApi, type ModelRun } from '../support/modelApi';
import { VirtualClock } from '../support/virtualClock';

// Virtual time is quick, but a busy machine may be slow.
jest.setTimeout(120_000);

const cells = new Map<string, Row>();

const cell = async (id: string, n: number, duration: (typeof DURATIONS)[number]): Promise<Row> => {
	const key = `${id} ${String(n)} ${duration}`;
	const known = cells.get(key) ?? (await simulate(strategyOf(id), n, duration));
	cells.set(key, known);
	return known;
};

const timesBound = ({ makespan_s, lower_bound_s }: Row): number => makespan_s / lower_bound_s;

const table = (sizes: number[]) =>
	sizes.flatMap((n) => DURATIONS.map((duration) => ({ n, duration })));

describe('polling', () => {
	it.each(table([10, 50, 200]))(
		'carries $n runs of $duration in 1.15 × the least time, with no 429',
		async ({ n, duration }) => {
			const row = await cell('magnific-poll', n, duration);
			expect(timesBound(row)).toBeLessThanOrEqual(1.15);
			expect(timesBound(row)).toBeGreaterThanOrEqual(1);
			expect(row.http_429).toBe(0);
			if (n >= 50) expect(row.requests_per_run).toBeLessThanOrEqual(2.5);
		},
	);

	it('is ten times as fast as one item after the other with 50 runs of a minute', async () => {
		const { makespan_s } = await cell('magnific-poll', 50, '60s');
		expect((await cell('sequential-1s', 50, '60s')).makespan_s).toBeGreaterThan(10 * makespan_s);
		expect((await cell('sequential-5s', 50, '60s')).makespan_s).toBeGreaterThan(10 * makespan_s);
	});
});

describe('suspended', () => {
	it.each(table([1, 10, 50, 51, 100, 200, 500, 1_000]))(
		'carries $n runs of $duration in 1.05 × the time of their submissions, with a request for each',
		async ({ n, duration }) => {
			const row = await cell('magnific-suspended', n, duration);
			expect(timesBound(row)).toBeLessThanOrEqual(1.05);
			expect(timesBound(row)).toBeGreaterThanOrEqual(1);
			expect(row.http_429).toBe(0);
			expect(row.requests_per_run).toBeLessThanOrEqual(1.02);
		},
	);

	it.each(table([10, 50, 200]))(
		'carries $n runs of $duration in no more time than polling',
		async ({ n, duration }) => {
			const polling = await cell('magnific-poll', n, duration);
			const suspended = await cell('magnific-suspended', n, duration);
			expect(suspended.makespan_s).toBeLessThanOrEqual(polling.makespan_s);
		},
	);
});

describe('suspended, where nobody tells when a run has started,', () => {
	class NoStartApi extends ModelApi {
		override state(run: ModelRun): Run {
			return { ...super.state(run), started_at: null };
		}
	}

	it('150 runs of a second at 300 requests a minute are done with the last callback', async () => {
		const clock = new VirtualClock();
		const api = new NoStartApi({
			clock,
			apps: [APP_OF_ALL],
			durationMs: () => 1_000,
			latencyMs: 75,
			limits: rateWindows(300),
		});
		const budget = new SlidingWindowBudget(clock, 300);
		const items = Array.from({ length: 150 }, (_, item) => item);
		await clock.run(magnificSuspended({ clock, api, budget, toldAt: new Map() }, items));
		expect(api.runs).toHaveLength(150);
		expect(api.answered(429)).toBe(0);
		const lastEnd = Math.max(...api.runs.map(({ endsAt }) => endsAt));
		expect(clock.now() - lastEnd).toBe(CALLBACK_MS);
	});
});

describe('wait tokens, which nobody can beat who keeps the limit,', () => {
	it.each(table([10, 50, 200, 1_000]))(
		'are hardly faster than suspended with $n runs of $duration',
		async ({ n, duration }) => {
			const tokens = await cell('wait-tokens', n, duration);
			const suspended = await cell('magnific-suspended', n, duration);
			expect(tokens.requests_per_run).toBe(1);
			expect(timesBound(tokens)).toBeGreaterThanOrEqual(1);
			expect(suspended.makespan_s).toBeLessThanOrEqual(1.01 * tokens.makespan_s);
		},
	);
});

/** Runs of 10 and 60 s, and the minute of the limit, end as such a look is made: no learned time is nearer. */
const COINCIDENCE_S: Partial<Record<string, number>> = {
	'submit-all-poll-10s': 0.2,
	'submit-all-poll-15s': 0.4,
};

describe('no other way', () => {
	it.each(table([1, 10, 50]))('is faster with $n runs of $duration', async ({ n, duration }) => {
		const polling = await cell('magnific-poll', n, duration);
		for (const { id } of STRATEGIES.filter(({ isPeer }) => isPeer)) {
			const peer = await cell(id, n, duration);
			const slack = COINCIDENCE_S[id] ?? 0;
			expect(polling.makespan_s).toBeLessThanOrEqual(peer.makespan_s + slack);
		}
	});
});

describe('a single run of half a minute', () => {
	it('is found over within 2 s by polling, and within half a second suspended', async () => {
		const [polling, suspended] = await measureLag(['magnific-poll', 'magnific-suspended']);
		expect(polling?.median_lag_s).toBeLessThanOrEqual(2);
		expect(suspended?.median_lag_s).toBeLessThanOrEqual(0.5);
	});
});

describe('a key of which others use half', () => {
	it('gets all done in 1.4 × the least time for half of the limit, and loses nothing', async () => {
		for (const row of await shareTheKey([10, 50, 200])) {
			expect(row.makespan_s / row.lower_bound_s).toBeLessThanOrEqual(1.4);
		}
	});
});

describe('a small execution beside a large one', () => {
	it('is done long before it, and hardly delays it', async () => {
		const { small_s, large_s, large_alone_s, http_429 } = await besideALargeOne();
		expect(small_s).toBeLessThan(120);
		expect(large_s).toBeLessThan(1.1 * large_alone_s);
		expect(http_429).toBe(0);
	});
});

describe('processes with one key and no memory in common', () => {
	it.each([2, 4, 8])('share it within 20 %% over ten minutes, %i of them', async (processes) => {
		const { unfairness, used } = await shareOverProcesses(processes, 'found');
		expect(unfairness).toBeLessThan(0.2);
		expect(used).toBeGreaterThan(0.85);
	});

	it.each([2, 4])(
		'share it within 20 %% over ten minutes, %i of them, though the first has the first minute',
		async (processes) => {
			const { unfairness, used } = await shareOverProcesses(processes, 'found', {
				staggerMs: 2_000,
			});
			expect(unfairness).toBeLessThan(0.2);
			expect(used).toBeGreaterThan(0.85);
		},
	);

	it('let one in that comes later, within a minute', async () => {
		const { per_minute } = await shareOverProcesses(2, 'found', { staggerMs: 20_000 });
		const later = per_minute[1] ?? [];
		expect(later.slice(1, 5).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(60);
	});

	it('meet few refusals but those of the first minute, of two of them', async () => {
		const { http_429 } = await shareOverProcesses(2, 'found', { staggerMs: 2_000 });
		expect(http_429).toBeLessThan(50 + 60);
	});

	it('take over the share of one that ends', async () => {
		const { per_minute } = await shareOverProcesses(2, 'found', { leaves: true });
		expect(per_minute[1]?.at(-1)).toBeGreaterThan(40);
	});

	it('let a small batch look at its runs beside large ones', async () => {
		const { last_done_s } = await shareOverProcesses(4, 'found', { last: 5 });
		expect(last_done_s).toBeLessThan(240);
	});
});
