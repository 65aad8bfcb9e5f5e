import { onItsWay } from '../../../nodes/Magnific/runs/ledger';
import {
	openLedger,
	type LedgerPage,
	type PageOptions,
} from '../../../nodes/Magnific/runs/ledgerPage';

const open = (store: Record<string, unknown>, own: Partial<PageOptions> = {}): LedgerPage => {
	const page = openLedger(store, {
		runIndex: 0,
		executionId: '1',
		isAgentTool: false,
		onStarted: () => undefined,
		...own,
	});
	page.book(
		[0, 1, 2].map((itemIndex) => ({
			itemIndex,
			slot: `slot:${String(itemIndex)}`,
			app: { total_cost: 3 },
		})),
	);
	return page;
};

const start = (page: LedgerPage, itemIndex: number, run_id: string): void => {
	page.remember(`slot:${String(itemIndex)}`, onItsWay(0));
	page.remember(`slot:${String(itemIndex)}`, { run_id });
};

const saved = (store: Record<string, unknown>): Record<string, unknown> => structuredClone(store);

describe('the ledger of one run of the node', () => {
	it('recalls in a later try, also of an execution that was saved, what was started and when nobody knows', () => {
		const store = {};
		const first = open(store);
		start(first, 0, 'one');
		first.remember('slot:1', onItsWay(0));
		const later = open(saved(store), { executionId: '2' });
		expect(later.recall('slot:0')).toEqual({ run_id: 'one' });
		expect(later.recall('slot:1')).toHaveProperty('unknown');
		expect(later.recall('slot:2')).toBeUndefined();
	});

	it('tells of each run once as it is started, and lists those of all tries with the status seen last', () => {
		const store = {};
		const told: unknown[] = [];
		const onStarted = (itemIndex: number, run_id: string): void => {
			told.push([itemIndex, run_id]);
		};
		const first = open(store, { onStarted });
		start(first, 1, 'b');
		start(first, 0, 'a');
		first.saw('slot:0', { run_id: 'a', status: 'failed' });
		const second = open(store, { onStarted });
		start(second, 0, 'c');
		second.saw('slot:2', { run_id: 'unheard of', status: 'completed' });
		expect(told).toEqual([
			[1, 'b'],
			[0, 'a'],
			[0, 'c'],
		]);
		expect(second.runs()).toEqual([
			{ itemIndex: 0, run_id: 'a', status: 'failed' },
			{ itemIndex: 0, run_id: 'c', status: 'running' },
			{ itemIndex: 1, run_id: 'b', status: 'running' },
		]);
	});

	it('counts as spent what was started, failed or may have been charged, and nothing else', () => {
		const store = {};
		const page = open(store);
		start(page, 0, 'a');
		page.saw('slot:0', { run_id: 'a', status: 'failed' });
		page.forget('slot:0');
		page.remember('slot:1', onItsWay(0));
		page.remember('slot:1', { unknown: 'the connection broke' });
		page.remember('slot:2', onItsWay(0));
		page.forget('slot:2');
		expect(page.spent([])).toBe(6);
		expect(open(store).spent([])).toBe(6);
	});

	it('counts anew in another execution, which is a decision of the user', () => {
		const store = {};
		start(open(store), 0, 'a');
		const again = open(store, { executionId: '2' });
		expect(again.spent([])).toBe(0);
		expect(again.isTakenOver('slot:0')).toBe(true);
		start(again, 1, 'b');
		expect(again.isTakenOver('slot:1')).toBe(false);
		expect(again.isTakenOver('slot:2')).toBe(false);
	});

	it('starts a page for each round of a loop, and lets go of the one before', () => {
		const store: Record<string, unknown> = {};
		for (let runIndex = 0; runIndex < 50; runIndex += 1) {
			const page = open(store, { runIndex });
			expect(page.recall('slot:0')).toBeUndefined();
			start(page, 0, `run ${String(runIndex)}`);
		}
		expect(open(store, { runIndex: 49 }).runs()).toHaveLength(1);
		expect(JSON.stringify(store)).not.toContain('run 48');
	});

	it('lets only another execution start a run anew whose files are gone', () => {
		const store = {};
		start(open(store), 0, 'a');
		const told = open(store, { executionId: '2' });
		told.toldExpired('slot:0');
		expect(told.recall('slot:0')).toEqual({ run_id: 'a' });
		expect(open(store, { executionId: '2' }).recall('slot:0')).toEqual({ run_id: 'a' });
		const third = open(store, { executionId: '3' });
		expect(third.recall('slot:0')).toBeUndefined();
		start(third, 0, 'b');
		expect(open(store, { executionId: '4' }).recall('slot:0')).toEqual({ run_id: 'b' });
	});

	it('as an agent’s tool counts the calls for themselves, and lets equal ones run at the same time', () => {
		const store = {};
		const first = open(store, { isAgentTool: true });
		first.remember('slot:0', onItsWay(0));
		const second = open(store, { isAgentTool: true });
		expect(second.recall('slot:0')).toBeUndefined();
		first.remember('slot:0', { run_id: 'a' });
		start(first, 1, 'b');
		expect(first.spent(['slot:0'])).toBe(3);
		first.deliver('slot:0');
		expect(first.recall('slot:0')).toBeUndefined();
		expect(first.spent(['slot:0'])).toBe(0);
		expect(first.runs()).toEqual([{ itemIndex: 1, run_id: 'b', status: 'running' }]);
	});

	it('notes in a later try how a run of an earlier one stands, which is its own all the same', () => {
		const store = {};
		start(open(store), 0, 'a');
		const second = open(saved(store));
		second.saw('slot:0', { run_id: 'a', status: 'completed' });
		expect(second.runs()).toEqual([{ itemIndex: 0, run_id: 'a', status: 'completed' }]);
		expect(second.isTakenOver('slot:0')).toBe(false);
	});

	it('lists a run that was taken up, and tells of no start', () => {
		const told: string[] = [];
		const page = open({}, { onStarted: (_, run_id) => told.push(run_id) });
		page.remember('slot:0', { run_id: 'a', reused: true });
		expect([page.isReused('slot:0'), page.isReused('slot:1'), told]).toEqual([true, false, []]);
		expect(page.runs()).toEqual([{ itemIndex: 0, run_id: 'a', status: 'running' }]);
	});

	it('shares no run between slots, and leaves none to another', async () => {
		const page = open({});
		expect([page.sharedBy('slot:0'), await page.claim('slot:0')]).toEqual(['slot:0', undefined]);
	});

	it('keeps to its own name in the node’s context, and to what is saved there', () => {
		const store = {};
		start(open(store), 0, 'a');
		expect(Object.keys(store)).toEqual(['ledger']);
	});

	const whole = {
		runIndex: 0,
		execution: '1',
		slots: { 'slot:0': { run_id: 'a' } },
		runs: [],
		spent: {},
		told: {},
	};

	it('takes a run that it has in no list for one of another execution', () => {
		const page = open({ ledger: structuredClone(whole) });
		expect([page.recall('slot:0'), page.isTakenOver('slot:0')]).toEqual([{ run_id: 'a' }, true]);
	});

	it.each(Object.keys(whole))('takes what is no page, for it has no %s, for nothing', (name) => {
		const page = open({ ledger: { ...structuredClone(whole), [name]: undefined } });
		expect([page.recall('slot:0'), page.runs(), page.spent([])]).toEqual([undefined, [], 0]);
	});
});
