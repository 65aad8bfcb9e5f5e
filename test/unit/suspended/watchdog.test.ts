import {
	TIMER_AFTER_DEADLINE_MS,
	watch,
	watchdogPauses,
	type Poke,
	type Watched,
} from '../../../nodes/Magnific/suspended/watchdog';
import type { Heard } from '../../../nodes/Magnific/suspended/heard';
import { VirtualClock } from '../support/virtualClock';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Round {
	what: 'look' | 'end';
	/** Since the park, ms. */
	at: number;
}

type Own = Partial<Omit<Watched, 'deadline'>> & { deadline?: number };

const watched = (clock: VirtualClock, own: Own = {}): Watched => {
	const { deadline = clock.now() + 30 * MINUTE } = own;
	return {
		oldestSince: clock.now(),
		parkedAt: clock.now(),
		hasCallbacks: true,
		isSubmitting: false,
		...own,
		deadline: () => deadline,
	};
};

/** Watches until it stops; tells its rounds and how long it took, in ms. */
const rounds = async (
	own: (start: number) => Own = () => ({}),
	hears: (round: Round, index: number) => Heard | Promise<Heard> = () => 'taken',
	clock = new VirtualClock(),
): Promise<{ rounds: Round[]; ms: number }> => {
	const start = clock.now();
	const seen: Round[] = [];
	const poke: Poke = async (what) => {
		const round = { what, at: clock.now() - start };
		seen.push(round);
		return await hears(round, seen.length - 1);
	};
	await clock.run(watch(watched(clock, own(start)), clock, poke), 30 * 24 * HOUR);
	return { rounds: seen, ms: clock.now() - start };
};

const firstPauses = (count: number, own: Own = {}): number[] => {
	const pauses = watchdogPauses(watched(new VirtualClock(), own));
	return Array.from({ length: count }, () => pauses.next().value);
};

describe('the pauses of the watchdog', () => {
	it('grow without callbacks from 5 s to a minute', () => {
		expect(firstPauses(7, { hasCallbacks: false })).toEqual([
			5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000,
		]);
	});

	it('grow with callbacks from half a minute to 5 minutes', () => {
		expect(firstPauses(6)).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
	});

	it('begin with short ones where callbacks may have come before the park', () => {
		const parkedAt = Date.UTC(2026, 10, 1);
		const withSubmission = (ms: number, hasCallbacks = true): number[] =>
			firstPauses(2, { parkedAt, oldestSince: parkedAt - ms, hasCallbacks });
		expect(withSubmission(4_999)).toEqual([30_000, 60_000]);
		expect(withSubmission(5_000)).toEqual([1_000, 15_000]);
		expect(withSubmission(HOUR)).toEqual([1_000, 15_000]);
		expect(withSubmission(HOUR, false)).toEqual([5_000, 10_000]);
	});
});

