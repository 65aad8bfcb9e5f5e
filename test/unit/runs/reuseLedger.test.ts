import { carryRuns, type CarryOptions } from '../../../nodes/Magnific/runs/carry';
import { openLedger, type LedgerPage } from '../../../nodes/Magnific/runs/ledgerPage';
import { NodeRuns, ReuseMemory } from '../../../nodes/Magnific/runs/reuse';
import { reusing, type ReuseLedger } from '../../../nodes/Magnific/runs/reuseLedger';
import { runIdOf, type RunOutcome } from '../../../nodes/Magnific/runs/types';
import { plainRuns, run, world, type World } from '../support/fixtures';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OPTIONS: CarryOptions = { wait: true, maxWaitMs: 30 * MINUTE, maxConcurrentRuns: 0 };

/** The ledger of one execution of the node; `keys` are those of its items. */
const ledgerOf = (
	here: World,
	memory: ReuseMemory,
	keys: string[],
	{ store = {}, executionId = '1' }: { store?: Record<string, unknown>; executionId?: string } = {},
): ReuseLedger =>
	reusing(
		openLedger(store, { runIndex: 0, executionId, isAgentTool: false, onStarted: () => undefined }),
		{
			runs: new NodeRuns(memory, 'node', undefined),
			keys: new Map(plainRuns(keys.length).map(({ slot }, i) => [slot, `node:${String(keys[i])}`])),
			notBefore: here.clock.now() - HOUR,
			clock: here.clock,
		},
	);

const carry = async (
	here: World,
	ledger: LedgerPage,
	count: number,
	own: Partial<CarryOptions> = {},
	signal?: AbortSignal,
): Promise<RunOutcome[]> =>
	await carryRuns(plainRuns(count), { ...here.seams, ledger, signal }, { ...OPTIONS, ...own });

const kinds = (outcomes: RunOutcome[]): string[] => outcomes.map(({ kind }) => kind);

const reused = (ledger: LedgerPage, count: number): boolean[] =>
	plainRuns(count).map(({ slot }) => ledger.isReused(slot));

describe('the ledger that reuses', () => {
	it('gives items that are the same thing one run, also with one run going at a time', async () => {
		for (const maxConcurrentRuns of [0, 1]) {
			const here = world();
			const ledger = ledgerOf(here, new ReuseMemory(), ['a', 'b', 'a', 'a']);
			const outcomes = await here.clock.run(carry(here, ledger, 4, { maxConcurrentRuns }));
			expect(kinds(outcomes)).toEqual(['ended', 'ended', 'ended', 'ended']);
			expect(new Set(outcomes.map(runIdOf)).size).toBe(2);
			expect(reused(ledger, 4)).toEqual([false, false, true, true]);
			expect(here.api.runs).toHaveLength(2);
		}
	});

	it('takes up what another execution is sending', async () => {
		const here = world();
		const memory = new ReuseMemory();
		const ledgers = ['1', '2'].map((executionId) =>
			ledgerOf(here, memory, ['a', 'b'], { executionId }),
		);
		const [first, second] = await here.clock.run(
			Promise.all(ledgers.map(async (ledger) => await carry(here, ledger, 2))),
		);
		expect(second?.map(runIdOf)).toEqual(first?.map(runIdOf));
		expect(here.api.runs).toHaveLength(2);
		expect(ledgers.map((ledger) => reused(ledger, 2))).toEqual([
			[false, false],
			[true, true],
		]);
	});

	it('sends what the other one did not get through, and only once', async () => {
		const here = world({
			fault: ({ operation, index }) =>
				operation === 'startRun' && index < 2 ? { statusCode: 422 } : undefined,
		});
		const memory = new ReuseMemory();
		const outcomes = await here.clock.run(
			Promise.all(
				['1', '2', '3', '4'].map(
					async (executionId) =>
						await carry(here, ledgerOf(here, memory, ['a'], { executionId }), 1),
				),
			),
		);
		expect(outcomes.flatMap(kinds).sort()).toEqual([
			'ended',
			'ended',
			'not_started',
			'not_started',
		]);
		expect(here.api.of('startRun')).toHaveLength(3);
	});

	it('shares a submission that is put off by 429 and 503', async () => {
		const here = world({
			fault: ({ operation, index }) =>
				operation === 'startRun' && index < 3 ? { statusCode: 503 } : undefined,
		});
		const memory = new ReuseMemory();
		const outcomes = await here.clock.run(
			Promise.all(
				['1', '2'].map(
					async (executionId) =>
						await carry(here, ledgerOf(here, memory, ['a'], { executionId }), 1),
				),
			),
		);
		expect(outcomes.flatMap(kinds)).toEqual(['ended', 'ended']);
		expect(here.api.runs).toHaveLength(1);
	});

	it('does not send again what may have been charged, in whatever execution', async () => {
		const here = world({
			fault: ({ operation }) =>
				operation === 'startRun' ? { networkCode: 'ECONNRESET', done: true } : undefined,
		});
		const memory = new ReuseMemory();
		await here.clock.run(carry(here, ledgerOf(here, memory, ['a']), 1));
		const [again] = await here.clock.run(
			carry(here, ledgerOf(here, memory, ['a'], { executionId: '2' }), 1),
		);
		expect(again).toMatchObject({
			kind: 'unknown',
			error: { message: expect.stringContaining('Reuse Runs') as unknown },
		});
		expect(here.api.of('startRun')).toHaveLength(1);
	});

	it('starts anew what failed, in a further try as in another execution', async () => {
		const here = world({ ending: ({ index }) => (index < 2 ? 'failed' : 'completed') });
		const memory = new ReuseMemory();
		const store = {};
		const statuses: unknown[] = [];
		for (const own of [{ store }, { store }, { executionId: '2' }, { executionId: '3' }]) {
			const [outcome] = await here.clock.run(carry(here, ledgerOf(here, memory, ['a'], own), 1));
			statuses.push(outcome?.kind === 'ended' ? outcome.run.status : outcome);
		}
		expect(statuses).toEqual(['failed', 'failed', 'completed', 'completed']);
		expect(here.api.runs).toHaveLength(3);
	});

	it('lets a stopped execution go at once, and the other one on', async () => {
		const here = world({ latencyMs: MINUTE });
		const memory = new ReuseMemory();
		const stop = new AbortController();
		const first = carry(here, ledgerOf(here, memory, ['a']), 1);
		const second = carry(
			here,
			ledgerOf(here, memory, ['a'], { executionId: '2' }),
			1,
			{},
			stop.signal,
		);
		await here.clock.advance(1_000);
		stop.abort();
		expect(kinds(await second)).toEqual(['not_started']);
		expect(kinds(await here.clock.run(first))).toEqual(['ended']);
		expect(here.api.runs).toHaveLength(1);
	});

	it('lets others send where the one that was about to was stopped', async () => {
		const here = world({}, 1);
		const memory = new ReuseMemory();
		const stop = new AbortController();
		const first = carry(here, ledgerOf(here, memory, ['x', 'a']), 2, {}, stop.signal);
		await here.clock.advance(1_000);
		const second = carry(here, ledgerOf(here, memory, ['a'], { executionId: '2' }), 1);
		await here.clock.advance(1_000);
		stop.abort();
		await here.clock.run(first);
		expect(kinds(await here.clock.run(second))).toEqual(['ended']);
	});

	it('takes up nothing that is older than asked for, and starts each without a key', async () => {
		const here = world();
		const memory = new ReuseMemory();
		await here.clock.run(carry(here, ledgerOf(here, memory, ['a']), 1));
		await here.clock.advance(2 * HOUR);
		await here.clock.run(carry(here, ledgerOf(here, memory, ['a'], { executionId: '2' }), 1));
		expect(here.api.runs).toHaveLength(2);
		await here.clock.run(carry(here, ledgerOf(here, memory, ['a']), 3));
		expect(here.api.runs).toHaveLength(4);
	});
});

