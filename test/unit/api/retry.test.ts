import { SlidingWindowBudget } from '../../../nodes/Magnific/api/budget';
import type { ApiError } from '../../../nodes/Magnific/api/errors';
import { backoffMs, pauseAfter, waitAfter, withRetries } from '../../../nodes/Magnific/api/retry';
import { broken, refused } from '../support/fixtures';
import { VirtualClock } from '../support/virtualClock';

const setUp = () => {
	const clock = new VirtualClock(0);
	const budget = new SlidingWindowBudget(clock, 50);
	const stop = new AbortController();
	return { clock, budget, stop, pacing: { clock, budget, signal: stop.signal, random: () => 0.5 } };
};

/** A call that meets these one after the other, then succeeds; it notes when it was made. */
const meeting = (clock: VirtualClock, ...errors: ApiError[]) => {
	const madeAt: number[] = [];
	const call = async (): Promise<string> => {
		const error = errors[madeAt.length];
		madeAt.push(clock.now());
		if (error !== undefined) throw error;
		return await Promise.resolve('done');
	};
	return { call, madeAt };
};

describe('the backoff', () => {
	it('doubles from a second to half a minute', () => {
		const waits = [1, 2, 3, 4, 5, 6, 7, 20].map((attempt) => backoffMs(attempt, () => 0.5));
		expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
	});

	it('is spread by a quarter to both sides', () => {
		expect(backoffMs(3, () => 0)).toBe(3_000);
		expect(backoffMs(3, () => 0.999)).toBeCloseTo(5_000, -1);
		const waits = Array.from({ length: 20 }, () => backoffMs(3));
		expect(new Set(waits).size).toBeGreaterThan(1);
		for (const wait of waits) {
			expect(wait).toBeGreaterThanOrEqual(3_000);
			expect(wait).toBeLessThan(5_000);
		}
	});
});

describe('the wait after a refusal', () => {
	const whenTheNextMayGo = async (error: ApiError): Promise<number> => {
		const { clock, budget, pacing } = setUp();
		const waited = waitAfter(error, 2, pacing);
		await clock.advance(0);
		await clock.run(budget.take('poll'));
		const at = clock.now();
		await clock.run(waited);
		return at;
	};

	it('pauses everybody for the Retry-After of a 429', async () => {
		await expect(whenTheNextMayGo(refused(429, {}, '17'))).resolves.toBe(17_000);
	});

	it('pauses everybody for the backoff where a 429 says nothing', async () => {
		await expect(whenTheNextMayGo(refused(429))).resolves.toBe(2_000);
	});

	it('pauses everybody where a 503 says when to come again', async () => {
		await expect(whenTheNextMayGo(refused(503, {}, '40'))).resolves.toBe(40_000);
	});

	it('delays only this call after other passing troubles', async () => {
		const { clock, budget, pacing } = setUp();
		const waited = waitAfter(refused(500), 3, pacing);
		await clock.advance(0);
		await expect(budget.take('poll')).resolves.toBe(true);
		expect(clock.now()).toBe(0);
		await clock.run(waited);
		expect(clock.now()).toBe(4_000);
	});
});

describe('429s that name no pause', () => {
	it.each(['0', '-1', 'Thu, 01 Jan 1970 00:00:00 GMT', undefined])(
		'pause everybody longer and longer, however many calls meet them (Retry-After: %s)',
		async (retryAfter) => {
			const { clock, budget, pacing } = setUp();
			const pauses = [];
			for (let call = 0; call < 7; call++) {
				// Each the first try of another call: what grows is not a single call's own.
				const pause = pauseAfter(refused(429, {}, retryAfter), 1, pacing);
				pauses.push(pause);
				await clock.run(budget.take('poll'));
				expect(clock.now()).toBe(pauses.reduce((sum, one) => sum + one));
			}
			expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
			expect(budget.refusals).toBe(7);
		},
	);

	it('begin with a short pause again after a time without them', async () => {
		const { clock, pacing } = setUp();
		const pauses = [];
		for (const gap of [0, 1_000, 60_000]) {
			await clock.advance(gap);
			pauses.push(pauseAfter(refused(429), 1, pacing));
		}
		expect(pauses).toEqual([1_000, 2_000, 1_000]);
	});

	it('pause once for all that were sent before the pause', async () => {
		const { clock, pacing } = setUp();
		pauseAfter(refused(429), 1, pacing);
		await clock.advance(400);
		expect(pauseAfter(refused(429), 1, pacing)).toBe(600);
	});
});

describe('a call that may be sent twice', () => {
	it('is made again after passing troubles, with growing waits', async () => {
		const { clock, pacing } = setUp();
		const { call, madeAt } = meeting(clock, refused(500), broken('ECONNRESET'), refused(503));
		await expect(clock.run(withRetries('poll', pacing, call))).resolves.toBe('done');
		expect(madeAt).toEqual([0, 1_000, 3_000, 7_000]);
	});

	it('throws the last trouble when the tries are used up', async () => {
		const { clock, pacing } = setUp();
		const { call, madeAt } = meeting(clock, refused(500), refused(502), refused(504), refused(500));
		await expect(clock.run(withRetries('poll', pacing, call, 3))).rejects.toMatchObject({
			httpCode: 504,
		});
		expect(madeAt).toHaveLength(3);
	});

	it.each([400, 401, 403, 404, 422])('is not made again after a %i', async (statusCode) => {
		const { clock, pacing } = setUp();
		const { call, madeAt } = meeting(clock, refused(statusCode));
		await expect(clock.run(withRetries('poll', pacing, call))).rejects.toMatchObject({
			httpCode: statusCode,
		});
		expect(madeAt).toHaveLength(1);
	});

	it('waits for the budget before each try', async () => {
		const { clock, budget, pacing } = setUp();
		budget.pause(5_000);
		const { call, madeAt } = meeting(clock, refused(429, {}, '20'));
		await clock.run(withRetries('prepare', pacing, call));
		expect(madeAt).toEqual([5_000, 25_000]);
	});

	it('does not ask the budget where it does not go to the API', async () => {
		const { clock, budget, pacing } = setUp();
		budget.pause(60_000);
		const { call, madeAt } = meeting(clock, broken('ETIMEDOUT'));
		await clock.run(withRetries(undefined, pacing, call));
		expect(madeAt).toEqual([0, 1_000]);
	});

	it('is not made once the execution was stopped', async () => {
		const { clock, stop, pacing } = setUp();
		stop.abort();
		const { call, madeAt } = meeting(clock);
		for (const kind of ['prepare', undefined] as const) {
			await expect(withRetries(kind, pacing, call)).rejects.toMatchObject({ kind: 'stopped' });
		}
		expect(madeAt).toEqual([]);
	});

	it('is not made again when the execution is stopped while it waits', async () => {
		const { clock, stop, pacing } = setUp();
		const { call, madeAt } = meeting(clock, refused(500), refused(500));
		const stopped = expect(withRetries('prepare', pacing, call)).rejects.toMatchObject({
			kind: 'stopped',
		});
		await clock.advance(1_500);
		stop.abort();
		await stopped;
		expect(clock.now()).toBe(1_500);
		expect(madeAt).toEqual([0, 1_000]);
	});
});
