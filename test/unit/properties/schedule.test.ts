import fc from 'fast-check';
import { Schedule } from '../../../nodes/Magnific/runs/schedule';
import { holds } from './holds';

const aRun = fc.record({
	/** ms after the start. */
	since: fc.nat(60_000),
	/** How long it takes, ms. */
	takes: fc.oneof(fc.nat(30_000), fc.integer({ min: 1, max: 6 * 60_000 })),
	app: fc.nat(2),
	/** Its app is not known at first. */
	isStrange: fc.boolean(),
	lookNow: fc.boolean(),
	/** ms after `since`. */
	patience: fc.oneof(fc.constant(5 * 60_000), fc.integer({ min: 1_500, max: 120_000 })),
});

const batch = fc.record({
	runs: fc.array(aRun, { minLength: 1, maxLength: 8 }),
	requestsPerMinute: fc.constantFrom(1, 10, 50, 300),
	/** How long each look takes, ms; some fail. */
	looks: fc.array(
		fc.record({ takes: fc.nat(3_000), fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0) }),
		{
			minLength: 1,
			maxLength: 10,
		},
	),
	atOnce: fc.constantFrom(1, 3, 10),
});

type Batch = typeof batch extends fc.Arbitrary<infer T> ? T : never;

interface Look {
	index: number;
	at: number;
	backAt: number;
	fails: boolean;
}

interface Played {
	/** When each run was found over, or given up after its deadline. */
	foundAt: Map<number, number>;
	looks: Look[];
	/** A run that was looked at when it must not be. */
	wrong: string[];
	steps: number;
}

const FAILED_WAIT_MS = 5_000;
const MOST_STEPS = 20_000;

/** Carries a batch by its schedule, as a poller does, on a time of its own. */
const play = ({ runs, requestsPerMinute, looks: answers, atOnce }: Batch): Played => {
	const schedule = new Schedule(requestsPerMinute);
	const id = (index: number): string => `run${String(index)}`;
	const toAdd = runs.map((run, index) => ({ ...run, index })).sort((a, b) => a.since - b.since);
	const underWay: Look[] = [];
	const played: Played = { foundAt: new Map(), looks: [], wrong: [], steps: 0 };
	const waiting = new Set<number>();
	let now = 0;

	const settle = (index: number): void => {
		waiting.delete(index);
		played.foundAt.set(index, now);
	};

	const comesBack = ({ index, at, fails }: Look): void => {
		const run = runs[index];
		if (!run || !waiting.has(index)) return;
		if (fails) {
			schedule.lookAgainAt(id(index), now + FAILED_WAIT_MS);
			return;
		}
		if (run.isStrange) schedule.belongsTo(id(index), `app${String(run.app)}`);
		if (at >= run.since + run.takes) {
			schedule.ended(id(index), run.takes);
			settle(index);
		} else {
			schedule.stillGoing(id(index));
		}
	};

	while (played.foundAt.size < runs.length) {
		played.steps += 1;
		if (played.steps > MOST_STEPS) return played;
		while (toAdd[0] && toAdd[0].since <= now) {
			const [run] = toAdd.splice(0, 1);
			if (!run) break;
			waiting.add(run.index);
			schedule.add({
				run_id: id(run.index),
				app_id: run.isStrange ? '' : `app${String(run.app)}`,
				since: run.since,
				deadline: run.since + run.patience,
				lookNow: run.lookNow,
			});
		}
		for (const look of underWay.filter(({ backAt }) => backAt <= now)) {
			underWay.splice(underWay.indexOf(look), 1);
			comesBack(look);
		}
		for (const index of [...waiting]) {
			const run = runs[index];
			if (!run || now < run.since + run.patience) continue;
			schedule.remove(id(index));
			settle(index);
		}
		const next = schedule.next();
		if (next && next.dueAt <= now && underWay.length < atOnce) {
			const index = Number(next.run_id.slice('run'.length));
			if (!waiting.has(index)) played.wrong.push(`${next.run_id} after its end`);
			if (underWay.some((look) => look.index === index))
				played.wrong.push(`${next.run_id} twice at once`);
			const answer = answers[played.looks.length % answers.length];
			const look = {
				index,
				at: now,
				backAt: now + (answer?.takes ?? 0),
				fails: answer?.fails === true,
			};
			schedule.lookStarts(next.run_id, now);
			underWay.push(look);
			played.looks.push(look);
			continue;
		}
		const deadlines = [...waiting].map(
			(index) => (runs[index]?.since ?? 0) + (runs[index]?.patience ?? 0),
		);
		const wakes = [
			...(underWay.length < atOnce ? [next?.dueAt ?? Infinity] : []),
			...underWay.map(({ backAt }) => backAt),
			toAdd[0]?.since ?? Infinity,
			...deadlines,
		];
		now = Math.max(now, Math.min(...wakes));
	}
	return played;
};

describe('the schedule, whatever runs there are and however looks go', () => {
	it('forgets no run: each is found over or comes to its deadline', () => {
		holds(
			fc.property(batch, (given) => {
				const { foundAt, steps } = play(given);
				expect(steps).toBeLessThanOrEqual(MOST_STEPS);
				expect(foundAt.size).toBe(given.runs.length);
				given.runs.forEach(({ since, patience }, index) => {
					expect(foundAt.get(index)).toBeLessThanOrEqual(since + patience);
				});
			}),
		);
	});

	it('looks at no run after it was found over or given up, nor twice at once', () => {
		holds(
			fc.property(batch, (given) => {
				expect(play(given).wrong).toEqual([]);
			}),
		);
	});

	it('looks at every run before it is given up, where looks are quick and succeed', () => {
		holds(
			fc.property(batch, (given) => {
				const { foundAt, looks } = play({
					...given,
					looks: [{ takes: 0, fails: false }],
					atOnce: 10,
				});
				given.runs.forEach(({ since, takes, patience }, index) => {
					expect(looks.some((look) => look.index === index)).toBe(true);
					// A second before the deadline there is a last look.
					if (takes <= patience - 1_000) {
						expect(foundAt.get(index)).toBeLessThanOrEqual(since + Math.max(0, patience - 1_000));
					}
				});
			}),
		);
	});
});
