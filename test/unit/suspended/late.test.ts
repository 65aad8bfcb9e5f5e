import { ApiError } from '../../../nodes/Magnific/api/errors';
import {
	endOf,
	heardAtOf,
	isAbandoned,
	isOver,
	isWithoutRun,
	lateOutcomes,
	noteLate,
	noteSign,
	openItems,
	runsOf,
	withoutRun,
	type WaitedFor,
} from '../../../nodes/Magnific/suspended/late';
import { newMemory, noteEnd, type ParkMemory } from '../../../nodes/Magnific/suspended/looks';
import { asksIn, newsOf, noteNews } from '../../../nodes/Magnific/suspended/news';
import type { Submission } from '../../../nodes/Magnific/runs/submit';
import { app, refused, run } from '../support/fixtures';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 1);

const started = (run_id: string): Submission => ({ kind: 'started', run_id, since: NOW });
const notStarted = (error = refused(402)): Submission => ({ kind: 'not_started', error });
const unknown: Submission = { kind: 'unknown', error: refused(500) };

/** Item 0 has the run `a`; items 1 to 3 had none at the park. */
const park: WaitedFor = {
	runs: [{ itemIndex: 0, run_id: 'a', app: app(), since: NOW }],
	queued: [1, 2, 3].map((itemIndex) => ({ itemIndex, app: app() })),
	parkedAt: NOW,
	deadline: NOW + 60 * MINUTE,
	maxWaitMin: 30,
};

const end = (memory: ParkMemory, run_id: string): void => {
	const parked = runsOf(park, memory).find((known) => known.run_id === run_id);
	if (!parked) throw new Error(`Nobody waits for ${run_id}`);
	noteEnd(memory, parked, run({ run_id }), NOW);
};

const submitting = (): ParkMemory => Object.assign(newMemory(false, NOW), { isSubmitting: true });

describe('the items that had no run at the park', () => {
	it('are waited for until something has come of each, and its run is over', () => {
		const memory = submitting();
		end(memory, 'a');
		expect(isOver(park, memory, NOW)).toBe(false);
		noteLate(memory, 1, started('b'), NOW);
		noteLate(memory, 2, notStarted(), NOW);
		noteLate(memory, 3, unknown, NOW);
		expect(openItems(park, memory)).toEqual([]);
		expect(isOver(park, memory, NOW)).toBe(false);
		end(memory, 'b');
		expect(isOver(park, memory, NOW)).toBe(true);
	});

	it('keep the run that is known first, and get one that a callback tells of an unknown fate', () => {
		const memory = submitting();
		noteLate(memory, 1, started('b'), NOW);
		noteLate(memory, 1, started('other'), NOW);
		noteLate(memory, 1, unknown, NOW);
		noteLate(memory, 2, unknown, NOW);
		const without = () => [0, 1, 2, 3, 4].filter((item) => isWithoutRun(park, memory, item));
		expect(withoutRun(park, memory).map(({ itemIndex }) => itemIndex)).toEqual([2, 3]);
		expect(without()).toEqual([2, 3]);
		noteLate(memory, 2, started('c'), NOW);
		expect(without()).toEqual([3]);
		expect(runsOf(park, memory).map(({ run_id }) => run_id)).toEqual(['a', 'b', 'c']);
	});

	it('come out as what they came to, in any case', () => {
		const memory = submitting();
		end(memory, 'a');
		noteLate(memory, 1, started('b'), NOW);
		noteLate(memory, 2, notStarted(), NOW);
		const outcomes = lateOutcomes(park, memory);
		expect(outcomes.map(({ item, outcome }) => [item.itemIndex, outcome.kind])).toEqual([
			[0, 'ended'],
			[1, 'timed_out'],
			[2, 'not_started'],
			[3, 'unknown'],
		]);
	});
});