describe('the watchdog', () => {
	it('looks at growing intervals, and ends the wait at the deadline, once', async () => {
		const { rounds: seen, ms } = await rounds((start) => ({ deadline: start + 10 * MINUTE }));
		expect(seen).toEqual([
			{ what: 'look', at: 30_000 },
			{ what: 'look', at: 90_000 },
			{ what: 'look', at: 210_000 },
			{ what: 'look', at: 450_000 },
			{ what: 'end', at: 600_000 },
		]);
		expect(ms).toBe(10 * MINUTE);
	});

	it('ends a wait that is shorter than its first pause on time', async () => {
		for (const hasCallbacks of [true, false]) {
			const { rounds: seen } = await rounds((start) => ({ deadline: start + 3_000, hasCallbacks }));
			expect(seen).toEqual([{ what: 'end', at: 3_000 }]);
		}
	});

	it('leaves n8n time to park, even where the deadline has passed', async () => {
		for (const left of [-MINUTE, 0, 1]) {
			const { rounds: seen } = await rounds((start) => ({ deadline: start + left }));
			expect(seen).toEqual([{ what: 'end', at: 1_000 }]);
		}
	});

	it('says `end` at the deadline and never before', async () => {
		for (const minutes of [0.5, 1.5, 3.5, 7.5, 12.5, 60]) {
			const { rounds: seen } = await rounds((start) => ({ deadline: start + minutes * MINUTE }));
			expect(seen.filter(({ what }) => what === 'end')).toEqual([
				{ what: 'end', at: minutes * MINUTE },
			]);
			expect(seen.at(-1)?.what).toBe('end');
		}
	});

	it('stops at n8n’s own word that the execution does not wait, whenever it comes', async () => {
		for (const last of [0, 1, 4]) {
			const { rounds: seen } = await rounds(undefined, (_, i) => (i === last ? 'gone' : 'taken'));
			expect(seen).toHaveLength(last + 1);
		}
	});

	it.each([[35_000], [10 * MINUTE], [29 * MINUTE]])(
		'never gives up while its own address cannot be reached for %s ms',
		async (untilMs) => {
			const { rounds: seen } = await rounds(
				() => ({ hasCallbacks: false }),
				({ at }) => (at < untilMs ? 'unheard' : 'taken'),
			);
			const firstHeard = seen.find(({ at }) => at >= untilMs);
			expect(firstHeard && firstHeard.at - untilMs).toBeLessThanOrEqual(MINUTE);
			expect(seen.at(-1)).toEqual({ what: 'end', at: 30 * MINUTE });
		},
	);

	it('does not give up while n8n says that the execution still runs, since it is not saved yet', async () => {
		const { rounds: seen } = await rounds(undefined, ({ at }) =>
			at < 20 * MINUTE ? 'running' : 'taken',
		);
		expect(seen.at(-1)).toEqual({ what: 'end', at: 30 * MINUTE });
	});

	it('stops when the execution runs that was parked before: it has gone on', async () => {
		const { rounds: seen } = await rounds(undefined, (_, i) => (i < 2 ? 'taken' : 'running'));
		expect(seen).toHaveLength(3);
	});

	it('says `end` again at growing intervals where nobody heard it, until n8n’s timer speaks', async () => {
		const deadline = (start: number): Own => ({ deadline: start + 20_000 });
		const never = await rounds(deadline, () => 'unheard');
		expect(never.rounds.slice(0, 4).map(({ at }) => at)).toEqual([20_000, 21_000, 23_000, 27_000]);
		expect(new Set(never.rounds.map(({ what }) => what))).toEqual(new Set(['end']));
		expect(never.ms).toBeGreaterThanOrEqual(20_000 + TIMER_AFTER_DEADLINE_MS);
		expect(never.ms).toBeLessThan(20_000 + TIMER_AFTER_DEADLINE_MS + MINUTE);
		const second = await rounds(deadline, (_, i) => (i === 1 ? 'taken' : 'unheard'));
		expect(second.rounds).toHaveLength(2);
	});

	it('costs few calls where nobody is ever heard', async () => {
		const { rounds: seen } = await rounds(undefined, () => 'unheard');
		expect(seen.length).toBeLessThanOrEqual(50);
	});

	it('sleeps no more once the execution has gone on in this process', async () => {
		const clock = new VirtualClock();
		const gone = new AbortController();
		const pokes: string[] = [];
		const watching = watch(
			watched(clock),
			clock,
			(what) => {
				pokes.push(what);
				return Promise.resolve('taken');
			},
			gone.signal,
		);
		await clock.advance(40_000);
		gone.abort();
		await watching;
		expect(pokes).toEqual(['look']);
	});

	it('looks again soon where runs may be over, and n8n had not parked at its first word', async () => {
		const { rounds: seen } = await rounds(
			(start) => ({ oldestSince: start - 10_000 }),
			({ at }) => (at > 1_000 ? 'taken' : 'running'),
		);
		expect(seen.slice(0, 3).map(({ at }) => at)).toEqual([1_000, 16_000, 46_000]);
	});

	it('waits for one word to be answered before the next', async () => {
		const clock = new VirtualClock();
		let going = 0;
		let most = 0;
		await rounds(
			(start) => ({ hasCallbacks: false, deadline: start + 5 * MINUTE }),
			async (): Promise<Heard> => {
				most = Math.max(most, ++going);
				await clock.sleep(30_000);
				going -= 1;
				return 'taken';
			},
			clock,
		);
		expect(most).toBe(1);
	});

	it('says `end` late rather than never where an answer outlasts the deadline', async () => {
		const clock = new VirtualClock();
		const { rounds: seen } = await rounds(
			(start) => ({ hasCallbacks: false, deadline: start + 20_000 }),
			async (): Promise<Heard> => {
				await clock.sleep(30_000);
				return 'taken';
			},
			clock,
		);
		expect(seen).toEqual([
			{ what: 'look', at: 5_000 },
			{ what: 'end', at: 36_000 },
		]);
	});

	it('says few words during a day', async () => {
		const { rounds: seen } = await rounds((start) => ({ deadline: start + 24 * HOUR }));
		expect(seen.length).toBeLessThanOrEqual((24 * 60) / 5 + 5);
	});
});
