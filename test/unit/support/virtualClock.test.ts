import { VirtualClock } from './virtualClock';

describe('the virtual clock', () => {
	it('wakes sleepers in the order of their times, and lets each go on before the next wakes', async () => {
		const clock = new VirtualClock(0);
		const seen: string[] = [];
		const sleeper = async (name: string, ms: number): Promise<void> => {
			await clock.sleep(ms);
			seen.push(`${name} at ${String(clock.now())}`);
			await clock.sleep(5);
			seen.push(`${name} again at ${String(clock.now())}`);
		};
		await clock.run(Promise.all([sleeper('b', 20), sleeper('a', 10), sleeper('c', 20)]));
		expect(seen).toEqual([
			'a at 10',
			'a again at 15',
			'b at 20',
			'c at 20',
			'b again at 25',
			'c again at 25',
		]);
	});

	it('ends a sleep when its signal is aborted, and forgets it', async () => {
		const clock = new VirtualClock(0);
		const abort = new AbortController();
		const slept = clock.sleep(60_000, abort.signal);
		await clock.advance(1_000);
		abort.abort();
		await slept;
		expect(clock.now()).toBe(1_000);
		expect(clock.sleeping).toBe(0);
		await clock.sleep(60_000, abort.signal);
		expect(clock.now()).toBe(1_000);
	});

	it('advances by exactly what it is told to', async () => {
		const clock = new VirtualClock(0);
		let woken = false;
		void clock.sleep(1_000).then(() => {
			woken = true;
		});
		await clock.advance(999);
		expect(woken).toBe(false);
		await clock.advance(1);
		expect(woken).toBe(true);
		expect(clock.now()).toBe(1_000);
	});

	it('says so when a promise can never settle', async () => {
		const clock = new VirtualClock(0);
		await expect(clock.run(new Promise(() => undefined))).rejects.toThrow('nobody sleeps');
		const forever = (async (): Promise<never> => {
			for (;;) await clock.sleep(1_000);
		})();
		await expect(clock.run(forever, 60_000)).rejects.toThrow('Not settled within 60000');
	});

	it('throws what the promise throws', async () => {
		const clock = new VirtualClock(0);
		const failing = clock.sleep(10).then(() => {
			throw new Error('as it should');
		});
		await expect(clock.run(failing)).rejects.toThrow('as it should');
	});
});