describe('what is known of the items that had no run', () => {
	it('counts from when it was first learned', () => {
		const memory = submitting();
		noteLate(memory, 1, unknown, NOW);
		noteLate(memory, 1, unknown, NOW + MINUTE);
		expect(memory.lastLateAt).toBe(NOW);
		noteLate(memory, 1, started('b'), NOW + 2 * MINUTE);
		noteLate(memory, 1, started('b'), NOW + 3 * MINUTE);
		expect(memory.lastLateAt).toBe(NOW + 2 * MINUTE);
		expect(memory.startedLate).toHaveLength(1);
	});

	it('leaves the others open', () => {
		const memory = submitting();
		end(memory, 'a');
		noteLate(memory, 1, notStarted(), NOW);
		expect(openItems(park, memory).map(({ itemIndex }) => itemIndex)).toEqual([2, 3]);
		expect(isOver(park, memory, NOW)).toBe(false);
	});

	it('is no run of the park where the item is none of it', () => {
		const memory = submitting();
		noteLate(memory, 9, started('x'), NOW);
		noteLate(memory, 1, started('b'), NOW);
		expect(runsOf(park, memory).map(({ run_id }) => run_id)).toEqual(['a', 'b']);
	});

	it('goes with the park as a further try has extended it', () => {
		const memory = submitting();
		noteLate(memory, 1, started('b'), NOW);
		noteLate(memory, 4, started('e'), NOW);
		expect(runsOf(park, memory)).toHaveLength(2);
		const queued = [...park.queued, { itemIndex: 4, app: app() }];
		expect(runsOf({ ...park, queued }, memory).map(({ run_id }) => run_id)).toEqual([
			'a',
			'b',
			'e',
		]);
		const runs = [...park.runs, { itemIndex: 5, run_id: 'f', app: app(), since: NOW }];
		expect(runsOf({ runs, queued }, memory).map(({ run_id }) => run_id)).toEqual([
			'a',
			'f',
			'b',
			'e',
		]);
	});

	it('says of an item of which nothing was heard that n8n has forgotten it', () => {
		const [, last] = lateOutcomes({ ...park, queued: park.queued.slice(0, 1) }, submitting());
		if (last?.outcome.kind !== 'unknown') throw new Error('Something is known of it');
		expect(last.outcome.error.kind).toBe('network');
		expect(last.outcome.error.message).not.toBe('');
	});
});

describe('a sign of who submits', () => {
	it('was given now where that is this process, and never where nobody gave one', () => {
		expect(heardAtOf(submitting(), NOW)).toBe(NOW);
		expect(heardAtOf(newMemory(false, NOW), NOW)).toBeNull();
	});

	it('was given when another process last told of one', () => {
		const memory = newMemory(false, NOW);
		noteSign(memory, NOW - MINUTE);
		expect(memory.task).toEqual({ heardAt: NOW - MINUTE, isShared: true });
		noteSign(memory, NOW);
		noteSign(memory, NOW - 2 * MINUTE);
		expect(heardAtOf(memory, NOW + MINUTE)).toBe(NOW);
	});

	it('is none where there is no time in it, or where this process submits', () => {
		const [memory, own] = [newMemory(false, NOW), submitting()];
		for (const heardAt of [null, undefined, String(NOW)]) noteSign(memory, heardAt);
		noteSign(own, NOW);
		expect([memory.task, own.task]).toEqual([undefined, undefined]);
	});

	it('is waited for as long as the longest runs take', () => {
		const memory = newMemory(true, NOW);
		expect(isAbandoned(memory, NOW + 329_999)).toBe(false);
		expect(isAbandoned(memory, NOW + 330_000)).toBe(true);
	});
});

