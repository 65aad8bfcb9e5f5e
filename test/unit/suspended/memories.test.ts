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
