import { isSoak } from '../soak';
import './support/logFile';
import { BenchPool, type Seen } from './faults/bench';
import {
	AFTER_THE_PARK,
	ALL,
	BY_ERROR_OUTPUT,
	CALLS,
	cellsOf,
	expectationOf,
	FAULTS,
	LASTS,
	MODES,
	reasonOf,
	TOLD_AS,
	WAITS,
	type Cell,
	type Expectation,
} from './faults/table';
import { promised } from './support/engine';
import { keepFilesIn } from './support/files';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);
jest.mock('../../nodes/Magnific/callbacks/signature', () =>
	jest.requireActual<object>('./support/realSignatures'),
);

const AT_ONCE = 8;

/** What `npm test` leaves to `npm run test:soak` differs from these in the way to go on only. */
const usual = [
	...cellsOf(['poll'], ['stop', 'errorOutput']),
	...cellsOf(['poll'], ['retry', 'retryErrorOutput']).filter(
		({ call }) => call === 'run' || call === 'get_run',
	),
	...cellsOf(['suspended'], ['errorOutput', 'retryErrorOutput']).filter(
		({ call }) => call === 'run' || AFTER_THE_PARK.includes(call),
	),
];
const cells = isSoak ? cellsOf(ALL.waits, ALL.modes) : usual;

let pool: BenchPool;

beforeAll(async () => {
	await keepFilesIn('disk');
	pool = new BenchPool(cells, AT_ONCE);
});

afterAll(async () => {
	await pool.close();
});

const nameOf = ({ call, fault, last, wait, mode }: Cell): string =>
	`${CALLS[call]}: ${FAULTS[fault]}, ${LASTS[last]}; ${WAITS[wait]}, ${MODES[mode]}`;

describe('a fault of the', () => {
	it.each(cells.map((cell, index) => [nameOf(cell), cell, index] as const))(
		'%s',
		async (_, cell, index) => {
			const seen = await pool.seen(index);
			const expected = expectationOf(cell);
			expect(factsOf(cell, seen)).toEqual(factsExpected(cell, expected));
		},
	);
});

/** What a cell comes to, item by item. */
interface Facts {
	/** The fault really happened. */
	met: boolean;
	runs: number;
	submissions: unknown;
	/** What stopped the workflow. */
	error: unknown;
	items: unknown[];
	failed: unknown[];
	/** Of the runs that were started, those whose id is nowhere, by app. */
	lost: number;
	pickedUp: unknown[];
	keysElsewhere: number;
	showsKey: boolean;
}

const factsOf = ({ call }: Cell, seen: Seen): Facts => {
	const { outcome, runs, ids, pickedUp, submissions, keysElsewhere, showsKey, met } = seen;
	const short = ({ json, pairedItem, binary }: (typeof outcome.items)[number]): unknown =>
		call === 'list'
			? 'sqid' in json
				? 'an app'
				: json
			: { ...json, details: json['details'], pairedItem, files: Object.keys(binary ?? {}) };
	return {
		met,
		runs: runs.length,
		submissions,
		error: outcome.error?.message,
		items: outcome.items.map(short),
		failed: outcome.failed.map(short),
		lost: runs.length - ids.length,
		pickedUp,
		keysElsewhere,
		showsKey,
	};
};

const factsExpected = (cell: Cell, expected: Expectation): Facts => {
	const { runs, submissions, outcome, stops } = expected;
	const isUnknown = outcome === 'unknown';
	// The one run whose id nobody was told: the text says that there may be one.
	const lost = isUnknown ? Math.max(0, runs - 2) : 0;
	return {
		met: true,
		runs,
		submissions: submissions ?? (expect.anything() as unknown),
		error: stops ? told(cell, expected) : undefined,
		...(stops ? { items: [], failed: [] } : outputs(cell, expected)),
		lost,
		pickedUp: Array.from({ length: runs - lost }, () => 'completed'),
		keysElsewhere: 0,
		showsKey: false,
	};
};

const told = ({ call, fault }: Cell, { outcome }: Expectation): unknown =>
	expect.stringMatching(
		new RegExp(`${escaped(TOLD_AS[outcome])}.*${escaped(reasonOf(call, fault))}`, 's'),
	);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const outputs = (cell: Cell, expected: Expectation): Pick<Facts, 'items' | 'failed'> => {
	const { outcome, concerned } = expected;
	const { call, mode } = cell;
	const isError = outcome !== 'done' && outcome !== 'unfinished';
	if (call === 'list') {
		const failed = [expect.objectContaining({ error: told(cell, expected) })];
		if (!isError) return { items: expect.arrayContaining(['an app']) as unknown[], failed: [] };
		return BY_ERROR_OUTPUT.has(mode) ? { items: [], failed } : { items: failed, failed: [] };
	}
	const items = [0, 1, 2].map((item) => ({
		isError: isError && concerned.includes(item),
		json: expect.objectContaining({
			pairedItem: { item },
			...(concerned.includes(item) ? concernedItem(cell, expected) : completed),
		}) as unknown,
	}));
	const byOutput = (error: boolean): unknown[] =>
		items.filter(({ isError: is }) => is === error).map(({ json }) => json);
	return BY_ERROR_OUTPUT.has(mode)
		? { items: byOutput(false), failed: byOutput(true) }
		: { items: items.map(({ json }) => json), failed: [] };
};

const completed = { run_id: expect.any(String) as unknown, status: 'completed', files: ['data'] };

/** An item that met the fault, and where its run id stands. */
const concernedItem = (cell: Cell, expected: Expectation): Record<string, unknown> => {
	const run_id: unknown = expect.any(String);
	const failed = (details: Record<string, unknown>): Record<string, unknown> => ({
		error: told(cell, expected),
		message: told(cell, expected),
		details: promised(expect.objectContaining(details)),
	});
	switch (expected.outcome) {
		case 'done':
			return completed;
		case 'nothing':
			return failed({ run_id: null, status: 'not_started' });
		case 'unknown':
			return failed({ run_id: null, status: 'unknown' });
		case 'unread':
			return failed({ run_id, status: 'running' });
		case 'noFiles':
			return failed({ run_id, status: 'completed', result: expect.anything() });
		case 'unfinished':
			return { run_id, status: 'running', timed_out: true, files: [] };
	}
};
