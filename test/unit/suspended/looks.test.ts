import { SlidingWindowBudget } from '../../../nodes/Magnific/api/budget';
import { notJsonError } from '../../../nodes/Magnific/api/errors';
import {
	allOver,
	lookAtParked,
	lookAtRun,
	MAY_BE_OVER_MS,
	newMemory,
	noteEnd,
	noteStart,
	onlyLooksTell,
	outcomesOf,
	pendingRuns,
	toLookAtBeforeParking,
	trustsCallbacks,
	type ParkedRun,
	type ParkMemory,
} from '../../../nodes/Magnific/suspended/looks';
import { app, run, world, type World } from '../support/fixtures';
import type { ModelOptions } from '../support/modelApi';

const MINUTE = 60_000;

const parkedRun = (run_id: string, itemIndex = 0): ParkedRun => ({
	itemIndex,
	run_id,
	app: app(),
	since: 0,
});

const memoryOf = (...runIds: string[]): ParkMemory => {
	const memory = newMemory();
	for (const run_id of runIds) noteEnd(memory, parkedRun(run_id), run({ run_id }), 0);
	return memory;
};

interface Parked extends World {
	runs: ParkedRun[];
	parkedAt: number;
	memory: ParkMemory;
}

/** Parks `count` runs that were just submitted. */
const parked = async (
	count: number,
	model: Partial<Omit<ModelOptions, 'clock'>> = {},
): Promise<Parked> => {
	const here = world(model);
	const ids = await here.clock.run(
		Promise.all(Array.from({ length: count }, async () => await here.api.startRun(app(), {}))),
	);
	const since = here.clock.now();
	const runs = ids.map((id, i) => ({ ...parkedRun(id, i), since }));
	return { ...here, runs, parkedAt: since, memory: newMemory() };
};

/** As if the last run had been submitted so late that the callbacks of the others were refused. */
const submitLastLate = (here: Parked): void => {
	const last = here.runs.at(-1);
	if (last) last.since += 6_000;
	here.parkedAt += 6_000;
};

const look = async (here: Parked, all?: boolean): Promise<void> => {
	await here.clock.run(lookAtParked(here, here.memory, here.seams, all));
};

const lookedAt = ({ api }: World): string[] => api.of('getRun').map(({ id }) => id);

const settledIn = ({ memory }: Parked): string[] => [...memory.settled.keys()];

/** Runs of these durations, in ms, by their place. */
const lasting =
	(...durations: number[]): ModelOptions['durationMs'] =>
	({ index }) =>
		durations[index] ?? Infinity;

describe('the runs of a parked execution', () => {
	const runs = ['a', 'b', 'c'].map(parkedRun);

	it('are pending until they are settled, in input order', () => {
		const ids = (memory: ParkMemory): string[] =>
			pendingRuns(runs, memory).map(({ run_id }) => run_id);
		expect(ids(newMemory())).toEqual(['a', 'b', 'c']);
		expect(ids(memoryOf('b'))).toEqual(['a', 'c']);
		expect(ids(memoryOf('c', 'a', 'b'))).toEqual([]);
	});

	it('are all over only when each of them is, whatever else is known', () => {
		expect(allOver(runs, memoryOf('a', 'b'))).toBe(false);
		expect(allOver(runs, memoryOf('a', 'b', 'stranger'))).toBe(false);
		expect(allOver(runs, memoryOf('c', 'b', 'a'))).toBe(true);
	});

	it('have their outcomes in input order, whatever the order they ended in', () => {
		expect(outcomesOf(runs, memoryOf('c', 'stranger', 'a'))).toEqual([
			{ kind: 'ended', run: run({ run_id: 'a' }) },
			{ kind: 'timed_out', run_id: 'b', status: null },
			{ kind: 'ended', run: run({ run_id: 'c' }) },
		]);
	});

	it('end together for two items that wait for the same run', () => {
		const same = [parkedRun('a', 0), parkedRun('a', 1)];
		expect(allOver(same, memoryOf('a'))).toBe(true);
		expect(outcomesOf(same, memoryOf('a'))).toHaveLength(2);
	});

	it('are known to each memory for itself', () => {
		const [first, second] = [newMemory(), newMemory()];
		first.settled.set('a', run({ run_id: 'a' }));
		expect(second.settled.size).toBe(0);
	});
});

