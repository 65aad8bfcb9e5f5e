import { carryRuns, type CarryOptions } from '../../../nodes/Magnific/runs/carry';
import { runIdOf, type RunOutcome } from '../../../nodes/Magnific/runs/types';
import { plainRuns, world, type World } from '../support/fixtures';
import type { ModelApi } from '../support/modelApi';

const MINUTE = 60_000;

const OPTIONS: CarryOptions = { wait: true, maxWaitMs: 30 * MINUTE, maxConcurrentRuns: 0 };

const carry = async (
	here: World,
	count: number,
	own: Partial<CarryOptions> = {},
): Promise<RunOutcome[]> =>
	await here.clock.run(carryRuns(plainRuns(count), here.seams, { ...OPTIONS, ...own }));

const kinds = (outcomes: RunOutcome[]): string[] => outcomes.map(({ kind }) => kind);

const statuses = (outcomes: RunOutcome[]): unknown[] =>
	outcomes.map((outcome) => (outcome.kind === 'ended' ? outcome.run.status : outcome.kind));

/** Which item each outcome's run was started for. */
const itemsOf = ({ runs }: ModelApi, outcomes: RunOutcome[]): unknown[] =>
	outcomes.map((outcome) => {
		const own = runIdOf(outcome);
		return runs.find(({ run_id }) => run_id === own)?.inputs.prompt;
	});

/** The most runs that were going at the same time at the server. */
const mostAtOnce = ({ runs }: ModelApi): number =>
	runs.reduce(
		(most, { startedAt }) =>
			Math.max(
				most,
				runs.filter((other) => other.startedAt <= startedAt && other.endsAt > startedAt).length,
			),
		0,
	);

describe('carrying the runs of an execution', () => {
	it('gives the outcomes in the order of the items, whichever run ends first', async () => {
		const here = world({
			durationMs: ({ index }) => 90_000 - 10_000 * index,
			ending: ({ index }) => (index === 2 ? 'failed' : 'completed'),
			fault: ({ operation, index }) =>
				operation === 'startRun' && index === 5 ? { statusCode: 422 } : undefined,
		});
		const outcomes = await carry(here, 8);
		expect(statuses(outcomes)).toEqual([
			'completed',
			'completed',
			'failed',
			'completed',
			'completed',
			'not_started',
			'completed',
			'completed',
		]);
		expect(itemsOf(here.api, outcomes)).toEqual([
			...[0, 1, 2, 3, 4].map((i) => `item ${String(i)}`),
			undefined,
			...[6, 7].map((i) => `item ${String(i)}`),
		]);
	});

	it('has nothing to do for no items', async () => {
		await expect(carry(world(), 0)).resolves.toEqual([]);
	});

	it('comes back with the run ids at once where nobody waits', async () => {
		const here = world();
		const start = here.clock.now();
		const outcomes = await carry(here, 5, { wait: false, maxConcurrentRuns: 1 });
		expect(outcomes).toEqual(
			[0, 1, 2, 3, 4].map((i) => ({
				kind: 'started',
				run_id: `run0000${String(i)}`,
				since: here.clock.now(),
			})),
		);
		expect(here.clock.now() - start).toBe(120);
		expect(here.api.of('getRun')).toHaveLength(0);
	});

	it.each([1, 3])('never has more than %i runs going where that is the limit', async (limit) => {
		const here = world({ durationMs: ({ index }) => 10_000 + 3_000 * (index % 4) });
		const outcomes = await carry(here, 12, { maxConcurrentRuns: limit });
		expect(outcomes.every(({ kind }) => kind === 'ended')).toBe(true);
		expect(mostAtOnce(here.api)).toBe(limit);
		expect(here.api.runs.map(({ inputs }) => inputs.prompt)).toEqual(
			Array.from({ length: 12 }, (_, i) => `item ${String(i)}`),
		);
	});

	it('has all going at once without a limit', async () => {
		const here = world({ durationMs: () => 60_000 });
		await carry(here, 30);
		expect(mostAtOnce(here.api)).toBe(30);
	});

	it('lets the next run start after one that timed out, failed or was not started', async () => {
		const here = world({
			durationMs: ({ index }) => (index === 0 ? Infinity : 10_000),
			ending: ({ index }) => (index === 1 ? 'failed' : 'completed'),
			fault: ({ operation, index }) =>
				operation === 'startRun' && index === 2 ? { statusCode: 422 } : undefined,
		});
		const outcomes = await carry(here, 4, { maxConcurrentRuns: 1, maxWaitMs: 2 * MINUTE });
		expect(statuses(outcomes)).toEqual(['timed_out', 'failed', 'not_started', 'completed']);
	});

	it('counts the deadline of each run from its own submission', async () => {
		const here = world({ durationMs: () => Infinity });
		const start = here.clock.now();
		const outcomes = await carry(here, 60, { maxWaitMs: 5 * MINUTE });
		expect(new Set(kinds(outcomes))).toEqual(new Set(['timed_out']));
		expect(here.clock.now() - start).toBe(61_100 + 120 + 5 * MINUTE);
	});

	it('ends in outcomes when it is stopped: what runs, and what was not started', async () => {
		const here = world({ durationMs: () => Infinity });
		const done = carryRuns(plainRuns(70), here.seams, OPTIONS);
		await here.clock.advance(30_000);
		here.stop.abort();
		const outcomes = await done;
		expect(kinds(outcomes).slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 'unreadable'));
		expect(kinds(outcomes).slice(50)).toEqual(Array.from({ length: 20 }, () => 'not_started'));
		const calls = here.api.calls.length;
		await here.clock.advance(60 * MINUTE);
		expect(here.api.calls).toHaveLength(calls);
		expect(here.clock.sleeping).toBe(0);
	});

	it('stopped with a limit on concurrent runs starts none of those that waited for their turn', async () => {
		const here = world({ durationMs: () => Infinity });
		const done = carryRuns(plainRuns(10), here.seams, { ...OPTIONS, maxConcurrentRuns: 2 });
		await here.clock.advance(30_000);
		here.stop.abort();
		expect(kinds(await done)).toEqual([
			...Array.from({ length: 2 }, () => 'unreadable'),
			...Array.from({ length: 8 }, () => 'not_started'),
		]);
		expect(here.api.runs).toHaveLength(2);
	});
});

