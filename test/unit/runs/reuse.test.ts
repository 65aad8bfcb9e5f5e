import { MOST_REUSABLE, NodeRuns, ReuseMemory } from '../../../nodes/Magnific/runs/reuse';

const over = <T>(from: number, to: number, make: (i: number) => T): T[] =>
	Array.from({ length: to - from }, (_, i) => make(from + i));

const saved = (runs: NodeRuns, notBefore = 0): unknown =>
	JSON.parse(JSON.stringify(runs.toSave(notBefore)));

describe('what a process has started', () => {
	it('is bounded, the oldest out, and what is noted again is new', () => {
		const memory = new ReuseMemory();
		for (const i of over(0, MOST_REUSABLE, (n) => n)) memory.note(`n:${String(i)}`, run(i));
		memory.note('n:0', run(MOST_REUSABLE));
		memory.note('n:last', run(MOST_REUSABLE + 1));
		expect(memory.recall('n:0')).toEqual(run(MOST_REUSABLE));
		expect(memory.recall('n:1')).toBeUndefined();
		expect(memory.recall('n:2')).toEqual(run(2));
		expect(memory.startingWith('n:')).toHaveLength(MOST_REUSABLE);
	});

	it('makes others wait for an answer until it is there, whoever begins next', async () => {
		const memory = new ReuseMemory();
		expect(memory.answerTo('n:a')).toBeUndefined();
		const end = memory.begin('n:a');
		const answer = memory.answerTo('n:a');
		end();
		await answer;
		expect(memory.answerTo('n:a')).toBeUndefined();
		const again = memory.begin('n:a');
		end();
		expect(memory.answerTo('n:a')).toBeDefined();
		again();
		expect(memory.answerTo('n:a')).toBeUndefined();
	});
});

const run = (at: number, run_id = `run ${String(at)}`) => ({ run_id, at });

describe('what a node has started', () => {
	it('is known to another process by what was saved, and is not of another node', () => {
		const first = new NodeRuns(new ReuseMemory(), 'node', undefined);
		first.note(first.keyOf('a'), run(1));
		first.note(first.keyOf('b'), { unknown: 'the connection broke', at: 2 });
		const second = new NodeRuns(new ReuseMemory(), 'node', saved(first));
		expect(second.recall(second.keyOf('a'), 0)).toEqual(run(1));
		expect(second.recall(second.keyOf('b'), 0)).toEqual({ unknown: 'the connection broke', at: 2 });
		const other = new NodeRuns(first.memory, 'other', undefined);
		expect(other.recall(other.keyOf('a'), 0)).toBeUndefined();
		expect(saved(other)).toEqual({});
	});

	it.each([
		['process', 5, 3],
		['saved data', 3, 5],
	])('counts as the %s knows it, where that is later', (_, known, kept) => {
		const memory = new ReuseMemory();
		const runs = new NodeRuns(memory, 'node', { 'node:a': run(kept) });
		memory.note('node:a', run(known));
		expect(runs.recall('node:a', 0)).toEqual(run(5));
		expect(saved(runs)).toEqual({ 'node:a': run(5) });
	});

	it('does not count where it is older than asked for, and is not saved any more', () => {
		const runs = new NodeRuns(new ReuseMemory(), 'node', { 'node:a': run(9), 'node:b': run(10) });
		expect(runs.recall('node:a', 10)).toBeUndefined();
		expect(runs.recall('node:b', 10)).toEqual(run(10));
		expect(saved(runs, 10)).toEqual({ 'node:b': run(10) });
	});

	it('is forgotten where it is of no use, and only then', () => {
		const memory = new ReuseMemory();
		const runs = new NodeRuns(memory, 'node', { 'node:a': run(1, 'old') });
		memory.note('node:a', run(2, 'new'));
		runs.forget('node:a', 'old');
		expect(runs.recall('node:a', 0)).toEqual(run(2, 'new'));
		runs.forget('node:a', 'new');
		expect(runs.recall('node:a', 0)).toBeUndefined();
	});

	it('is saved with what other executions have started meanwhile, as many as are kept', () => {
		const memory = new ReuseMemory();
		const first = new NodeRuns(memory, 'node', undefined);
		const second = new NodeRuns(memory, 'node', undefined);
		first.note('node:a', run(1));
		second.note('node:b', run(2));
		expect(saved(first)).toEqual({ 'node:a': run(1), 'node:b': run(2) });
		const many = Object.fromEntries(
			over(0, MOST_REUSABLE, (i) => [`node:${String(i)}`, run(i)] as const),
		);
		const full = new NodeRuns(memory, 'node', many);
		expect(Object.keys(full.toSave(0))).toHaveLength(MOST_REUSABLE);
		expect(full.toSave(0)).not.toHaveProperty('node:0');
	});

	it.each([
		'nothing',
		null,
		[],
		{ 'node:a': null },
		{ 'node:a': { at: 1 } },
		{ 'node:a': { run_id: 'a' } },
		{ 'node:a': { run_id: 1, at: 1 } },
	])('is nothing where %j was saved', (kept) => {
		expect(saved(new NodeRuns(new ReuseMemory(), 'node', kept))).toEqual({});
	});
});

describe('what is forgotten', () => {
	it('is never a submission of unknown fate: nobody knows of a run that is of no use', () => {
		const runs = new NodeRuns(new ReuseMemory(), 'node', undefined);
		runs.note('node:a', { unknown: 'the connection broke', at: 1 });
		runs.forget('node:a', 'run 1');
		expect(runs.recall('node:a', 0)).toHaveProperty('unknown');
		runs.forget('node:never', 'run 1');
		expect(runs.recall('node:never', 0)).toBeUndefined();
	});

	it('is so in the saved data too', () => {
		const runs = new NodeRuns(new ReuseMemory(), 'node', { 'node:a': run(1), 'node:b': run(2) });
		runs.forget('node:a', 'run 1');
		expect(saved(runs)).toEqual({ 'node:b': run(2) });
	});
});

it('saves the newest, in whatever order they were noted', () => {
	const memory = new ReuseMemory();
	const runs = new NodeRuns(memory, 'node', { 'node:oldest': run(0) });
	for (const i of over(1, MOST_REUSABLE, (n) => n))
		runs.note(`node:${String(i)}`, run(MOST_REUSABLE - i));
	expect(saved(runs)).toHaveProperty('node:oldest');
	runs.note('node:newest', run(MOST_REUSABLE + 1));
	expect(saved(runs)).not.toHaveProperty('node:oldest');
	expect(saved(runs)).toHaveProperty('node:newest');
});

it('starts a node’s keys by the node', () => {
	expect(new NodeRuns(new ReuseMemory(), 'node', undefined).keyOf('thing')).toBe('node:thing');
});
