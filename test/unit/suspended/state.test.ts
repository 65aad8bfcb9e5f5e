import { quoted, readPark, savePark, type Park } from '../../../nodes/Magnific/suspended/state';
import { app, run } from '../support/fixtures';
import { itemOptions, parkedItem, parkOf, queuedItem } from '../support/parks';
import { executingNode, waitingNode, type NodeStore } from '../support/waitingContext';

let executions = 0;

/** An execution of its own: what was read last is remembered by execution. */
const newExecution = (): string => `execution ${String(++executions)}`;

const saved = (park: Park): string => {
	const store: NodeStore = {};
	savePark(executingNode(store), park);
	return String(store['park']);
};

const readText = (text: unknown, executionId = newExecution()): Park | undefined =>
	readPark(waitingNode({ park: text }, { executionId }));

const readBack = (park: Park): Park | undefined => readText(saved(park));

/** As versions saved it that submitted all runs before the park. */
const earlierPark = (own: object = {}) => {
	const { id, secret, resumeUrl, parkedAt, deadline, maxWaitMin, settled, failures, runs } =
		parkOf();
	const common = { id, secret, resumeUrl, parkedAt, deadline, maxWaitMin, settled, failures };
	return { ...common, runs, ...own };
};

const packedPark = (): object => {
	const park: unknown = JSON.parse(saved(parkOf()));
	if (typeof park !== 'object' || park === null) throw new Error('Nothing was saved');
	return park;
};

describe('a park that was saved', () => {
	it('is read as it was', () => {
		const park = parkOf({
			settled: [run({ run_id: 'overBefore' })],
			runs: [parkedItem(0, 'firstRun00'), parkedItem(4, 'taken00000', { reused: true })],
			queued: [queuedItem(1), queuedItem(3)],
		});
		expect(readBack(park)).toEqual(park);
	});

	it('keeps for each item its own app, options and metadata', () => {
		const other = { sqid: 'otherApp00', name: 'Another', total_cost: null };
		const park = parkOf({
			runs: [
				parkedItem(0, 'run0000000', { options: itemOptions({ metadata: { order: '7' } }) }),
				parkedItem(1, 'run0000001', { app: other }),
				parkedItem(2, 'run0000002', { app: undefined }),
				parkedItem(3, 'run0000003', { options: itemOptions({ outputPer: 'file' }) }),
			],
			queued: [
				queuedItem(4, { app: other, options: itemOptions({ binaryField: 'image' }) }),
				queuedItem(5, { app: undefined }),
				queuedItem(6, { options: itemOptions({ metadata: { order: '8' } }) }),
			],
		});
		expect(readBack(park)).toEqual(park);
	});

	it('keeps of an app no more than its name and its price', () => {
		const runs = [parkedItem(0, 'firstRun00', { app: app({ raw: { long: 'definition' } }) })];
		const { sqid, name, total_cost } = app();
		expect(readBack(parkOf({ runs }))?.runs[0]?.app).toEqual({ sqid, name, total_cost });
	});

	it('is short for a thousand items that have app and options in common', () => {
		const runs = Array.from({ length: 500 }, (_, i) => parkedItem(i, 'vCrK3Aa47y'));
		const queued = Array.from({ length: 500 }, (_, i) => queuedItem(500 + i));
		const text = saved(parkOf({ runs, queued }));
		expect(text.length).toBeLessThan(40_000);
		expect(text.split(app().name)).toHaveLength(2);
		expect(text.split('binaryField')).toHaveLength(2);
	});

	it('tells what had failed before it', () => {
		const details = { run_id: null, app_id: null, app_name: null, status: 'not_started' };
		const failures = [{ itemIndex: 2, message: 'No credits', advice: 'Top up.', details }];
		expect(readBack(parkOf({ failures }))?.failures).toEqual(failures);
	});

	it('drops an item whose options it does not have', () => {
		const text = JSON.stringify({ ...packedPark(), options: [] });
		expect(readText(text)).toMatchObject({ runs: [], queued: [] });
	});
});

