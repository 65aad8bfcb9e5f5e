import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import {
	budgetFor,
	rateWindows,
	REQUEST_KINDS,
	SlidingWindowBudget,
	type Budget,
	type RequestKind,
} from '../../../nodes/Magnific/api/budget';
import { mostWithin } from '../support/fixtures';
import { VirtualClock } from '../support/virtualClock';

const setUp = (requestsPerMinute = 50) => {
	const clock = new VirtualClock(0);
	const budget = new SlidingWindowBudget(clock, requestsPerMinute);
	const went: Array<{ name: string; at: number }> = [];
	const take = async (name: string, kind: RequestKind, signal?: AbortSignal): Promise<boolean> => {
		const may = await budget.take(kind, signal);
		if (may) went.push({ name, at: clock.now() });
		return may;
	};
	const takeMany = async (count: number, kind: RequestKind = 'poll'): Promise<void> => {
		await Promise.all(Array.from({ length: count }, (_, i) => take(String(i), kind)));
	};
	const names = (): string[] => went.map(({ name }) => name);
	const times = (): number[] => went.map(({ at }) => at);
	return { clock, budget, take, takeMany, names, times };
};

describe('the request budget', () => {
	it('lets as many go at once as the windows hold, and the rest as soon as they have room', async () => {
		const { clock, takeMany, times } = setUp(50);
		await clock.run(takeMany(120));
		expect(times().filter((at) => at === 0)).toHaveLength(50);
		expect(times().filter((at) => at === 60_200)).toHaveLength(50);
		expect(times().filter((at) => at === 120_400)).toHaveLength(20);
	});

	it('never exceeds a window, whatever the pattern of arrivals and the limit', async () => {
		const arrival = fc.record({
			at: fc.oneof(fc.nat(300_000), fc.constantFrom(0, 1, 4_999, 5_000, 59_999, 60_000)),
			kind: fc.constantFrom(...REQUEST_KINDS),
			patience: fc.option(fc.nat(90_000)),
		});
		await fc.assert(
			fc.asyncProperty(
				fc.array(arrival, { maxLength: 150 }),
				fc.constantFrom(1, 7, 50, 90),
				async (arrivals, requestsPerMinute) => {
					const { clock, take, times } = setUp(requestsPerMinute);
					const answers = arrivals.map(async ({ at, kind, patience }, i) => {
						await clock.sleep(at);
						const abort = new AbortController();
						if (patience !== null) {
							void clock.sleep(patience, abort.signal).then(() => {
								abort.abort();
							});
						}
						return await take(String(i), kind, abort.signal);
					});
					await clock.run(Promise.all(answers), 200 * 60_200);
					for (const { ms, max } of rateWindows(requestsPerMinute)) {
						expect(mostWithin(times(), ms)).toBeLessThanOrEqual(max);
					}
				},
			),
			{ numRuns: 40 },
		);
	});

	it('keeps bursts of more than 50 in 5 s back where the plan allows more per minute', async () => {
		const { clock, takeMany, times } = setUp(300);
		await clock.run(takeMany(120));
		expect(mostWithin(times(), 5_000)).toBe(50);
		expect(times().at(-1)).toBe(10_400);
	});

	it('gives a large plan bursts in proportion', () => {
		expect(rateWindows(50)).toEqual([
			{ ms: 60_000, max: 50 },
			{ ms: 5_000, max: 50 },
			{ ms: 120_000, max: 1_200 },
		]);
		expect(rateWindows(1_200)).toEqual([
			{ ms: 60_000, max: 1_200 },
			{ ms: 5_000, max: 100 },
			{ ms: 120_000, max: 2_400 },
		]);
	});

	it('lets the more urgent kind go first, and equal ones in the order in which they came', async () => {
		const { clock, take, takeMany, names } = setUp(4);
		await clock.run(takeMany(4));
		const waiting = (['poll', 'prepare', 'submit', 'interactive'] as const).flatMap((kind) => [
			take(`${kind} 1`, kind),
			take(`${kind} 2`, kind),
		]);
		await clock.run(Promise.all(waiting));
		expect(names().slice(4)).toEqual([
			'interactive 1',
			'interactive 2',
			'submit 1',
			'submit 2',
			'prepare 1',
			'prepare 2',
			'poll 1',
			'poll 2',
		]);
	});

	it('lets nothing go before a pause ends, also for those who wait already', async () => {
		const { clock, budget, take, times } = setUp(1);
		await clock.run(take('first', 'poll'));
		const second = take('second', 'poll');
		await clock.advance(1_000);
		budget.pause(90_000);
		await clock.run(second);
		expect(times()).toEqual([0, 90_000]);
	});

	it('does not let a shorter pause shorten a longer one', async () => {
		const { clock, budget, take, times } = setUp();
		budget.pause(30_000);
		budget.pause(10_000);
		await clock.run(take('one', 'submit'));
		expect(times()).toEqual([30_000]);
	});

	it('gives up waiting at once when the signal is aborted, and does not count it', async () => {
		const { clock, take, takeMany, names, times } = setUp(2);
		await clock.run(takeMany(2));
		const abort = new AbortController();
		const gone = take('gone', 'submit', abort.signal);
		const stays = take('stays', 'poll');
		const alsoStays = take('also stays', 'poll');
		await clock.advance(1_000);
		abort.abort();
		await expect(gone).resolves.toBe(false);
		expect(clock.now()).toBe(1_000);
		await clock.run(Promise.all([stays, alsoStays]));
		expect(names().slice(2)).toEqual(['stays', 'also stays']);
		expect(times().slice(2)).toEqual([60_200, 60_200]);
	});

	it('lets nothing go for a signal that was aborted before', async () => {
		const { take, names } = setUp();
		await expect(take('late', 'submit', AbortSignal.abort())).resolves.toBe(false);
		expect(names()).toEqual([]);
	});

	it('leaves no listener on the signal, and no sleep behind, whatever became of the request', async () => {
		const { clock, take, takeMany } = setUp(3);
		const abort = new AbortController();
		await Promise.all([1, 2, 3].map(async () => await take('x', 'poll', abort.signal)));
		expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
		const waiting = [1, 2, 3].map(async () => await take('x', 'poll', abort.signal));
		expect(getEventListeners(abort.signal, 'abort')).toHaveLength(3);
		await clock.advance(10);
		abort.abort();
		await Promise.all(waiting);
		expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
		await clock.advance(0);
		expect(clock.sleeping).toBe(0);
		await clock.run(takeMany(3));
		expect(clock.sleeping).toBe(0);
	});

	it('takes over a higher limit at once, and counts what went before', async () => {
		const { clock, budget, takeMany, times } = setUp(2);
		const all = takeMany(5);
		await clock.advance(1_000);
		expect(times()).toEqual([0, 0]);
		budget.setRequestsPerMinute(4);
		await clock.run(all);
		expect(times()).toEqual([0, 0, 1_000, 1_000, 60_200]);
	});

	it('takes over a lower limit for what comes next', async () => {
		const { clock, budget, takeMany, times } = setUp(10);
		await clock.run(takeMany(10));
		budget.setRequestsPerMinute(2);
		await clock.advance(30_000);
		await clock.run(takeMany(3));
		expect(times().slice(10)).toEqual([60_200, 60_200, 120_400]);
	});

	it('does not count a request that the server refused, and lets nothing go before it may', async () => {
		const { clock, budget, takeMany, times } = setUp(50);
		await clock.run(takeMany(1));
		budget.refused(7_000, true);
		await clock.run(takeMany(15));
		expect(times().slice(1)).toEqual(Array.from({ length: 15 }, () => 7_000));
	});

	it('lets those that wait already go when the server says, after what it refused', async () => {
		const { clock, budget, takeMany, times } = setUp(50);
		await clock.run(takeMany(50));
		const waiting = takeMany(5);
		await clock.advance(2_000);
		for (let i = 0; i < 50; i++) budget.refused(58_000, true);
		await clock.run(waiting);
		expect(times().slice(50)).toEqual(Array.from({ length: 5 }, () => 58_000));
	});

	it('leaves the rest of a minute to others after a refusal, five in five seconds', async () => {
		const { clock, budget, takeMany, times } = setUp(50);
		await clock.run(takeMany(3));
		budget.refused(7_000, true);
		await clock.run(takeMany(8));
		expect(times().slice(3)).toEqual([
			...Array<number>(5).fill(7_000),
			...Array<number>(3).fill(12_200),
		]);
	});

	it('after refusals keeps to what went through, and tries for more as time goes on', async () => {
		const { clock, budget, takeMany, times } = setUp(50);
		await clock.run(takeMany(50));
		for (let i = 0; i < 25; i++) budget.refused(clock.now() + 1_000, true);
		await clock.run(takeMany(200));
		const within = (from: number, to: number): number =>
			times()
				.slice(50)
				.filter((at) => at >= from && at < to).length;
		expect(within(0, 12_000)).toBeLessThanOrEqual(1);
		expect(within(60_000, 119_000)).toBeLessThanOrEqual(35);
		expect(within(60_000, 119_000)).toBeGreaterThanOrEqual(25);
		expect(mostWithin(times().slice(100), 60_000)).toBeGreaterThan(35);
	});

	it('tries for three tenths of the plan’s limit, however much others take', async () => {
		const { clock, budget, takeMany, times } = setUp(50);
		await clock.run(takeMany(5));
		for (let i = 0; i < 5; i++) budget.refused(7_000, true);
		await clock.run(takeMany(15));
		expect(times().slice(5)).toEqual(Array.from({ length: 15 }, () => 7_000));
	});

	it('lets executions take turns, whatever each of them has waiting', async () => {
		const { clock, budget, takeMany } = setUp(4);
		await clock.run(takeMany(4));
		const [large, small] = [budget.share(), budget.share()];
		const went: string[] = [];
		const take = async (name: string, from: Budget, kind: RequestKind): Promise<void> => {
			await from.take(kind);
			went.push(name);
		};
		const all = [
			...Array.from({ length: 6 }, async () => {
				await take('large', large, 'submit');
			}),
			take('small', small, 'submit'),
			take('small', small, 'submit'),
		];
		await clock.run(Promise.all(all));
		expect(went.slice(0, 4)).toEqual(['large', 'small', 'large', 'small']);
	});

	it('within an execution lets submissions go before looks, and interactive requests before all', async () => {
		const { clock, budget, takeMany } = setUp(3);
		await clock.run(takeMany(3));
		const execution = budget.share();
		const went: string[] = [];
		const take = async (kind: RequestKind, from: Budget): Promise<void> => {
			await from.take(kind);
			went.push(kind);
		};
		await clock.run(
			Promise.all([
				take('poll', execution),
				take('submit', execution),
				take('interactive', budget),
			]),
		);
		expect(went).toEqual(['interactive', 'submit', 'poll']);
	});

	it('keeps a tenth of a window free of submissions while another execution looks at its runs', async () => {
		const { clock, budget } = setUp(50);
		const [large, small] = [budget.share(), budget.share()];
		await small.take('poll');
		const submitted: number[] = [];
		const submissions = Array.from({ length: 60 }, async () => {
			await large.take('submit');
			submitted.push(clock.now());
		});
		await clock.advance(1_000);
		expect(submitted).toHaveLength(44);
		await clock.run(small.take('poll'));
		expect(clock.now()).toBe(1_000);
		small.leave();
		await clock.advance(0);
		expect(submitted).toHaveLength(48);
		await clock.run(Promise.all(submissions));
	});

	it('is one per key, and follows the limit that the credential says now', async () => {
		const clock = new VirtualClock(0);
		const one = budgetFor('key a', 50, clock);
		expect(budgetFor('key a', 80, clock)).toBe(one);
		expect(one.requestsPerMinute).toBe(80);
		expect(budgetFor('key b', 50, clock)).not.toBe(one);
		await expect(one.take('interactive')).resolves.toBe(true);
	});
});