describe('carrying again after a failed try', () => {
	it('starts anew only what failed, and waits for the rest without paying again', async () => {
		const here = world({ ending: ({ index }) => (index === 0 ? 'failed' : 'completed') });
		const first = await carry(here, 5);
		expect(statuses(first)).toEqual(['failed', ...Array.from({ length: 4 }, () => 'completed')]);
		const second = await carry(here, 5);
		expect(statuses(second)).toEqual(Array.from({ length: 5 }, () => 'completed'));
		expect(second.map(runIdOf)).toEqual(['run00005', ...first.slice(1).map(runIdOf)]);
		expect(here.api.of('startRun')).toHaveLength(6);
	});

	it.each(['failed', 'cancelled'])('starts a run that was %s anew at each try', async (status) => {
		const here = world({ ending: () => status });
		for (const tries of [1, 2, 3]) {
			await carry(here, 2);
			expect(here.api.runs).toHaveLength(2 * tries);
		}
	});

	it('keeps a run that was completed with errors: it has a result', async () => {
		const here = world({ ending: () => 'completed_with_errors' });
		await carry(here, 1);
		await carry(here, 1);
		expect(here.api.runs).toHaveLength(1);
	});

	it('goes on waiting for a run that timed out', async () => {
		const here = world({ durationMs: () => 3 * MINUTE });
		expect(kinds(await carry(here, 3, { maxWaitMs: MINUTE }))).toEqual([
			'timed_out',
			'timed_out',
			'timed_out',
		]);
		expect(statuses(await carry(here, 3))).toEqual(['completed', 'completed', 'completed']);
		expect(here.api.runs).toHaveLength(3);
	});

	it('finds runs that are over meanwhile at once', async () => {
		const here = world({ durationMs: () => MINUTE });
		await carry(here, 10, { wait: false });
		await here.clock.advance(5 * MINUTE);
		const start = here.clock.now();
		expect(new Set(statuses(await carry(here, 10)))).toEqual(new Set(['completed']));
		expect(here.clock.now() - start).toBeLessThan(1_000);
		expect(here.api.of('getRun')).toHaveLength(10);
	});

	it('never sends again what may have been started and charged', async () => {
		const here = world({
			fault: ({ operation, index }) =>
				operation === 'startRun' && index === 1
					? { networkCode: 'ECONNRESET', done: true }
					: undefined,
		});
		expect(kinds(await carry(here, 3))).toEqual(['ended', 'unknown', 'ended']);
		const again = await carry(here, 3);
		expect(kinds(again)).toEqual(['ended', 'unknown', 'ended']);
		expect(again[1]).toMatchObject({
			error: { message: expect.stringContaining('An earlier try was sent') as unknown },
		});
		expect(here.api.of('startRun')).toHaveLength(3);
	});

	it('starts what certainly was not started before', async () => {
		const here = world({
			fault: ({ operation, index }) =>
				operation === 'startRun' && index === 0 ? { statusCode: 422 } : undefined,
		});
		expect(kinds(await carry(here, 1))).toEqual(['not_started']);
		expect(kinds(await carry(here, 1))).toEqual(['ended']);
	});

	it('pays for nothing twice after a Stop in the middle', async () => {
		const here = world({ durationMs: () => MINUTE });
		const done = carryRuns(plainRuns(20), here.seams, OPTIONS);
		await here.clock.advance(20_000);
		here.stop.abort();
		await done;
		const again = carryRuns(plainRuns(20), { ...here.seams, signal: undefined }, OPTIONS);
		expect(new Set(statuses(await here.clock.run(again)))).toEqual(new Set(['completed']));
		expect(here.api.runs).toHaveLength(20);
	});
});
