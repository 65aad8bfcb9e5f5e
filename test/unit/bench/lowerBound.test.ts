import { pollingBound, submissionsBound } from '../../../bench/simulation/lowerBound';

const LIMITS = { requestsPerMinute: 50 };

const runs = (count: number, seconds: number): number[] =>
	Array.from({ length: count }, () => seconds * 1_000);

describe('the lower bound', () => {
	it('of one run is its duration', () => {
		for (const bound of [submissionsBound, pollingBound]) {
			expect(bound(runs(1, 30), LIMITS)).toBe(30_000);
		}
	});

	it('of submissions lets the 51st wait for the second minute', () => {
		expect(submissionsBound(runs(50, 10), LIMITS)).toBe(10_000);
		expect(submissionsBound(runs(51, 10), LIMITS)).toBe(70_000);
	});

	it('of polling counts a look at each run', () => {
		expect(pollingBound(runs(25, 10), LIMITS)).toBe(10_000);
		expect(pollingBound(runs(26, 10), LIMITS)).toBe(60_000);
		expect(pollingBound(runs(200, 10), LIMITS)).toBe(420_000);
		expect(pollingBound(runs(200, 300), LIMITS)).toBe(480_000);
	});
});
