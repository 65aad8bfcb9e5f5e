import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { Submissions } from '../../../nodes/Magnific/suspended/submissions';
import {
	keepParking,
	overTries,
	parkingOf,
	waitsFor,
	type Parking,
} from '../../../nodes/Magnific/suspended/tries';
import { plainRuns, world } from '../support/fixtures';
import { nodeContext } from '../support/nodeContext';
import { parkOf } from '../support/parks';

const items = (...names: string[]): INodeExecutionData[] =>
	names.map((name) => ({ json: { name } }));

const namesIn = (list: INodeExecutionData[]): unknown[] => list.map(({ json }) => json['name']);

interface GivenTry {
	/** What the node is handed, where that is not what n8n keeps. */
	input?: INodeExecutionData[];
	signal?: AbortSignal;
	/** What n8n keeps of the node's inputs, where they are not plain. */
	main?: object;
}

/** One try of the node, with the input items that n8n keeps for all of them. */
const tryWith = (kept: INodeExecutionData[], given: GivenTry = {}): IExecuteFunctions =>
	nodeContext({
		...(given.signal ? { signal: given.signal } : {}),
		more: {
			getExecuteData: () => ({ data: given.main ?? { main: [kept] } }),
			getInputData: () => given.input ?? kept,
		},
	}).context;

const parkingWith = (own: Partial<Omit<Parking, 'input'>> = {}) => ({
	park: parkOf(),
	unfinished: items('unfinished a', 'unfinished b'),
	watch: jest.fn<undefined, []>(),
	...own,
});

/** A try that parks. */
const parks = async (context: IExecuteFunctions, parking = parkingWith()): Promise<unknown[]> =>
	await overTries(context, async () => {
		const seen = namesIn(context.getInputData());
		keepParking(context, parking);
		return await Promise.resolve(seen);
	});

describe('a try of the node', () => {
	it('that does not park leaves its input as it was', async () => {
		const kept = items('a', 'b');
		expect(await overTries(tryWith(kept), async () => await Promise.resolve('done'))).toBe('done');
		expect(namesIn(kept)).toEqual(['a', 'b']);
		expect(parkingOf(tryWith(kept))).toBeUndefined();
	});

	it('that parks leaves the unfinished runs in the place of its input, and is watched over', async () => {
		const kept = items('a', 'b', 'c');
		const parking = parkingWith();
		expect(await parks(tryWith(kept), parking)).toEqual(['a', 'b', 'c']);
		expect(namesIn(kept)).toEqual(['unfinished a', 'unfinished b']);
		expect(parking.watch).toHaveBeenCalledTimes(1);
		expect(parkingOf(tryWith(kept))).toMatchObject({ park: parking.park });
	});

	it('gets the input of the first one, however many have parked before', async () => {
		const kept = items('a', 'b', 'c');
		for (let tries = 1; tries <= 3; tries++) {
			expect(await parks(tryWith(kept))).toEqual(['a', 'b', 'c']);
		}
		expect(namesIn(kept)).toEqual(['unfinished a', 'unfinished b']);
	});

	it('that fails after it has parked leaves the unfinished runs all the same', async () => {
		const kept = items('a');
		const parking = parkingWith();
		const context = tryWith(kept);
		await expect(
			overTries(context, async () => {
				keepParking(context, parking);
				await Promise.reject(new Error('It failed'));
			}),
		).rejects.toThrow('It failed');
		expect(namesIn(kept)).toEqual(['unfinished a', 'unfinished b']);
		expect(parking.watch).toHaveBeenCalledTimes(1);
	});

	it('that does not park again leaves the park of an earlier one, watched over anew', async () => {
		const kept = items('a');
		const parking = parkingWith();
		await parks(tryWith(kept), parking);
		await overTries(tryWith(kept), async () => {
			await Promise.resolve();
		});
		expect(namesIn(kept)).toEqual(['unfinished a', 'unfinished b']);
		expect(parking.watch).toHaveBeenCalledTimes(2);
	});

	it('that was stopped is not watched over', async () => {
		const stop = new AbortController();
		const kept = items('a');
		const parking = parkingWith();
		stop.abort();
		await parks(tryWith(kept, { signal: stop.signal }), parking);
		expect(parking.watch).not.toHaveBeenCalled();
		expect(namesIn(kept)).toEqual(['unfinished a', 'unfinished b']);
	});

	it('is watched over while its execution can still be stopped', async () => {
		const parking = parkingWith();
		await parks(tryWith(items('a'), { signal: new AbortController().signal }), parking);
		expect(parking.watch).toHaveBeenCalledTimes(1);
	});
});

describe('with Execute Once', () => {
	it('each try gets the first item, as the first try did', async () => {
		const kept = items('a', 'b', 'c');
		expect(await parks(tryWith(kept, { input: kept.slice(0, 1) }))).toEqual(['a']);
		const input = kept.slice(0, 1);
		expect(namesIn(input)).toEqual(['unfinished a']);
		expect(await parks(tryWith(kept, { input }))).toEqual(['a']);
		expect(namesIn(kept)).toEqual(['unfinished a', 'unfinished b']);
	});
});

describe('what is kept of tries', () => {
	it.each([{}, { main: [] }, { main: [null] }])(
		'goes by the input where n8n keeps no items (%j)',
		async (main) => {
			const input = items('a');
			await parks(tryWith([], { input, main }));
			expect(namesIn(input)).toEqual(['unfinished a', 'unfinished b']);
			expect(parkingOf(tryWith([], { input, main }))).toBeDefined();
		},
	);

	it('is nothing to another execution of the node', async () => {
		await parks(tryWith(items('a')));
		expect(parkingOf(tryWith(items('a')))).toBeUndefined();
	});
});

describe('an item of a try', () => {
	it('is waited for where an earlier try has it among those that are going to be submitted', async () => {
		const here = world();
		const submissions = new Submissions(here.seams, { maxWaitMs: 60_000, maxConcurrentRuns: 0 });
		submissions.add(plainRuns(51).map((run, itemIndex) => ({ ...run, itemIndex })));
		await here.clock.run(submissions.firstBurst());
		const context = tryWith(items('a'));
		keepParking(context, parkingWith({ submissions }));
		expect(waitsFor(context, 50)).toBe(true);
		expect(waitsFor(context, 0)).toBe(false);
		submissions.stop();
	});

	it('is not waited for where no try has parked, or all runs were started before', () => {
		const context = tryWith(items('a'));
		expect(waitsFor(context, 0)).toBe(false);
		keepParking(context, parkingWith());
		expect(waitsFor(context, 0)).toBe(false);
	});
});
