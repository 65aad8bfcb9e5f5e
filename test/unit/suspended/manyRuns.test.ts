import { isOver, noteLate, runsOf } from '../../../nodes/Magnific/suspended/late';
import { newMemory, noteEnd, type ParkMemory } from '../../../nodes/Magnific/suspended/looks';
import { refused, run as runOf } from '../support/fixtures';

const NOW = Date.UTC(2026, 10, 1);
const ITEMS = 1_000;

/** A park of many items that have no run yet, and how often one of them was asked for its app. */
const largePark = () => {
	const asked = { times: 0 };
	const queued = Array.from({ length: ITEMS }, (_, itemIndex) => ({
		itemIndex,
		get app() {
			asked.times += 1;
			return { sqid: 'poster01', name: 'Poster', total_cost: 1 };
		},
	}));
	const park = { runs: [], queued, parkedAt: NOW, deadline: NOW + 3_600_000, maxWaitMin: 60 };
	return { park, asked };
};

const start = (memory: ParkMemory, itemIndex: number): void => {
	const run_id = `run${String(itemIndex)}`;
	noteLate(memory, itemIndex, { kind: 'started', run_id, since: NOW }, NOW);
};

describe('a park of many items', () => {
	it('puts each run together once, however many calls come', () => {
		const { park, asked } = largePark();
		const memory = newMemory();
		const known = park.queued.map(({ itemIndex }) => {
			start(memory, itemIndex);
			return runsOf(park, memory).length;
		});
		expect(known).toEqual(park.queued.map((_, i) => i + 1));
		expect(asked.times).toBe(ITEMS);
	});

	it('knows each run with its item’s app, also one that was unknown before', () => {
		const { park } = largePark();
		const memory = newMemory();
		noteLate(memory, 7, { kind: 'unknown', error: refused(500) }, NOW);
		expect(runsOf(park, memory)).toEqual([]);
		start(memory, 7);
		expect(runsOf(park, memory)).toEqual([
			{
				itemIndex: 7,
				run_id: 'run7',
				since: NOW,
				app: { sqid: 'poster01', name: 'Poster', total_cost: 1 },
			},
		]);
	});

	it('knows the runs of a park that was extended', () => {
		const { park } = largePark();
		const memory = newMemory();
		start(memory, 3);
		expect(runsOf(park, memory)).toHaveLength(1);
		const first = { itemIndex: 0, run_id: 'first', app: undefined, since: NOW };
		const extended = { ...park, runs: [first], queued: park.queued.slice(1) };
		expect(runsOf(extended, memory).map(({ run_id }) => run_id)).toEqual(['first', 'run3']);
		expect(runsOf(park, memory).map(({ run_id }) => run_id)).toEqual(['run3']);
	});

	it('is over when the last of them is', () => {
		const { park } = largePark();
		const memory = newMemory();
		for (let i = 0; i < ITEMS; i += 1) start(memory, i);
		const runs = runsOf(park, memory);
		const wasOver = runs.map((run) => {
			noteEnd(memory, run, runOf({ run_id: run.run_id }), NOW);
			return isOver(park, memory, NOW);
		});
		expect(wasOver).toEqual(runs.map((_, i) => i === ITEMS - 1));
	});
});
