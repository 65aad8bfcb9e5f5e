import { callbackUrl, newParkKey, roomIn } from '../../../nodes/Magnific/suspended/callbackUrl';
import { EarlierRuns } from '../../../nodes/Magnific/suspended/earlierRuns';

const run = (itemIndex: number) => ({ itemIndex, run_id: `run${String(itemIndex)}` });

const some = (count: number): EarlierRuns => {
	const runs = new EarlierRuns();
	for (let item = 0; item < count; item += 1) runs.add(run(item));
	return runs;
};

/** Room for three of them: `0.run0*` has seven letters. */
const ROOM = 3 * 7 + 6;

const items = (runs: EarlierRuns): number[] => runs.next(ROOM).map(({ itemIndex }) => itemIndex);

describe('the runs that later callback URLs tell of', () => {
	it('are none where there are none', () => {
		expect(new EarlierRuns().next(ROOM)).toEqual([]);
	});

	it('are as many as a URL has room for, and each is told of again when all have been', () => {
		const runs = some(7);
		expect(items(runs)).toEqual([0, 1, 2]);
		expect(items(runs)).toEqual([3, 4, 5]);
		expect(items(runs)).toEqual([6, 0, 1]);
		expect(items(runs)).toEqual([2, 3, 4]);
	});

	it('begin with those that no URL has told of yet', () => {
		const runs = some(4);
		runs.next(ROOM);
		runs.add(run(4));
		expect(items(runs)).toEqual([3, 4, 0]);
	});

	it('are never told of twice by one URL', () => {
		const runs = some(2);
		expect(items(runs)).toEqual([0, 1]);
		expect(items(runs)).toEqual([0, 1]);
	});

	it.each([-40, 0, 6])('are kept for another URL where one has no room (%i)', (room) => {
		const runs = some(2);
		expect(runs.next(room)).toEqual([]);
		expect(items(runs)).toEqual([0, 1]);
	});

	it('make no URL longer than 255 letters', () => {
		const key = newParkKey();
		const resumeUrl = 'https://n8n.example.com/webhook-waiting/123456?signature=' + 'a'.repeat(64);
		const runs = some(2_000);
		for (const itemIndex of [7, 1_234]) {
			const url = callbackUrl(resumeUrl, key, itemIndex);
			const told = runs.next(roomIn(url));
			expect(told.length).toBeGreaterThan(4);
			expect(callbackUrl(resumeUrl, key, itemIndex, told).length).toBeLessThanOrEqual(255);
		}
	});
});