describe('a park of an earlier version', () => {
	it('is read, with nothing that was still to be submitted', () => {
		const park = earlierPark();
		expect(readText(JSON.stringify(park))).toEqual({
			...park,
			runs: [{ ...parkedItem(0, 'firstRun00'), reused: undefined }],
			queued: [],
		});
	});

	it('that has no secret is signed for with its id', () => {
		const park = earlierPark({ secret: undefined });
		expect(readText(JSON.stringify(park))?.secret).toBe(park.id);
	});

	it.each([
		{ runs: undefined },
		{ runs: 'firstRun00' },
		{ runs: [...earlierPark().runs, null] },
		{ runs: [...earlierPark().runs, { itemIndex: 1 }] },
		{ runs: [{ itemIndex: 1, run_id: 7 }, ...earlierPark().runs] },
	])('is none where its runs are none: %j', (own) => {
		expect(readText(JSON.stringify(earlierPark(own)))).toBeUndefined();
	});
});

const COMMON = [
	{ id: 7 },
	{ id: undefined },
	{ secret: 7 },
	{ resumeUrl: undefined },
	{ resumeUrl: 'no address' },
	{ parkedAt: '2026-11-01' },
	{ deadline: undefined },
	{ settled: {} },
	{ failures: undefined },
];

describe('what is no park', () => {
	it.each([undefined, null, 7, {}, '', '{', 'null', '7', '[]', '{}', '"text"'])(
		'is not read as one: %j',
		(text) => {
			expect(readText(text)).toBeUndefined();
		},
	);

	it.each(COMMON)('lacks something of it: %j', (own) => {
		expect(readText(JSON.stringify({ ...packedPark(), ...own }))).toBeUndefined();
		expect(readText(JSON.stringify(earlierPark(own)))).toBeUndefined();
	});

	it.each([
		{ apps: undefined },
		{ apps: {} },
		{ options: undefined },
		{ options: {} },
		{ items: undefined },
		{ items: {} },
		{ items: [[0, 0, 0, 0], 7] },
		{
			items: [
				[0, 0, 0, 0],
				['1', 0, 0, 0],
			],
		},
		{ items: [{ 0: 1 }] },
	])('has no list of its items: %j', (own) => {
		expect(readText(JSON.stringify({ ...packedPark(), ...own }))).toBeUndefined();
	});

	it('is nothing saved', () => {
		expect(readPark(waitingNode({}, { executionId: newExecution() }))).toBeUndefined();
	});
});

describe('reading for each of many calls', () => {
	it('takes a park apart once, as long as it stays the same', () => {
		const [text, executionId] = [saved(parkOf()), newExecution()];
		const park = readText(text, executionId);
		expect(park).toBeDefined();
		expect(readText(text, executionId)).toBe(park);
		expect(readText(saved(parkOf({ id: 'next' })), executionId)?.id).toBe('next');
		expect(readText(text, newExecution())).not.toBe(park);
	});

	it('remembers the twenty executions that were called last', () => {
		const [text, executionId] = [saved(parkOf()), newExecution()];
		const others = (count: number): void => {
			for (let i = 0; i < count; i++) readText(text, newExecution());
		};
		const park = readText(text, executionId);
		others(10);
		expect(readText(text, executionId)).toBe(park);
		others(19);
		expect(readText(text, executionId)).toBe(park);
		others(20);
		expect(readText(text, executionId)).not.toBe(park);
	});
});

describe('the name of a node in an expression', () => {
	it.each(['Magnific', 'Magnific 2', 'a "quote"', '}} {{ $env }}', 'back\\slash', 'Überblick\n日'])(
		'is read as it is: %j',
		(name) => {
			expect(JSON.parse(quoted(name))).toBe(name);
			const store = { park: saved(parkOf()) };
			expect(readPark(waitingNode(store, { executionId: newExecution(), name }))).toBeDefined();
		},
	);

	it('has nothing in it that could end it', () => {
		expect(quoted('Node "1" }}')).toMatch(/^"[A-Za-z0-9\\]*"$/);
		expect(quoted('aZ09')).toBe('"aZ09"');
	});
});