describe('callbacks', () => {
	const now = Date.UTC(2026, 10, 1);

	const parkOf = (count: number, submittedBefore = 0) => ({
		parkedAt: now,
		runs: Array.from({ length: count }, (_, i) => ({
			...parkedRun(`run${String(i)}`, i),
			since: now - submittedBefore,
		})),
	});
	const called: ParkMemory = { ...newMemory(), lastCallbackAt: now };

	it('are not trusted before the first has come', () => {
		expect(trustsCallbacks(parkOf(1), newMemory(), now)).toBe(false);
	});

	it('are trusted after one has come for longer than most runs take, and then no more', () => {
		for (const later of [0, 1_000, 5 * MINUTE]) {
			expect(trustsCallbacks(parkOf(1), called, now + later)).toBe(true);
		}
		expect(trustsCallbacks(parkOf(1), called, now + 6 * MINUTE)).toBe(false);
	});

	it('are trusted for less long where the runs that are over were short', () => {
		const memory = { ...called, ...memoryOf('run0'), lastCallbackAt: now };
		expect(trustsCallbacks(parkOf(3), memory, now + 69_000)).toBe(true);
		expect(trustsCallbacks(parkOf(3), memory, now + 70_000)).toBe(false);
	});

	it('are not trusted where one may have been refused before the park, until that was looked at', () => {
		const slow = parkOf(3, MAY_BE_OVER_MS);
		expect(trustsCallbacks(slow, called, now)).toBe(false);
		const seenGoing = new Set(slow.runs.map(({ run_id }) => run_id));
		expect(trustsCallbacks(slow, { ...called, seenGoing }, now)).toBe(true);
		expect(trustsCallbacks(parkOf(3, MAY_BE_OVER_MS - 1), called, now)).toBe(true);
	});
});

describe('a process that was started after the park', () => {
	it('looks at the others when a callback shows that it is called, since theirs may be lost', async () => {
		const here = await parked(4, { durationMs: () => 1_000 });
		here.memory = { ...newMemory(true), lastCallbackAt: here.clock.now() };
		here.memory.settled.set('run00003', run({ run_id: 'run00003' }));
		expect(trustsCallbacks({ ...here, parkedAt: 0 }, here.memory, here.clock.now())).toBe(false);
		await here.clock.advance(10_000);
		await look(here);
		expect(allOver(here.runs, here.memory)).toBe(true);
	});

	it('leaves those that still go to their callbacks, and looks at each once', async () => {
		const here = await parked(4, { durationMs: () => 600_000 });
		here.memory = { ...newMemory(true), lastCallbackAt: here.clock.now() };
		for (let callback = 0; callback < 10; callback++) {
			here.memory.lastCallbackAt = here.clock.now();
			await look(here);
		}
		expect(trustsCallbacks(here, here.memory, here.clock.now())).toBe(true);
		expect(here.api.of('getRun')).toHaveLength(4);
	});
});

