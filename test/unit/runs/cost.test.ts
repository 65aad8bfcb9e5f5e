import { overLimit, totalCost } from '../../../nodes/Magnific/runs/cost';
import { app } from '../support/fixtures';

const cheap = app({ sqid: 'cheap1', name: 'Cheap', total_cost: 5 });
const dear = app({ sqid: 'dear01', name: 'Dear', total_cost: 12.5 });
const silent = app({ sqid: 'silent', name: 'Silent', total_cost: null });
const free = app({ sqid: 'free01', name: 'Free', total_cost: 0 });

const runs = (...apps: Array<ReturnType<typeof app>>) =>
	apps.map((definition, itemIndex) => ({ itemIndex, app: definition }));

describe('the cost of a batch', () => {
	it('is the sum over its items, and names each app of unknown cost once', () => {
		expect(totalCost(runs(cheap, cheap, dear, free))).toEqual({ credits: 22.5, unknown: [] });
		expect(totalCost(runs(silent, cheap, silent))).toEqual({ credits: 5, unknown: [silent] });
		expect(totalCost([])).toEqual({ credits: 0, unknown: [] });
	});

	it('may reach the limit, but not go over it', () => {
		expect(overLimit(runs(cheap, cheap), 10)).toBeUndefined();
		expect(overLimit(runs(cheap, cheap), 9)).toBe(
			'Nothing was started: 2 runs would cost 10 credits, over the credit limit of 9',
		);
		expect(overLimit(runs(cheap), 1)).toBe(
			'Nothing was started: 1 run would cost 5 credits, over the credit limit of 1',
		);
	});

	it('is over any limit where it is not known', () => {
		expect(overLimit(runs(cheap, silent), 1_000_000)).toBe(
			'Nothing was started: Magnific does not tell the cost of “Silent” (silent), so the credit limit of 1000000 cannot be kept',
		);
	});

	it('keeps a limit of 0 where everything is free, or nothing is to be started', () => {
		expect(overLimit(runs(free, free), 0)).toBeUndefined();
		expect(overLimit([], 0)).toBeUndefined();
		expect(overLimit(runs(cheap), 0)).toBeDefined();
	});

	it('counts what earlier tries have spent, and says so', () => {
		expect(overLimit(runs(cheap), 10, 5)).toBeUndefined();
		expect(overLimit(runs(cheap), 9, 5)).toBe(
			'Nothing more was started: earlier tries have spent 5 credits and 1 run would cost 5 credits, together over the credit limit of 9',
		);
		expect(overLimit([], 1, 5)).toBeUndefined();
	});

	it('names all apps of unknown cost', () => {
		const other = app({ sqid: 'silent2', name: 'Mute', total_cost: null });
		expect(overLimit(runs(silent, other), 1)).toContain('“Silent” (silent), “Mute” (silent2), so');
	});
});
