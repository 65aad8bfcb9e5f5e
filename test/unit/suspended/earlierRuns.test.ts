import { EarlierRuns } from '../../../nodes/Magnific/suspended/earlierRuns';

const run = (itemIndex: number) => ({ itemIndex, run_id: `run${String(itemIndex)}` });

const some = (count: number): EarlierRuns => {
	const runs = new EarlierRuns();
	for (let item = 0; item < count; item += 1) runs.add(run(item));
	return runs;
};

const items = (runs: EarlierRuns): number[] => runs.next().map(({ itemIndex }) => itemIndex);

describe('the runs that later callback URLs tell of', () => {
	it('are none where there are none', () => {
		expect(new EarlierRuns().next()).toEqual([]);
	});

	it('are six for each URL, and each is told of again when all have been', () => {
		const runs = some(14);
		expect(items(runs)).toEqual([0, 1, 2, 3, 4, 5]);
		expect(items(runs)).toEqual([6, 7, 8, 9, 10, 11]);
		expect(items(runs)).toEqual([12, 13, 0, 1, 2, 3]);
		expect(items(runs)).toEqual([4, 5, 6, 7, 8, 9]);
	});

	it('begin with those that no URL has told of yet', () => {
		const runs = some(8);
		runs.next();
		runs.add(run(8));
		expect(items(runs)).toEqual([6, 7, 8, 0, 1, 2]);
	});

	it('are never told of twice by one URL', () => {
		const runs = some(2);
		expect(items(runs)).toEqual([0, 1]);
		expect(items(runs)).toEqual([0, 1]);
	});
});