describe('callbacks of a large batch', () => {
	it('have been looked for once a round has found what was lost before the park', async () => {
		const here = await parked(3, { durationMs: () => 20_000 });
		submitLastLate(here);
		await here.clock.advance(25_000);
		here.memory.lastCallbackAt = here.clock.now();
		expect(trustsCallbacks(here, here.memory, here.clock.now())).toBe(false);
		await look(here);
		expect(settledIn(here)).toEqual(['run00000', 'run00001']);
		expect(trustsCallbacks(here, here.memory, here.clock.now())).toBe(true);
	});

	it('are missed of runs so short that they were over before the park, though submitted just then', async () => {
		const here = await parked(3, { durationMs: () => 1_000 });
		const [first, , last] = here.runs;
		if (!first || !last) throw new Error('There are no runs');
		here.parkedAt += 4_000;
		last.since += 4_000;
		await here.clock.advance(5_100);
		expect(onlyLooksTell(here, here.memory)).toBe(false);
		here.memory.lastCallbackAt = here.clock.now();
		noteEnd(here.memory, last, run({ run_id: last.run_id, started_at: null }), here.clock.now());
		expect(onlyLooksTell(here, here.memory)).toBe(true);
		await look(here);
		expect(allOver(here.runs, here.memory)).toBe(true);
	});

	it('are certain to come for a run whose start was told to the parked execution', () => {
		const park = { parkedAt: 60_000, runs: [parkedRun('a')] };
		const memory = newMemory();
		expect(onlyLooksTell(park, memory)).toBe(true);
		noteStart(memory, parkedRun('a'));
		memory.lastCallbackAt = 60_500;
		expect(onlyLooksTell(park, memory)).toBe(false);
		expect(trustsCallbacks(park, memory, 61_000)).toBe(true);
	});

	it('that told an end which the API could not confirm yet leave it to a look', () => {
		const park = { parkedAt: 0, runs: [parkedRun('a')] };
		const memory: ParkMemory = { ...newMemory(), lastCallbackAt: 0, toldOver: new Set(['a']) };
		memory.seenGoing.add('a');
		expect(trustsCallbacks(park, memory, 1)).toBe(false);
	});

	it('are found in spite of refusals, where somebody else uses the key', async () => {
		const here = await parked(10, { durationMs: () => 1_000 });
		await here.clock.advance(2 * MINUTE);
		const budget = new SlidingWindowBudget(here.clock, 500);
		for (let i = 0; i < 45; i++) void here.api.getApp(app().sqid);
		await here.clock.advance(1_000);
		await look({ ...here, seams: { ...here.seams, budget } });
		expect(here.api.answered(429)).toBeGreaterThan(0);
		expect(allOver(here.runs, here.memory)).toBe(true);
	});
});

describe('the runs to look at before parking', () => {
	const now = Date.UTC(2026, 10, 1);
	const since = (...agesMs: number[]) => agesMs.map((age) => ({ since: now - age }));

	it('are all, where each may be over', () => {
		const runs = since(5_000, MINUTE, now);
		expect(toLookAtBeforeParking(runs, now)).toEqual(runs);
	});

	it('are none, where one was just submitted: the park is certain, and must not be put off', () => {
		expect(toLookAtBeforeParking(since(MINUTE, 4_999), now)).toEqual([]);
	});

	it('are none, where the looks would put off the park for long', () => {
		const old = (count: number) => since(...Array.from({ length: count }, () => MINUTE));
		expect(toLookAtBeforeParking(old(10), now)).toHaveLength(10);
		expect(toLookAtBeforeParking(old(11), now)).toEqual([]);
	});
});

