import {
	endBeforeLastSubmission,
	loopBound,
	pollingBound,
	submissionsBound,
	suspendedBound,
} from '../../../bench/simulation/lowerBound';

const LIMITS = { requestsPerMinute: 50 };

const runs = (count: number, seconds: number): number[] =>
	Array.from({ length: count }, () => seconds * 1_000);

describe('the lower bound', () => {
	it('of one run is its duration', () => {
		for (const bound of [submissionsBound, pollingBound, suspendedBound]) {
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

	it('of suspended counts a look at each run that is over before the last submission', () => {
		expect(endBeforeLastSubmission(runs(50, 10), LIMITS)).toBe(0);
		expect(endBeforeLastSubmission(runs(200, 10), LIMITS)).toBe(150);
		expect(endBeforeLastSubmission(runs(200, 100), LIMITS)).toBe(100);
		expect(endBeforeLastSubmission(runs(200, 300), LIMITS)).toBe(0);
		expect(suspendedBound(runs(200, 10), LIMITS)).toBe(360_000);
		expect(suspendedBound(runs(200, 300), LIMITS)).toBe(480_000);
	});

	it('of a loop lets each batch wait for the one before', () => {
		expect(loopBound(runs(100, 10), 50, LIMITS)).toBe(70_000);
		expect(loopBound(runs(100, 300), 50, LIMITS)).toBe(600_000);
	});
});
