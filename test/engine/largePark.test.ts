import { processorUs, validateBatch } from '../../bench/parked/measure';
import { parkBatch, type ParkedBatch } from '../../bench/parked/parkedBatch';
import { Magnific } from '../../nodes/Magnific/Magnific.node';
import { NODE } from './support/n8n';

const SMALL = 1_000;
const LARGE = 10_000;
/** What 49 runs take that were submitted before the park, and what all have in common. */
const FIRST_BURST_BYTES = 20_000;
const CALLS = 300;

const parked = new Map<number, ParkedBatch>();

/** What parking an item of each batch took, in µs. */
const parkedIn: number[] = [];

const parkedBatch = (count: number): ParkedBatch => {
	const batch = parked.get(count);
	if (!batch) throw new Error('It was not parked');
	return batch;
};

// A machine that is busy with other tests takes its time; processor time is what counts.
jest.setTimeout(300_000);

beforeAll(async () => {
	// The log of the first burst.
	jest.spyOn(console, 'log').mockImplementation(() => undefined);
	for (const count of [SMALL, LARGE]) {
		const us = await processorUs(async () => {
			parked.set(count, await parkBatch(count, new Magnific()));
		});
		parkedIn.push(us / count);
	}
});

afterAll(async () => {
	for (const batch of parked.values()) await batch.close();
	jest.restoreAllMocks();
});

describe('what is saved of a large parked batch', () => {
	it('is less than 20 bytes of the node’s own for an item without a run, whatever the app', () => {
		for (const count of [SMALL, LARGE]) {
			const { kept } = parkedBatch(count);
			expect(kept.length).toBeLessThan(FIRST_BURST_BYTES + 20 * count);
		}
	});

	it('names the app a few times, not with every item', () => {
		expect(parkedBatch(LARGE).saved.split('Poster from Text').length).toBeLessThan(10);
	});

	it('has an item in the node’s output for each run that was started, and for no other', () => {
		const { runData } = parkedBatch(LARGE).read().resultData;
		const items = runData[NODE]?.at(-1)?.data?.main?.[0] ?? [];
		expect(items.map(({ json }) => json['status'])).toEqual(items.map(() => 'running'));
		expect(items.length).toBeLessThanOrEqual(49);
	});
});

describe('a callback for a large parked batch', () => {
	it('costs the node hardly more than for a small one', async () => {
		const us: number[] = [];
		for (const count of [SMALL, LARGE]) {
			const { callBack, read } = parkedBatch(count);
			const data = read();
			const call = async (from: number): Promise<void> => {
				for (let i = from; i < from + CALLS; i += 1) await callBack(i, data);
			};
			await call(50);
			us.push(await processorUs(async () => call(50 + CALLS)));
		}
		const [small = 0, large = Infinity] = us;
		// Ten times the items; what n8n itself does to read the execution is ten times as much.
		expect(large).toBeLessThan(3 * small);
	});
});

describe('an item of a batch of ten thousand costs no more than one of a thousand', () => {
	/** A quarter for what is measured beside it. */
	const NO_MORE = 1.25;

	it('with Validate Only', async () => {
		const us: number[] = [];
		for (const count of [SMALL, LARGE]) {
			const all = await processorUs(async () => {
				await validateBatch(count, new Magnific());
			});
			us.push(all / count);
		}
		const [small = 0, large = Infinity] = us;
		expect(large).toBeLessThan(NO_MORE * small);
	});

	it('while it is planned and parked', () => {
		const [small = 0, large = Infinity] = parkedIn;
		expect(large).toBeLessThan(NO_MORE * small);
	});
});