describe('a look at parked runs', () => {
	it('settles those that are over, and ends where hardly any is', async () => {
		const here = await parked(40, {
			durationMs: ({ index }) => (index < 4 ? 1_000 : Infinity),
			limits: [],
		});
		await here.clock.advance(10_000);
		await look(here);
		expect(settledIn(here)).toEqual(['run00000', 'run00001', 'run00002', 'run00003']);
		expect(lookedAt(here).length).toBeLessThanOrEqual(11);
	});

	it('goes on over a few that still go, where most are over', async () => {
		const here = await parked(40, {
			durationMs: ({ index }) => (index % 8 === 7 ? Infinity : 1_000),
			limits: [],
		});
		await here.clock.advance(10_000);
		await look(here);
		expect(settledIn(here)).toHaveLength(35);
		expect(lookedAt(here)).toHaveLength(40);
	});

	it('asks about no run twice that is over', async () => {
		const here = await parked(4, { durationMs: lasting(1_000, 1_000, MINUTE, 1_000) });
		await here.clock.advance(10_000);
		await look(here);
		await here.clock.advance(MINUTE);
		await look(here);
		await look(here);
		expect(allOver(here.runs, here.memory)).toBe(true);
		expect(lookedAt(here).filter((id) => id !== 'run00002')).toEqual([
			'run00000',
			'run00001',
			'run00003',
		]);
	});

	it('costs one request while the first run goes on, however many there are', async () => {
		const here = await parked(40, { durationMs: () => Infinity });
		await here.clock.advance(10 * MINUTE);
		await look(here);
		expect(lookedAt(here)).toEqual(['run00000']);
	});

	it('in a large batch is not put off by two long runs at its begin', async () => {
		const here = await parked(250, {
			durationMs: ({ index }) => (index < 2 ? Infinity : 1_000),
			limits: [],
		});
		submitLastLate(here);
		await here.clock.advance(10_000);
		await look(here);
		expect(settledIn(here)).toHaveLength(247);
	});

	it('asks first about runs whose callbacks may have been refused, and then about others once', async () => {
		const here = await parked(3, { durationMs: lasting(60_000, 20_000, 1_000) });
		submitLastLate(here);
		await here.clock.advance(10_000);
		await look(here);
		expect(lookedAt(here)).toEqual(['run00000']);
		await here.clock.advance(20_000);
		await look(here);
		expect(settledIn(here)).toEqual(['run00001']);
		here.memory.lastCallbackAt = here.clock.now();
		await look(here);
		expect(lookedAt(here)).toEqual(['run00000', 'run00001']);
	});

	it('finds an end whose callback got lost, when nothing else is to be asked', async () => {
		const here = await parked(3, { durationMs: () => 20_000 });
		for (const { run_id } of here.runs) here.memory.seenGoing.add(run_id);
		await look(here);
		expect(lookedAt(here)).toEqual(['run00000']);
		await here.clock.advance(30_000);
		await look(here);
		expect(allOver(here.runs, here.memory)).toBe(true);
	});

	it('passes over a run that the API does not know', async () => {
		const here = await parked(3, {
			durationMs: () => 1_000,
			fault: ({ operation, id }) =>
				operation === 'getRun' && id === 'run00000' ? { statusCode: 404 } : undefined,
		});
		await here.clock.advance(10_000);
		await look(here);
		expect(settledIn(here)).toEqual(['run00001', 'run00002']);
	});

	it('asks nothing where callbacks have told all', async () => {
		const here = await parked(3);
		for (const { run_id } of here.runs) here.memory.settled.set(run_id, run({ run_id }));
		await look(here);
		await look(here, true);
		expect(lookedAt(here)).toEqual([]);
	});

	it('does not ask about a run whose callback comes while it looks at others', async () => {
		const here = await parked(3, { durationMs: () => 1_000, latencyMs: 500 });
		await here.clock.advance(10_000);
		const looking = lookAtParked(here, here.memory, here.seams);
		await here.clock.advance(700);
		const told = run({ run_id: 'run00001', status: 'failed' });
		here.memory.settled.set('run00001', told);
		await here.clock.run(looking);
		expect(lookedAt(here)).toEqual(['run00000', 'run00002']);
		expect(here.memory.settled.get('run00001')).toBe(told);
	});

	it.each(['completed', 'completed_with_errors', 'failed', 'cancelled'])(
		'takes `%s` for an end',
		async (status) => {
			const here = await parked(1, { durationMs: () => 1_000, ending: () => status });
			await here.clock.advance(10_000);
			await look(here);
			expect(here.memory.settled.get('run00000')).toMatchObject({ status });
		},
	);

	it.each(['pending', 'running', 'paused'])('takes `%s` for no end', async (status) => {
		const here = await parked(1, { durationMs: () => Infinity, going: () => status });
		await look(here);
		await look(here, true);
		expect(settledIn(here)).toEqual([]);
	});

	it('at all of them passes over those that still go', async () => {
		const here = await parked(4, { durationMs: lasting(Infinity, 1_000, Infinity, 1_000) });
		await here.clock.advance(10_000);
		await look(here, true);
		expect(lookedAt(here)).toHaveLength(4);
		expect(settledIn(here)).toEqual(['run00001', 'run00003']);
	});

	it('is tried once more where something passing comes between', async () => {
		const here = await parked(2, {
			durationMs: () => 1_000,
			fault: ({ operation, index }) =>
				operation === 'getRun' && index === 0 ? { statusCode: 503 } : undefined,
		});
		await here.clock.advance(10_000);
		await look(here);
		expect(lookedAt(here)).toEqual(['run00000', 'run00000', 'run00001']);
		expect(allOver(here.runs, here.memory)).toBe(true);
	});

	it.each([
		['is down', { statusCode: 500 }],
		['breaks the connection', { networkCode: 'ECONNRESET', done: false }],
		['refuses the key', { statusCode: 401 }],
		['answers with a web page', { answer: notJsonError(200) }],
	])('ends without a word where the API %s, with two requests at the most', async (_, fault) => {
		const here = await parked(3, {
			durationMs: () => 1_000,
			fault: ({ operation }) => (operation === 'getRun' ? fault : undefined),
		});
		await here.clock.advance(10_000);
		await look(here);
		expect(lookedAt(here).length).toBeLessThanOrEqual(2);
		expect(new Set(lookedAt(here))).toEqual(new Set(['run00000']));
		expect(settledIn(here)).toEqual([]);
	});

	it('at all of them passes over one that cannot be read', async () => {
		const here = await parked(3, {
			durationMs: () => 1_000,
			fault: ({ operation, id }) =>
				operation === 'getRun' && id === 'run00000' ? { statusCode: 404 } : undefined,
		});
		await here.clock.advance(10_000);
		await look(here, true);
		expect(settledIn(here)).toEqual(['run00001', 'run00002']);
	});

	it('keeps to the budget and is never refused, with many runs to look at', async () => {
		const here = await parked(40, { durationMs: () => 1_000 });
		await here.clock.advance(2 * MINUTE);
		const more = { ...here, runs: [...here.runs, ...here.runs], memory: newMemory() };
		await look(here);
		await look(more);
		expect(lookedAt(here)).toHaveLength(80);
		expect(here.api.answered(429)).toBe(0);
	});

	it('asks nothing any more once the execution is stopped, and does not throw', async () => {
		const here = await parked(2);
		await here.clock.advance(MINUTE);
		here.stop.abort();
		await look(here, true);
		expect(lookedAt(here)).toEqual([]);
		expect(settledIn(here)).toEqual([]);
	});

	it('has nothing to do without runs', async () => {
		const here = await parked(0);
		await look(here, true);
		expect(here.api.calls).toEqual([]);
		expect(allOver([], newMemory())).toBe(true);
	});
});

