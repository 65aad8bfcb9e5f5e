import { carryRuns } from '../../../nodes/Magnific/runs/carry';
import { runIdOf, type RunOutcome } from '../../../nodes/Magnific/runs/types';
import { mostWithin, plainRuns, world, type World } from '../support/fixtures';

const MINUTE = 60_000;
const WINDOW = 60_200;

const carry = async (here: World, count: number, maxWaitMs = 30 * MINUTE) => {
	const start = here.clock.now();
	const outcomes = await here.clock.run(
		carryRuns(plainRuns(count), here.seams, { wait: true, maxWaitMs, maxConcurrentRuns: 0 }),
	);
	return { outcomes, tookMs: here.clock.now() - start, start };
};

const expectAllCompletedOnce = (here: World, outcomes: RunOutcome[], count: number): void => {
	expect(outcomes).toHaveLength(count);
	for (const outcome of outcomes) {
		expect(outcome).toMatchObject({ kind: 'ended', run: { status: 'completed' } });
	}
	expect(here.api.runs).toHaveLength(count);
	const prompts = outcomes.map(
		(outcome) => here.api.runs.find(({ run_id }) => run_id === runIdOf(outcome))?.inputs.prompt,
	);
	expect(prompts).toEqual(Array.from({ length: count }, (_, i) => `item ${String(i)}`));
};

describe('a batch under 50 requests per minute', () => {
	it('of 40 runs of 20 s submits all before it looks at any, and meets no 429', async () => {
		const here = world({ durationMs: () => 20_000 });
		const { outcomes, tookMs, start } = await carry(here, 40);
		expectAllCompletedOnce(here, outcomes, 40);
		expect(here.api.answered(429)).toBe(0);
		const lastSubmission = Math.max(...here.api.of('startRun').map(({ sentAt }) => sentAt));
		const firstLook = Math.min(...here.api.of('getRun').map(({ sentAt }) => sentAt));
		expect(lastSubmission).toBe(start);
		expect(firstLook).toBeGreaterThanOrEqual(start + 2_000);
		expect(tookMs).toBeLessThan(WINDOW + 15_000);
	});

	it('of 200 runs of 20 s takes hardly longer than its 400 requests need, and meets no 429', async () => {
		const here = world({ durationMs: () => 20_000 });
		const { outcomes, tookMs } = await carry(here, 200);
		expectAllCompletedOnce(here, outcomes, 200);
		expect(here.api.answered(429)).toBe(0);
		expect(here.api.calls.length).toBeLessThan(440);
		expect(tookMs).toBeLessThan(8 * WINDOW + 15_000);
		const arrivals = here.api.calls.map(({ arrivedAt }) => arrivedAt).sort((a, b) => a - b);
		expect(mostWithin(arrivals, 60_000)).toBeLessThanOrEqual(50);
	});

	it('of runs that take differently long finds each soon after its end', async () => {
		const here = world({ durationMs: ({ index }) => 20_000 + 9_000 * (index % 10) });
		const { outcomes, tookMs } = await carry(here, 20);
		expectAllCompletedOnce(here, outcomes, 20);
		expect(tookMs).toBeLessThan(101_000 + WINDOW);
	});

	it('of 30 runs of five minutes finds all within half a minute of their end', async () => {
		const here = world({ durationMs: () => 5 * MINUTE });
		const { outcomes, tookMs } = await carry(here, 30);
		expectAllCompletedOnce(here, outcomes, 30);
		expect(tookMs).toBeLessThan(5 * MINUTE + 30_000);
	});

	it('loses nothing where somebody else uses half of the limit', async () => {
		for (const tellsRetryAfter of [true, false]) {
			const here = world({ durationMs: () => 20_000, othersPerMinute: 25, tellsRetryAfter });
			const { outcomes, tookMs } = await carry(here, 100);
			expectAllCompletedOnce(here, outcomes, 100);
			expect(here.api.answered(429)).toBeGreaterThan(0);
			expect(tookMs).toBeLessThan(20 * MINUTE);
		}
	});

	it('loses nothing over an unsteady server and network', async () => {
		const here = world({
			durationMs: () => 20_000,
			fault: ({ operation, index }) => {
				if (operation === 'startRun') {
					return index % 5 === 0 ? { statusCode: 503, retryAfter: '1' } : undefined;
				}
				if (index % 7 === 0) return { networkCode: 'ECONNRESET', done: false };
				return index % 5 === 0 ? { statusCode: 502, body: '<html></html>' } : undefined;
			},
		});
		const { outcomes } = await carry(here, 60);
		expectAllCompletedOnce(here, outcomes, 60);
		expect(here.api.answered(429)).toBe(0);
	});

	it.each([
		[300, 4],
		[600, 8],
	])(
		'of %i runs loses none that is over before its deadline of %i min, though submissions go first',
		async (count, maxWaitMin) => {
			const here = world({ durationMs: () => 20_000 });
			const { outcomes } = await carry(here, count, maxWaitMin * MINUTE);
			expectAllCompletedOnce(here, outcomes, count);
		},
	);

	it('of 25 runs is submitted at once even with the shortest of waits', async () => {
		const here = world({ durationMs: () => Infinity });
		const { tookMs } = await carry(here, 25, 6_000);
		expect(tookMs).toBe(6_000 + 120);
		expect(here.api.runs).toHaveLength(25);
	});

	it('shares the budget with a second batch, and neither meets a 429', async () => {
		const here = world({ durationMs: () => 20_000 });
		const other = { ...here.seams, ledger: { ...here.ledger, recall: () => undefined } };
		const options = { wait: true, maxWaitMs: 30 * MINUTE, maxConcurrentRuns: 0 };
		const [one, two] = await here.clock.run(
			Promise.all([
				carryRuns(plainRuns(40), here.seams, options),
				carryRuns(plainRuns(40), other, options),
			]),
		);
		expect([...one, ...two].every(({ kind }) => kind === 'ended')).toBe(true);
		expect(here.api.runs).toHaveLength(80);
		expect(here.api.answered(429)).toBe(0);
	});

	it('leaves no sleep behind', async () => {
		const here = world();
		await carry(here, 40);
		await here.clock.advance(0);
		expect(here.clock.sleeping).toBe(0);
	});
});
