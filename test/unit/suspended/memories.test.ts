import { newMemory } from '../../../nodes/Magnific/suspended/looks';
import { ParkMemories, servesSince } from '../../../nodes/Magnific/suspended/memories';
import { TIMER_AFTER_DEADLINE_MS } from '../../../nodes/Magnific/suspended/watchdog';
import { app, run } from '../support/fixtures';

const HOUR = 60 * 60_000;
const NOW = servesSince + HOUR;

const parkOf = (id: string, runIds: string[] = [], own: { parkedAt?: number } = {}) => ({
	id,
	parkedAt: NOW,
	deadline: NOW + HOUR,
	runs: runIds.map((run_id, itemIndex) => ({
		itemIndex,
		run_id,
		app: app(),
		since: NOW,
		options: {
			outputPer: 'run' as const,
			downloadFiles: false,
			binaryField: 'data',
			onTimeout: 'output' as const,
			onPartial: 'output' as const,
			metadata: {},
			maxFileSize: 0,
			notifyTrigger: '',
		},
	})),
	settled: [],
	...own,
});

/** Parks with results, one after the other, each going on before the next or not. */
const many = (memories: ParkMemories, count: number, runs: number, goesOn: boolean): void => {
	for (let i = 0; i < count; i++) {
		const park = parkOf(`many ${String(i)}`);
		const memory = memories.of(park, NOW);
		for (let r = 0; r < runs; r++) memory?.settled.set(`run ${String(r)}`, run());
		if (goesOn) memories.goneOn(park.id);
	}
};

describe('what is known of parked executions', () => {
	it('is the same whoever asks about the same park, and another for another', () => {
		const memories = new ParkMemories();
		const first = memories.of(parkOf('first'), NOW);
		expect(memories.of(parkOf('first'), NOW)).toBe(first);
		expect(memories.of(parkOf('second'), NOW)).not.toBe(first);
	});

	it('begins with what was over before the park', () => {
		const over = run({ run_id: 'b' });
		const memory = new ParkMemories().of({ ...parkOf('some', ['a', 'b']), settled: [over] }, NOW);
		expect([...(memory?.settled ?? [])]).toEqual([['b', over]]);
	});

	it('is dropped when the park has gone on, and stays so', () => {
		const memories = new ParkMemories();
		const memory = memories.of(parkOf('gone'), NOW);
		memories.goneOn('gone');
		expect(memory?.gone.signal.aborted).toBe(true);
		expect(memories.of(parkOf('gone'), NOW)).toBeUndefined();
		expect(memories.size).toEqual({ parks: 0, results: 0 });
	});

	it('is nothing after a thousand parks of 49 runs that have gone on', () => {
		const memories = new ParkMemories();
		many(memories, 1_000, 49, true);
		expect(memories.size).toEqual({ parks: 0, results: 0 });
	});

	it('is bounded where parks go on without a word to this process', () => {
		const memories = new ParkMemories();
		many(memories, 3_000, 49, false);
		expect(memories.size.results).toBeLessThanOrEqual(20_049);
		const single = new ParkMemories();
		many(single, 3_000, 1, false);
		expect(single.size.parks).toBeLessThanOrEqual(1_000);
	});

	it('is dropped when n8n’s own timer has ended the wait', () => {
		const memories = new ParkMemories();
		memories.of(parkOf('old'), NOW);
		memories.of({ ...parkOf('new'), deadline: NOW + 9 * HOUR }, NOW + HOUR);
		expect(memories.size.parks).toBe(2);
		memories.of(
			{ ...parkOf('new'), deadline: NOW + 9 * HOUR },
			NOW + HOUR + TIMER_AFTER_DEADLINE_MS + 1,
		);
		expect(memories.size.parks).toBe(1);
	});

	it('may lack callbacks of a park from before the process served, or that was dropped for others', () => {
		const memories = new ParkMemories();
		const early = { parkedAt: servesSince - 1 };
		expect(memories.of(parkOf('early', [], early), NOW)?.isLate).toBe(true);
		expect(memories.of(parkOf('known'), NOW)?.isLate).toBe(false);
		const later = new ParkMemories();
		later.of(parkOf('known'), NOW);
		for (let i = 0; i < 1_001; i++) later.of(parkOf(`other ${String(i)}`), NOW + 1);
		expect(later.of(parkOf('known'), NOW + 2)?.isLate).toBe(true);
	});

	it('is that of a process that was there, where nothing else is said', () => {
		expect(newMemory().isLate).toBe(false);
	});
});

