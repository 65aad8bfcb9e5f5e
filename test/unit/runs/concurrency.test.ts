import { gate } from '../../../nodes/Magnific/runs/concurrency';
import { VirtualClock } from '../support/virtualClock';

/** Sends tasks of these lengths (ms) through a gate; tells the order of entry and how full it was. */
const through = async (limit: number, lengths: number[], fails: number[] = []) => {
	const clock = new VirtualClock(0);
	const enter = gate(limit);
	const entered: number[] = [];
	let inside = 0;
	let fullest = 0;
	const tasks = lengths.map((length, i) =>
		enter(async () => {
			entered.push(i);
			inside += 1;
			fullest = Math.max(fullest, inside);
			await clock.sleep(length);
			inside -= 1;
			if (fails.includes(i)) throw new Error(`task ${String(i)}`);
			return i;
		}),
	);
	const results = await clock.run(Promise.allSettled(tasks));
	return { entered, fullest, tookMs: clock.now(), results };
};

describe('the gate', () => {
	it('lets in as many as its limit, in the order in which they came', async () => {
		const { entered, fullest, tookMs } = await through(3, [30, 10, 20, 10, 10, 10, 5]);
		expect(entered).toEqual([0, 1, 2, 3, 4, 5, 6]);
		expect(fullest).toBe(3);
		expect(tookMs).toBe(35);
	});

	it('lets all in at once without a limit', async () => {
		const { fullest, tookMs } = await through(
			0,
			Array.from({ length: 100 }, () => 10),
		);
		expect(fullest).toBe(100);
		expect(tookMs).toBe(10);
	});

	it('lets the next one in after a task that threw, and hands on what it threw', async () => {
		const { entered, fullest, results } = await through(1, [5, 5, 5], [0, 1]);
		expect(entered).toEqual([0, 1, 2]);
		expect(fullest).toBe(1);
		expect(results).toMatchObject([
			{ status: 'rejected', reason: { message: 'task 0' } },
			{ status: 'rejected' },
			{ status: 'fulfilled', value: 2 },
		]);
	});

	it('keeps its limit for those who come while others are handed on', async () => {
		const clock = new VirtualClock(0);
		const enter = gate(1);
		let inside = 0;
		let fullest = 0;
		const tasks = [0, 0, 15, 15, 25].map(async (arrival) => {
			await clock.sleep(arrival);
			await enter(async () => {
				inside += 1;
				fullest = Math.max(fullest, inside);
				await clock.sleep(10);
				inside -= 1;
			});
		});
		await clock.run(Promise.all(tasks));
		expect(fullest).toBe(1);
		expect(clock.now()).toBe(50);
	});

	it('has room again after all have left', async () => {
		const enter = gate(1);
		for (const task of ['a', 'b', 'c']) {
			await expect(enter(async () => await Promise.resolve(task))).resolves.toBe(task);
		}
	});
});
