import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import { ApiError } from '../../../nodes/Magnific/api/errors';
import {
	errorItem,
	failed,
	jsonItem,
	mustStop,
	readItem,
	runBatch,
	type Batch,
} from '../../../nodes/Magnific/batch/runBatch';
import { invalidItem } from '../../../nodes/Magnific/runs/failures';
import { batchOf } from '../support/batch';
import { nodeContext, type GivenNode } from '../support/nodeContext';

const fails = (itemIndex: number, message = 'Bad luck') =>
	failed(invalidItem(itemIndex, [message]));

const gives = (itemIndex: number, ...names: string[]) => ({
	items: names.map((name) => jsonItem({ name }, itemIndex)),
});

const known = (itemIndex: number, run_id: string, status = 'running') => ({
	itemIndex,
	run_id,
	status,
});

/** The rejection of a batch. */
const errorOf = async (batch: Promise<unknown>): Promise<NodeApiError | NodeOperationError> => {
	const error: unknown = await batch.then(
		() => undefined,
		(reason: unknown) => reason,
	);
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	throw new Error(`It has not stopped, or by ${String(error)}`);
};

const stopped = (): AbortSignal => AbortSignal.abort();

/** Runs a batch of which `operate` says what becomes of the items. */
const run = (
	given: GivenNode,
	operate: (batch: Batch, itemIndexes: number[]) => void,
	startedByTries = () => [known(0, 'of-a-try')].slice(1),
) => {
	const node = nodeContext(given);
	const output = runBatch(
		node.context,
		async (batch, itemIndexes) => {
			operate(batch, itemIndexes);
			await Promise.resolve();
		},
		startedByTries,
	);
	return { ...node, output };
};

const throwing = (reason: unknown) => (): never => {
	throw reason;
};

describe('the output of a batch', () => {
	it('is in the order of the items, whichever was done first', async () => {
		const { output } = run({ items: 3 }, ({ results }, itemIndexes) => {
			expect(itemIndexes).toEqual([0, 1, 2]);
			results.set(2, gives(2, 'c'));
			results.set(0, gives(0, 'a1', 'a2'));
			results.set(1, gives(1, 'b'));
		});
		expect(await output).toEqual([
			[
				{ json: { name: 'a1' }, pairedItem: { item: 0 } },
				{ json: { name: 'a2' }, pairedItem: { item: 0 } },
				{ json: { name: 'b' }, pairedItem: { item: 1 } },
				{ json: { name: 'c' }, pairedItem: { item: 2 } },
			],
		]);
	});

	it('is empty without items, and nothing is asked for', async () => {
		const { output } = run({ items: 0 }, () => {
			throw new Error('It was begun');
		});
		expect(await output).toEqual([[]]);
	});

	it('has a failed item in its place, where the workflow goes on', async () => {
		const { output } = run({ items: 2, continueOnFail: true }, ({ results }) => {
			results.set(1, gives(1, 'b'));
			results.set(0, fails(0));
		});
		expect(await output).toEqual([
			[errorItem(invalidItem(0, ['Bad luck'])), { json: { name: 'b' }, pairedItem: { item: 1 } }],
		]);
	});
});

it('puts of a failed item what n8n routes to the error output: error, message and details alone', () => {
	const { json, pairedItem } = errorItem(invalidItem(4, ['Bad luck']));
	expect(Object.keys(json)).toEqual(['error', 'message', 'details']);
	expect(json['error']).toBe('Bad luck');
	expect(json['message']).toBe(
		'Bad luck. Nothing was started for this item. Correct it and run again.',
	);
	expect(json['details']).toMatchObject({ status: 'not_started', problems: ['Bad luck'] });
	expect(pairedItem).toEqual({ item: 4 });
});

describe('what goes wrong for all items', () => {
	const refused = new ApiError({
		kind: 'key_refused',
		message: 'No.',
		advice: 'Ask.',
		httpCode: 401,
	});

	it('fails those without a result, and takes none from the others', async () => {
		const { output } = run({ items: 3, continueOnFail: true }, ({ results }) => {
			results.set(1, gives(1, 'b'));
			throw refused;
		});
		const [items = []] = await output;
		expect(items.map(({ json }) => json['error'] ?? json['name'])).toEqual(['No.', 'b', 'No.']);
	});

	it('stops the workflow by the API’s code, with what to do', async () => {
		const { output } = run({ items: 2 }, () => {
			throw refused;
		});
		const error = await errorOf(output);
		expect(error).toBeInstanceOf(NodeApiError);
		expect(error).toMatchObject({
			message: 'All 2 items: No.',
			description: 'Ask.',
			httpCode: '401',
		});
	});

	it('that nobody foresaw is told in its own words', async () => {
		const { output } = run({ items: 1, continueOnFail: true }, () => {
			throw new TypeError('x is not a function');
		});
		const [items = []] = await output;
		expect(items[0]?.json['error']).toBe('x is not a function');
		expect(items[0]?.json['message']).toMatch(/report it to the makers/);
		// A library may throw what is no error.
		const text = run({ items: 1, continueOnFail: true }, throwing('a text'));
		expect((await text.output)[0]?.[0]?.json['error']).toBe('a text');
	});
});

