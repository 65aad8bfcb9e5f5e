import { newMemory } from '../../../nodes/Magnific/suspended/looks';
import { parkMemories } from '../../../nodes/Magnific/suspended/memories';

describe('what a process knows of parked executions', () => {
	it('is kept per park', () => {
		const first = parkMemories.of('first', newMemory);
		first.resuming = true;
		expect(parkMemories.of('first', newMemory)).toBe(first);
		expect(parkMemories.of('second', newMemory)).not.toBe(first);
		expect(parkMemories.of('second', newMemory).resuming).toBe(false);
	});

	it('is made only for a park that is not known', () => {
		const create = jest.fn(newMemory);
		parkMemories.of('once', create);
		parkMemories.of('once', create);
		expect(create).toHaveBeenCalledTimes(1);
	});

	it('is forgotten of the park that was not asked about for the longest, over 1,000', () => {
		const [asked, idle] = ['asked', 'idle'].map((id) => parkMemories.of(id, newMemory));
		for (let i = 0; i < 998; i++) parkMemories.of(`many ${String(i)}`, newMemory);
		expect(parkMemories.of('asked', newMemory)).toBe(asked);
		parkMemories.of('one more', newMemory);
		expect(parkMemories.of('asked', newMemory)).toBe(asked);
		expect(parkMemories.of('idle', newMemory)).not.toBe(idle);
	});

	it('begins when the process began to serve, and stays so', async () => {
		const began = Date.UTC(2026, 10, 1);
		jest.useFakeTimers({ now: began });
		await jest.isolateModulesAsync(async () => {
			const parks = await import('../../../nodes/Magnific/suspended/memories');
			jest.setSystemTime(began + 60_000);
			expect(parks.servesSince).toBe(began);
		});
		jest.useRealTimers();
	});
});