describe('how long runs take', () => {
	it('is from the shortest to the longest that is over', () => {
		const memory = newMemory();
		for (const seconds of [20, 5, 40]) {
			const run_id = String(seconds);
			const completed_at = `2026-11-01T00:00:${run_id.padStart(2, '0')}Z`;
			noteEnd(memory, parkedRun(run_id), run({ run_id, completed_at }), 0);
		}
		expect(memory.took).toEqual({ shortest: 5_000, longest: 40_000 });
	});

	it.each([{ completed_at: null }, { started_at: null }, { started_at: null, completed_at: null }])(
		'is counted from the submission where the run does not say: %j',
		(own) => {
			const memory = newMemory();
			noteEnd(memory, { ...parkedRun('a'), since: 2_000 }, run({ run_id: 'a', ...own }), 9_000);
			expect(memory.took).toEqual({ shortest: 7_000, longest: 7_000 });
		},
	);

	it('is told by who is believed: the first who told of its end', () => {
		const memory = memoryOf('a');
		const [first, before] = [memory.settled.get('a'), memory.took];
		const other = run({ run_id: 'a', status: 'failed', completed_at: '2026-11-01T00:09:00Z' });
		noteEnd(memory, parkedRun('a'), other, 0);
		expect(memory.settled.get('a')).toBe(first);
		expect(memory.took).toEqual(before);
	});

	it('tells which of the others may have ended before the park was saved', () => {
		const memory = newMemory();
		const completed_at = '2026-11-01T00:00:03Z';
		noteEnd(memory, parkedRun('short'), run({ run_id: 'short', completed_at }), 0);
		const park = (parkedAt: number) => ({ runs: [parkedRun('a')], parkedAt });
		expect(onlyLooksTell(park(2_500), memory)).toBe(true);
		expect(onlyLooksTell(park(1_500), memory)).toBe(false);
	});
});