describe('a run that is taken up', () => {
	it('is reused, and with its end where that was read', () => {
		const ledger = ledgerOf(world(), new ReuseMemory(), ['a', 'b']);
		ledger.takeUp('slot:0', { run_id: 'one' }, run({ run_id: 'one' }));
		ledger.takeUp('slot:1', { run_id: 'two' });
		expect(ledger.recall('slot:0')).toEqual({
			run_id: 'one',
			reused: true,
			ended: run({ run_id: 'one' }),
		});
		expect(ledger.recall('slot:1')).toEqual({ run_id: 'two', reused: true });
		expect(ledger.isReused('slot:0')).toBe(true);
		ledger.forget('slot:0');
		expect(ledger.recall('slot:0')).toBeUndefined();
	});

	it('of unknown fate has no end', () => {
		const ledger = ledgerOf(world(), new ReuseMemory(), ['a']);
		ledger.takeUp('slot:0', { unknown: 'it broke' }, run());
		expect(ledger.recall('slot:0')).toEqual({ unknown: 'it broke', reused: true });
	});
});

it('knows slots of one thing by its key, and others by themselves', () => {
	const ledger = ledgerOf(world(), new ReuseMemory(), ['a', 'a']);
	expect(['slot:0', 'slot:1', 'slot:9'].map((slot) => ledger.sharedBy(slot))).toEqual([
		'node:a',
		'node:a',
		'slot:9',
	]);
});

it('leaves a run that still goes, or gave something, to others', async () => {
	const here = world();
	const memory = new ReuseMemory();
	const ledger = ledgerOf(here, memory, ['a']);
	ledger.remember('slot:0', { run_id: 'one' });
	for (const status of ['processing', 'completed']) {
		ledger.saw('slot:0', { run_id: 'one', status });
		const other = ledgerOf(here, memory, ['a'], { executionId: '2' });
		expect(await other.claim('slot:0')).toEqual({ run_id: 'one', reused: true });
	}
	ledger.saw('slot:0', { run_id: 'one', status: 'failed' });
	const other = ledgerOf(here, memory, ['a'], { executionId: '3' });
	expect(await other.claim('slot:0')).toBeUndefined();
});

it('claims nothing for a stopped execution, so that others need not wait for it', async () => {
	const here = world();
	const memory = new ReuseMemory();
	const stopped = ledgerOf(here, memory, ['a']);
	expect(await stopped.claim('slot:0', AbortSignal.abort())).toBeUndefined();
	expect(memory.answerTo('node:a')).toBeUndefined();
});
