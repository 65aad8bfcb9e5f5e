import { shareOverProcesses } from '../../../bench/simulation/processes';
import { DURATIONS } from '../../../bench/simulation/durations';
import { besideALargeOne, measureLag, shareTheKey } from '../../../bench/simulation/scenarios';
import { loopBound } from '../../../bench/simulation/lowerBound';
import { durationsOf, simulate, type Row } from '../../../bench/simulation/simulate';
import { strategyOf, STRATEGIES } from '../../../bench/simulation/strategies';
import { BATCH_SIZE } from '../../../bench/simulation/strategies/magnific';
import { REQUESTS_PER_MINUTE } from '../../../bench/simulation/world';

// Virtual time is quick, but a busy machine may be slow.
jest.setTimeout(120_000);

const LIMITS = { requestsPerMinute: REQUESTS_PER_MINUTE };

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
	it.each(table([1, 10, 50, 200]))(
		'carries $n runs of $duration in 1.05 × the least time, and in no more than polling',
		async ({ n, duration }) => {
			const row = await cell('magnific-suspended', n, duration);
			expect(timesBound(row)).toBeLessThanOrEqual(1.05);
			expect(timesBound(row)).toBeGreaterThanOrEqual(1);
			expect(row.http_429).toBe(0);
			const polling = await cell('magnific-poll', n, duration);
			expect(row.makespan_s).toBeLessThanOrEqual(polling.makespan_s);
			const lastSubmissionMs = 60_000 * Math.floor((n - 1) / 50);
			if (lastSubmissionMs < Math.min(...durationsOf(duration, n))) {
				expect(row.requests_per_run).toBeLessThanOrEqual(1.1);
			}
		},
	);

	it.each(['10s', '60s'] as const)(
		'carries 1,000 runs of %s in batches of 50 in 1.15 × the time of their submissions',
		async (duration) => {
			const row = await cell('magnific-suspended-loop', 1_000, duration);
			expect(timesBound(row)).toBeLessThanOrEqual(1.15);
			expect(row.requests_per_run).toBeLessThanOrEqual(1.1);
		},
	);
});

describe('suspended in a loop of longer runs', () => {
	it.each(['300s', 'long-tailed'] as const)(
		'carries 1,000 runs of %s in 1.15 × the time that batches one after the other need',
		async (duration) => {
			const row = await cell('magnific-suspended-loop', 1_000, duration);
			const bound = loopBound(durationsOf(duration, 1_000), BATCH_SIZE, LIMITS);
			expect(row.makespan_s * 1_000).toBeLessThanOrEqual(1.15 * bound);
			expect(row.requests_per_run).toBeLessThanOrEqual(1.1);
		},
	);
});

describe('no other way', () => {
	it.each(table([1, 10, 50]))('is faster with $n runs of $duration', async ({ n, duration }) => {
		const polling = await cell('magnific-poll', n, duration);
		for (const { id } of STRATEGIES.filter(({ isPeer }) => isPeer)) {
			const peer = await cell(id, n, duration);
			expect(polling.makespan_s).toBeLessThanOrEqual(peer.makespan_s);
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

	it('let one in that comes later, within four minutes', async () => {
		const { per_minute } = await shareOverProcesses(2, 'found', { staggerMs: 20_000 });
		const later = per_minute[1] ?? [];
		expect(later.slice(4).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(60);
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