describe('what is known of a park that has just been made', () => {
	it('is nothing, and nobody watches over it', () => {
		expect(newMemory()).toMatchObject({
			startedLate: [],
			lastLateAt: 0,
			isSubmitting: false,
			isWatched: false,
			isGoingOn: false,
			isOverdue: false,
			hasSaidRefused: false,
		});
	});

	it('leaves nothing to looks alone where no run is pending', () => {
		expect(onlyLooksTell({ runs: [], parkedAt: 0 }, newMemory())).toBe(false);
		const park = { runs: [parkedRun('a')], parkedAt: 60_000 };
		expect(onlyLooksTell(park, newMemory())).toBe(true);
		expect(onlyLooksTell(park, memoryOf('a'))).toBe(false);
	});
});

describe('a look at a run', () => {
	const lookAt = async (model: Partial<Omit<ModelOptions, 'clock'>>) => {
		const here = await parked(1, model);
		const [only = parkedRun('none')] = here.runs;
		await here.clock.advance(MINUTE);
		const look = await here.clock.run(lookAtRun(only, here.memory, here.seams));
		return { look, looks: here.api.of('getRun').length };
	};

	it('waits for its turn where others use up the plan’s requests for a while', async () => {
		const { look, looks } = await lookAt({
			fault: ({ operation, index }) =>
				operation === 'getRun' && index < 7 ? { statusCode: 429 } : undefined,
		});
		expect({ look, looks }).toEqual({ look: 'over', looks: 8 });
	});

	it('is left to the watchdog in the end', async () => {
		const { look, looks } = await lookAt({
			fault: ({ operation }) => (operation === 'getRun' ? { statusCode: 429 } : undefined),
		});
		expect({ look, looks }).toEqual({ look: 'untold', looks: 40 });
	});

	it.each([500, 503])('is given up after a second %s', async (statusCode) => {
		const { look, looks } = await lookAt({
			fault: ({ operation }) => (operation === 'getRun' ? { statusCode } : undefined),
		});
		expect({ look, looks }).toEqual({ look: 'untold', looks: 2 });
	});
});

describe('a round of looks', () => {
	/** How many looks were sent at once, one group after the other. */
	const groupsOf = (here: World): number[] => {
		const groups = new Map<number, number>();
		for (const { sentAt } of here.api.of('getRun')) {
			groups.set(sentAt, (groups.get(sentAt) ?? 0) + 1);
		}
		return [...groups.values()];
	};

	/** Parks runs of which those with these indexes never end, and looks at them after two minutes. */
	const round = async (count: number, going: number[], all = false): Promise<Parked> => {
		const here = await parked(count, {
			durationMs: ({ index }) => (going.includes(index) ? Infinity : 20_000),
		});
		await here.clock.advance(2 * MINUTE);
		await here.clock.run(lookAtParked(here, here.memory, here.seams, all));
		return here;
	};

	it('grows as long as all are over, to ten at once', async () => {
		expect(groupsOf(await round(30, []))).toEqual([1, 3, 7, 10, 9]);
	});

	it('begins with one again after a run that still goes', async () => {
		expect(groupsOf(await round(26, [11]))).toEqual([1, 3, 7, 10, 1, 3, 1]);
	});

	it('ends where more than one in five still goes', async () => {
		expect(groupsOf(await round(30, [3, 4, 5]))).toEqual([1, 3]);
	});

	it('is of all runs where all are asked for, those that were seen going too', async () => {
		const here = await parked(3);
		const [first = parkedRun('none')] = here.runs;
		submitLastLate(here);
		noteStart(here.memory, first);
		await here.clock.advance(2 * MINUTE);
		await here.clock.run(lookAtParked(here, here.memory, here.seams, true));
		expect(here.api.of('getRun').map(({ id }) => id)).toEqual(here.runs.map((one) => one.run_id));
	});

	it('takes a part of the budget only for as long as it lasts', async () => {
		const here = await parked(3);
		const share = here.budget.share();
		const leave = jest.spyOn(share, 'leave');
		jest.spyOn(here.budget, 'share').mockReturnValue(share);
		await here.clock.advance(2 * MINUTE);
		await here.clock.run(lookAtParked(here, here.memory, here.seams));
		expect(leave).toHaveBeenCalledTimes(1);
	});
});