describe('who submits them', () => {
	it('is never given up while it is in this process', () => {
		expect(isAbandoned(submitting(), NOW + 1_000 * MINUTE)).toBe(false);
	});

	it('is given up by a process that is younger than the park, a while after all callbacks', () => {
		const memory = newMemory(true, NOW);
		expect(isAbandoned(memory, NOW + 5 * MINUTE)).toBe(false);
		expect(isAbandoned(memory, NOW + 6 * MINUTE)).toBe(true);
		memory.lastCallbackAt = NOW + 5 * MINUTE;
		expect(isAbandoned(memory, NOW + 6 * MINUTE)).toBe(false);
		expect(isAbandoned(memory, NOW + 11 * MINUTE)).toBe(true);
		// The runs that are over tell how long the others take at most.
		memory.took = { shortest: 10_000, longest: 10_000 };
		expect(isAbandoned(memory, NOW + 6 * MINUTE)).toBe(true);
	});

	it('is not given up by a process that was there and has never heard of it', () => {
		expect(isAbandoned(newMemory(false, NOW), NOW + 1_000 * MINUTE)).toBe(false);
	});

	it.each([
		[false, 6],
		[true, 10],
	])('is given up after its last word, later where calls are shared (%s)', (isShared, minutes) => {
		const memory = newMemory(false, NOW - 60 * MINUTE);
		memory.task = { heardAt: NOW, isShared };
		expect(isAbandoned(memory, NOW + (minutes - 1) * MINUTE)).toBe(false);
		expect(isAbandoned(memory, NOW + minutes * MINUTE)).toBe(true);
	});

	it('is not kept alive by processes that tell each other of what they heard', () => {
		const [one, other] = [newMemory(false, NOW), newMemory(true, NOW)];
		one.task = { heardAt: NOW, isShared: true };
		for (let minute = 1; minute <= 11; minute++) {
			const now = NOW + minute * MINUTE;
			noteSign(other, heardAtOf(one, now));
			noteSign(one, heardAtOf(other, now));
		}
		expect(isAbandoned(one, NOW + 11 * MINUTE)).toBe(true);
		expect(isAbandoned(other, NOW + 11 * MINUTE)).toBe(true);
	});

	it('lets the wait end where it has ended', () => {
		const memory = newMemory(true, NOW);
		end(memory, 'a');
		expect(isOver(park, memory, NOW + 6 * MINUTE)).toBe(true);
	});
});

describe('the end of the wait', () => {
	it('is Max Wait after the last start, and not before all are started', () => {
		const memory = submitting();
		expect(endOf(park, memory, NOW)).toBe(park.deadline);
		for (const itemIndex of [1, 2, 3]) {
			noteLate(memory, itemIndex, started(String(itemIndex)), NOW + itemIndex * MINUTE);
		}
		expect(endOf(park, memory, NOW)).toBe(NOW + 33 * MINUTE);
	});

	it('is that of the park where all had runs', () => {
		expect(endOf({ ...park, queued: [] }, newMemory(true, 0), NOW)).toBe(park.deadline);
	});

	it('is Max Wait after the last sign of who has submitted', () => {
		const memory = newMemory(true, NOW + MINUTE);
		expect(endOf(park, memory, NOW + 20 * MINUTE)).toBe(NOW + 31 * MINUTE);
	});
});

describe('what one process tells another', () => {
	it('is what has come of the items, with the reasons', () => {
		const error = new ApiError({
			kind: 'no_credits',
			message: 'No credits',
			advice: 'Top up.',
			httpCode: 402,
		});
		const [told, heard] = [submitting(), newMemory(false, NOW)];
		noteLate(told, 1, started('b'), NOW);
		noteLate(told, 2, { kind: 'not_started', error }, NOW);
		noteLate(told, 3, { kind: 'unknown', error }, NOW);
		noteNews(heard, JSON.parse(JSON.stringify(newsOf(told.late))), NOW);
		expect(heard.late.get(1)).toEqual(started('b'));
		for (const [itemIndex, kind] of [
			[2, 'not_started'],
			[3, 'unknown'],
		] as const) {
			expect(heard.late.get(itemIndex)).toMatchObject({
				kind,
				error: { message: 'No credits', advice: 'Top up.', httpCode: 402 },
			});
		}
	});

	it('is short for ten thousand items: ids, and each reason once', () => {
		const late = new Map<number, Submission>();
		const error = refused(402);
		for (let i = 0; i < 5_000; i++) late.set(i, started('vCrK3Aa47y'));
		for (let i = 5_000; i < 10_000; i++) late.set(i, { kind: 'not_started', error });
		expect(JSON.stringify(newsOf(late)).length).toBeLessThan(150_000);
	});

	it.each([
		[undefined],
		[null],
		[[]],
		[{ runs: 7, others: 'x' }],
		[{ others: [null, { kind: 'x' }] }],
	])('is nothing where it is %j', (news) => {
		const memory = newMemory(false, NOW);
		noteNews(memory, news, NOW);
		expect(memory.late.size).toBe(0);
		expect(asksIn(news)).toEqual({ isShared: false, going: [] });
	});
});