describe('a workflow that stops', () => {
	it('names every run that exists, each once, as it was noted last, by item', async () => {
		const { output } = run(
			{ items: 3 },
			({ results, knownRuns }) => {
				knownRuns.push(known(2, 'run-c'), known(0, 'run-a', 'completed'));
				results.set(1, fails(1));
			},
			() => [known(1, 'run-b', 'failed'), known(0, 'run-a')],
		);
		const error = await errorOf(output);
		expect(error.message).toBe('Item 1: Bad luck');
		expect(error.context['itemIndex']).toBe(1);
		expect(error.description).toContain(
			'item 0: run-a (completed), item 1: run-b (failed), item 2: run-c (running)',
		);
		expect(error.context['runs']).toEqual([
			known(0, 'run-a', 'completed'),
			known(1, 'run-b', 'failed'),
			known(2, 'run-c'),
		]);
		expect(error.context['failures']).toEqual([
			expect.objectContaining({ itemIndex: 1, status: 'not_started' }),
		]);
	});

	it('is not said to fail at one item where several have failed', async () => {
		const { output } = run({ items: 3 }, ({ results }) => {
			results.set(0, fails(0));
			results.set(1, fails(1, 'Worse luck'));
		});
		const error = await errorOf(output);
		expect(error.message).toBe('2 of 3 items: Item 0: Bad luck. Item 1: Worse luck');
		expect(error.context['itemIndex']).toBeUndefined();
	});

	it('keeps a message that n8n would replace for a word in it', async () => {
		const { output } = run({ items: 1 }, ({ results }) => {
			results.set(0, fails(0, 'There was an ECONNREFUSED'));
		});
		expect((await errorOf(output)).message).toBe('Item 0: There was an ECONNREFUSED');
	});

	it('does so by Stop too, though its node goes on after errors, and its log has the ids', async () => {
		const { output, log } = run(
			{ items: 2, continueOnFail: true, signal: stopped() },
			({ results, knownRuns }) => {
				knownRuns.push(known(0, 'run-a'));
				results.set(0, fails(0));
				results.set(1, gives(1, 'b'));
			},
		);
		expect((await errorOf(output)).message).toBe('Item 0: Bad luck');
		expect(log).toEqual([expect.stringMatching(/^warn: Magnific: .*item 0: run-a \(running\)$/)]);
	});

	it('says nothing in the log where no run exists, or nobody stopped it', async () => {
		const nothing = run({ continueOnFail: true, signal: stopped() }, ({ results }) => {
			results.set(0, gives(0, 'a'));
		});
		expect(await nothing.output).toEqual([[jsonItem({ name: 'a' }, 0)]]);
		const unstopped = run({ signal: new AbortController().signal }, ({ results, knownRuns }) => {
			knownRuns.push(known(0, 'run-a'));
			results.set(0, gives(0, 'a'));
		});
		await unstopped.output;
		expect([...nothing.log, ...unstopped.log]).toEqual([]);
	});
});

describe('the pace of a batch', () => {
	it('is a share of the key’s, and is let go of at the end, whatever happens', async () => {
		const left: jest.Mock[] = [];
		for (const operate of [
			() => undefined,
			() => {
				throw new Error('x');
			},
		]) {
			const { output } = run({ continueOnFail: true }, ({ budget }) => {
				const leave = jest.fn();
				Object.assign(budget, { leave });
				left.push(leave);
				operate();
			});
			await output;
		}
		expect(left.map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
	});

	it('was throttled, which is said with how often', async () => {
		const { output, hints } = run({}, ({ budget, results, clock }) => {
			budget.refused(clock.now(), true);
			budget.refused(clock.now(), true);
			results.set(0, gives(0, 'a'));
		});
		await output;
		expect(hints).toEqual([expect.stringMatching(/^outputPane: .*\(429\) 2 times/)]);
	});
});

describe('reading an item', () => {
	it('gives what is read', async () => {
		const batch = await batchOf(nodeContext().context);
		expect(readItem(batch, 0, () => 5)).toBe(5);
		expect(batch.results.size).toBe(0);
	});

	it('fails the item that cannot be read, in the words of the error', async () => {
		const batch = await batchOf(nodeContext().context);
		readItem(batch, 0, throwing(new Error('no such node')));
		readItem(batch, 1, throwing('a text'));
		expect([...batch.results]).toEqual([
			[0, fails(0, 'no such node')],
			[1, fails(1, 'a text')],
		]);
	});

	it('is not done for one that has failed before', async () => {
		const batch = await batchOf(nodeContext().context);
		batch.results.set(0, fails(0)).set(1, gives(1, 'b'));
		expect([0, 1].map((itemIndex) => readItem(batch, itemIndex, () => 5))).toEqual([undefined, 5]);
	});
});

it('starts nothing more where an item has failed and the workflow stops at that', async () => {
	const stops = nodeContext().context;
	const goesOn = nodeContext({ continueOnFail: true }).context;
	const batch = await batchOf(stops);
	batch.results.set(0, gives(0, 'a'));
	expect([stops, goesOn].map((context) => mustStop(context, batch))).toEqual([false, false]);
	batch.results.set(1, fails(1));
	expect([stops, goesOn].map((context) => mustStop(context, batch))).toEqual([true, false]);
});
