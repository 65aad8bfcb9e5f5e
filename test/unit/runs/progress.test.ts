import type { Ledger } from '../../../nodes/Magnific/runs/ledger';
import { carryRuns } from '../../../nodes/Magnific/runs/carry';
import { Progress } from '../../../nodes/Magnific/runs/progress';
import { Schedule } from '../../../nodes/Magnific/runs/schedule';
import { plainRuns, run, world } from '../support/fixtures';
import { VirtualClock } from '../support/virtualClock';

const MINUTE = 60_000;

const carried = async (count: number, durationMs: number, wait = true): Promise<string[]> => {
	const lines: string[] = [];
	const here = world({ durationMs: () => durationMs });
	const seams = { ...here.seams, tell: (line: string) => lines.push(line) };
	const options = { wait, maxWaitMs: 60 * MINUTE, maxConcurrentRuns: 0 };
	await here.clock.run(carryRuns(plainRuns(count), seams, options));
	expect(here.clock.sleeping).toBe(0);
	return lines;
};

describe('the progress of a batch', () => {
	it('is told at the end in one line where the batch takes less than a minute', async () => {
		expect(await carried(10, 20_000)).toEqual(['Magnific: 10 of 10 runs are over, 50 credits']);
	});

	it('is told once a minute, with the time left once an end was seen', async () => {
		const lines = await carried(10, 5 * MINUTE);
		expect(lines.slice(0, 4)).toEqual(Array(4).fill('Magnific: 0 of 10 runs are over'));
		expect(lines.at(-1)).toBe('Magnific: 10 of 10 runs are over, 50 credits');
		expect(lines.length).toBeLessThan(8);
	});

	it('says what is still to be started while submissions go before looks', async () => {
		const lines = await carried(300, 20_000);
		const queued = lines.flatMap((line) => /(\d+) still to be/.exec(line)?.[1] ?? []).map(Number);
		expect(queued.length).toBeGreaterThan(3);
		expect(queued).toEqual([...queued].sort((a, b) => b - a));
		expect(lines.at(-1)).toBe('Magnific: 300 of 300 runs are over, 1500 credits');
	});

	it('foretells what is left by the ends that were seen and by the pace of submissions', () => {
		const schedule = new Schedule(60);
		expect(schedule.msLeft(0, 0)).toBeUndefined();
		for (const run_id of ['a', 'b', 'c']) {
			schedule.add({ run_id, app_id: 'app', since: 0, deadline: 60 * MINUTE });
		}
		expect(schedule.msLeft(0, 0)).toBeUndefined();
		schedule.lookStarts('a', 20_000);
		schedule.ended('a', 20_000);
		expect(schedule.msLeft(15_000, 0)).toBe(5_000);
		expect(schedule.msLeft(30_000, 0)).toBe(0);
		expect(schedule.msLeft(30_000, 60)).toBe(80_000);
	});

	it('counts a run that was read already as none that is still to be started', async () => {
		const lines: string[] = [];
		const here = world({ durationMs: () => 5 * MINUTE });
		const known = run({ run_id: 'known' });
		const ledger: Ledger = {
			...here.seams.ledger,
			recall: (slot) =>
				slot === 'slot:0' ? { run_id: 'known', ended: known } : here.seams.ledger.recall(slot),
		};
		const seams = { ...here.seams, ledger, tell: (line: string) => lines.push(line) };
		const options = { wait: true, maxWaitMs: 60 * MINUTE, maxConcurrentRuns: 0 };
		await here.clock.run(carryRuns(plainRuns(3), seams, options));
		expect(lines[0]).toMatch(/^Magnific: 1 of 3 runs are over/);
		expect(lines.filter((line) => line.includes('to be started'))).toEqual([]);
	});

	it.each([
		[20_000, 'less than a minute left'],
		[45_000, 'about 1 min left'],
		[100_000, 'about 2 min left'],
	])('gives a time of %i ms to the minute', async (msLeft, words) => {
		const clock = new VirtualClock();
		const lines: string[] = [];
		const progress = new Progress(
			clock,
			2,
			(line) => lines.push(line),
			() => ({ queued: 0, msLeft }),
		);
		await clock.advance(MINUTE);
		progress.end();
		expect(lines[0]).toBe(`Magnific: 0 of 2 runs are over, ${words}`);
	});

	it('counts no credits for what was not started, nor for what was paid before', async () => {
		const lines: string[] = [];
		const here = world({
			fault: ({ operation, index }) =>
				operation === 'startRun' && index === 1 ? { statusCode: 400 } : undefined,
		});
		const ended = run({ run_id: 'known' });
		const ledger: Ledger = {
			...here.seams.ledger,
			recall: (slot) =>
				slot === 'slot:0'
					? { run_id: 'known', ended, reused: true }
					: here.seams.ledger.recall(slot),
		};
		const seams = { ...here.seams, ledger, tell: (line: string) => lines.push(line) };
		const options = { wait: true, maxWaitMs: 60 * MINUTE, maxConcurrentRuns: 0 };
		const outcomes = await here.clock.run(carryRuns(plainRuns(3), seams, options));
		expect(outcomes).toMatchObject([
			{ kind: 'ended', run: { run_id: 'known' } },
			{ kind: 'ended' },
			{ kind: 'not_started' },
		]);
		expect(lines).toEqual(['Magnific: 3 of 3 runs are over, 1 without a result, 5 credits']);
	});

	it('is not told where nobody waits', async () => {
		expect(await carried(10, 5 * MINUTE, false)).toEqual([]);
	});

	it('tells how many have no result, and counts no credits for what was not started', async () => {
		const clock = new VirtualClock();
		const lines: string[] = [];
		const progress = new Progress(
			clock,
			4,
			(line) => lines.push(line),
			() => ({ queued: 1, msLeft: 20_000 }),
		);
		progress.note({ kind: 'ended', run: run() }, 5);
		progress.note({ kind: 'ended', run: run({ status: 'failed' }) }, 5);
		progress.note({ kind: 'timed_out', run_id: 'abc123', status: 'running' }, null);
		await clock.advance(MINUTE);
		progress.end();
		progress.end();
		await clock.advance(10 * MINUTE);
		expect(lines).toEqual([
			'Magnific: 3 of 4 runs are over, 2 without a result, 10 credits, 1 still to be started, less than a minute left',
			'Magnific: 3 of 4 runs are over, 2 without a result, 10 credits',
		]);
	});
});
