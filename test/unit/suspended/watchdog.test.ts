import {
	watch,
	watchdogPauses,
	type Poke,
	type Watched,
} from '../../../nodes/Magnific/suspended/watchdog';
import { VirtualClock } from '../support/virtualClock';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Round {
	what: 'look' | 'end';
	/** Since the park, ms. */
	at: number;
}

const watched = (clock: VirtualClock, own: Partial<Watched> = {}): Watched => ({
	oldestSince: clock.now(),
	parkedAt: clock.now(),
	deadline: clock.now() + 30 * MINUTE,
	hasCallbacks: true,
	...own,
});

/** Watches until it stops; tells its rounds and how long it took, in ms. */
const rounds = async (
	own: (start: number) => Partial<Watched> = () => ({}),
	takes: (round: Round, index: number) => boolean | Promise<boolean> = () => true,
	clock = new VirtualClock(),
): Promise<{ rounds: Round[]; ms: number }> => {
	const start = clock.now();
	const seen: Round[] = [];
	const poke: Poke = async (what) => {
		const round = { what, at: clock.now() - start };
		seen.push(round);
		return await takes(round, seen.length - 1);
	};
	await clock.run(watch(watched(clock, own(start)), clock, poke), 30 * 24 * HOUR);
	return { rounds: seen, ms: clock.now() - start };
};

const firstPauses = (count: number, own: Partial<Watched> = {}): number[] => {
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

	it('stops after three refusals in a row: the execution has gone on', async () => {
		const { rounds: seen } = await rounds(undefined, () => false);
		expect(seen.map(({ at }) => at)).toEqual([30_000, 90_000, 210_000]);
	});

	it('goes on after two refusals, and counts from anew', async () => {
		const { rounds: seen } = await rounds(undefined, (_, i) => i % 3 === 2);
		expect(seen.length).toBeGreaterThan(6);
		expect(seen.some(({ what }) => what === 'end')).toBe(true);
	});

	it('says `end` again where n8n did not take it, three times at the most', async () => {
		const deadline = (start: number): Partial<Watched> => ({ deadline: start + 20_000 });
		const never = await rounds(deadline, () => false);
		expect(never.rounds).toEqual([
			{ what: 'end', at: 20_000 },
			{ what: 'end', at: 21_000 },
			{ what: 'end', at: 22_000 },
		]);
		const second = await rounds(deadline, (_, i) => i === 1);
		expect(second.rounds).toHaveLength(2);
	});

	it('looks again soon where runs may be over, and n8n had not parked at its first word', async () => {
		const { rounds: seen } = await rounds(
			(start) => ({ oldestSince: start - 10_000 }),
			({ at }) => at > 1_000 && at < 2 * MINUTE,
		);
		expect(seen.slice(0, 3).map(({ at }) => at)).toEqual([1_000, 16_000, 46_000]);
	});

	it('waits for one word to be answered before the next', async () => {
		const clock = new VirtualClock();
		let going = 0;
		let most = 0;
		await rounds(
			(start) => ({ hasCallbacks: false, deadline: start + 5 * MINUTE }),
			async () => {
				most = Math.max(most, ++going);
				await clock.sleep(30_000);
				going -= 1;
				return true;
			},
			clock,
		);
		expect(most).toBe(1);
	});

	it('says `end` late rather than never where an answer outlasts the deadline', async () => {
		const clock = new VirtualClock();
		const { rounds: seen } = await rounds(
			(start) => ({ hasCallbacks: false, deadline: start + 20_000 }),
			async () => {
				await clock.sleep(30_000);
				return true;
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