describe('how much is known of parked executions', () => {
	it('counts the results of all, and what came of items after their parks', () => {
		const memories = new ParkMemories();
		for (const id of ['one', 'two']) {
			const memory = memories.of(parkOf(id), NOW);
			memory?.settled.set('a', run()).set('b', run());
			memory?.late.set(7, { kind: 'started', run_id: 'c', since: NOW });
		}
		expect(memories.size).toEqual({ parks: 2, results: 6 });
	});

	it('is as much as there may be: the oldest alone goes for one more', () => {
		const memories = new ParkMemories();
		const known = (id: string) => memories.of(parkOf(id), NOW);
		const [first, second] = [known('first'), known('second')];
		for (let i = 2; i < 1_000; i++) known(`other ${String(i)}`);
		expect(memories.size.parks).toBe(1_000);
		expect(known('first')).toBe(first);
		expect(known('second')).toBe(second);
		known('one more');
		expect(memories.size.parks).toBe(1_000);
		expect(known('first')).toBe(first);
		expect(known('second')).toBe(second);
		expect(known('other 3')).toBeDefined();
		expect(memories.size.parks).toBe(1_000);
	});

	it('is as many results as there may be: the oldest alone go for more', () => {
		const memories = new ParkMemories();
		const known = (id: string) => memories.of(parkOf(id), NOW);
		const fill = (id: string, results: number): void => {
			const memory = known(id);
			for (let r = 0; r < results; r++) memory?.settled.set(`run ${String(r)}`, run());
		};
		fill('first', 5_000);
		fill('second', 5_000);
		fill('third', 10_000);
		known('third');
		expect(memories.size).toEqual({ parks: 3, results: 20_000 });
		fill('third', 10_001);
		known('third');
		expect(memories.size).toEqual({ parks: 2, results: 15_001 });
	});

	it('stays of a park that is asked for, however many results it has', () => {
		const memories = new ParkMemories();
		const memory = memories.of(parkOf('large'), NOW);
		for (let r = 0; r < 20_001; r++) memory?.settled.set(`run ${String(r)}`, run());
		expect(memories.of(parkOf('large'), NOW)).toBe(memory);
		expect(memories.of(parkOf('large'), NOW)).toBe(memory);
	});

	it('stays of a park whose runs this process submits', () => {
		const memories = new ParkMemories();
		const memory = memories.of(parkOf('submitting'), NOW);
		if (memory) memory.isSubmitting = true;
		many(memories, 1_500, 1, false);
		expect(memories.of(parkOf('submitting'), NOW)).toBe(memory);
	});

	it('is not asked of a park that has gone on, among the last 5,000', () => {
		const memories = new ParkMemories();
		memories.goneOn('first');
		for (let i = 1; i < 5_000; i++) memories.goneOn(`other ${String(i)}`);
		expect(memories.of(parkOf('first'), NOW)).toBeUndefined();
		memories.goneOn('one more');
		expect(memories.of(parkOf('first'), NOW)).toBeDefined();
		expect(memories.of(parkOf('other 1'), NOW)).toBeUndefined();
	});

	it('lacks nothing of a park that was made when the process began to serve', () => {
		const park = parkOf('first', [], { parkedAt: servesSince });
		expect(new ParkMemories().of(park, NOW)?.isLate).toBe(false);
	});
});
