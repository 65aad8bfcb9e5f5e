import fc from 'fast-check';
import { hasNoResult, inInputs, ledgerIn, ledgerSlot } from '../../../nodes/Magnific/runs/ledger';
import { file } from '../support/fixtures';

const inputs = { a: { value: 'x' }, b: { value: 1 }, c: { file: file() } };
/** As n8n has it saved. */
const slot = 'run:0:3:49308318c2ae506f';

describe('the slot of a submission', () => {
	it('is the same in each version: what an execution has saved is found after an update', () => {
		expect(ledgerSlot(0, 3, 'uqzQLDr2Aw', inputs)).toBe(slot);
	});

	it('takes the inputs by their ids, whichever came first', () => {
		const { a, b, c } = inputs;
		expect(inInputs({ c, b, a }, ({ fileKey }) => fileKey)).toEqual([
			['a', 'x'],
			['b', 1],
			['c', { file: 'file-1' }],
		]);
	});

	it('does not depend on the order of the inputs', () => {
		const { a, b, c } = inputs;
		expect(ledgerSlot(0, 3, 'uqzQLDr2Aw', { c, b, a })).toBe(slot);
	});

	it('does not depend on which item holds a file, nor under which name: only on the file itself', () => {
		const again = { ...inputs, c: { file: file({ field: 'other', itemIndex: 9, bytes: null }) } };
		expect(ledgerSlot(0, 3, 'uqzQLDr2Aw', again)).toBe(slot);
	});

	it.each<[string, ...Parameters<typeof ledgerSlot>]>([
		['another run of the node', 1, 3, 'uqzQLDr2Aw', inputs],
		['another item', 0, 4, 'uqzQLDr2Aw', inputs],
		['another app', 0, 3, 'other1', inputs],
		['another value', 0, 3, 'uqzQLDr2Aw', { ...inputs, a: { value: 'y' } }],
		['a value of another type', 0, 3, 'uqzQLDr2Aw', { ...inputs, b: { value: '1' } }],
		['another file', 0, 3, 'uqzQLDr2Aw', { ...inputs, c: { file: file({ fileKey: 'z' }) } }],
		[
			'a value that is spelled like the file',
			0,
			3,
			'uqzQLDr2Aw',
			{ ...inputs, c: { value: 'file-1' } },
		],
		['one input more', 0, 3, 'uqzQLDr2Aw', { ...inputs, d: { value: 'x' } }],
		['run and item swapped in their digits', 3, 0, 'uqzQLDr2Aw', inputs],
	])('is another one for %s', (_, ...other) => {
		expect(ledgerSlot(...other)).not.toBe(slot);
	});
});

describe('the ledger', () => {
	it('recalls what it was told to remember, until it is told to forget', () => {
		const store: Record<string, unknown> = {};
		const ledger = ledgerIn(store);
		expect(ledger.recall(slot)).toBeUndefined();
		ledger.remember(slot, { run_id: 'vCrK3Aa47y' });
		ledger.remember('other', { unknown: 'the connection broke' });
		expect(ledger.recall(slot)).toEqual({ run_id: 'vCrK3Aa47y' });
		expect(ledger.recall('other')).toEqual({ unknown: 'the connection broke' });
		ledger.forget(slot);
		expect(ledger.recall(slot)).toBeUndefined();
		expect(ledger.recall('other')).toBeDefined();
	});

	it('keeps all in its store, so that the next try recalls it, also after the execution was saved', () => {
		const store: Record<string, unknown> = {};
		ledgerIn(store).remember(slot, { run_id: 'vCrK3Aa47y' });
		ledgerIn(store).forget('gone');
		const saved: unknown = JSON.parse(JSON.stringify(store));
		expect(saved).toEqual(store);
		expect(ledgerIn(store).recall(slot)).toEqual({ run_id: 'vCrK3Aa47y' });
	});

	it('takes an entry that is none for nothing', () => {
		fc.assert(
			fc.property(fc.jsonValue(), (entry) => {
				const recalled = ledgerIn({ slot: entry }).recall('slot');
				expect(recalled === undefined || 'run_id' in recalled || 'unknown' in recalled).toBe(true);
			}),
		);
		for (const entry of [null, 'vCrK3Aa47y', 7, [], {}, { run_id: 7 }, { unknown: null }]) {
			expect(ledgerIn({ slot: entry }).recall('slot')).toBeUndefined();
		}
	});
});

describe('a run that was seen', () => {
	it.each([
		['failed', true],
		['cancelled', true],
		['completed', false],
		['completed_with_errors', false],
		['processing', false],
	])('as %s is started anew by the next try: %s', (status, isStartedAnew) => {
		const ledger = ledgerIn({});
		ledger.remember(slot, { run_id: 'vCrK3Aa47y' });
		ledger.saw(slot, { run_id: 'vCrK3Aa47y', status });
		expect(ledger.recall(slot) === undefined).toBe(isStartedAnew);
		expect(hasNoResult({ status })).toBe(isStartedAnew);
	});
});

it('has no submission of another to take up', async () => {
	expect(await ledgerIn({}).claim(slot)).toBeUndefined();
});
