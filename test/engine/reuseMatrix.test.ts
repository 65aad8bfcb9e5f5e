import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { AppSpec } from '../../emulator';
import { appOf, HEADLINE, PICTURE } from './support/itemApps';
import { rowsOf } from './matrix/cells';
import { binary, keepFilesIn, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import type { NodeSettings } from './support/n8n';
import { byId } from './support/parameters';
import { asSaved, forgetReusable } from './support/reuse';
import type { NodeOutcome } from './support/runNode';
import { startWaitingN8n, type WaitingN8n } from './support/waitingN8n';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
let n8n: WaitingN8n;
let files: Buffer[];

beforeAll(async () => {
	n8n = await startWaitingN8n();
	await keepFilesIn('memory');
	files = await Promise.all(['red', 'green'].map(async (colour) => await picture(colour)));
});

beforeEach(forgetReusable);

afterAll(async () => {
	await n8n.close();
});

const FACTORS = {
	wait: ['poll', 'webhook', 'none'],
	inLoop: [false, true],
	retry: [false, true],
	sameBy: ['inputs', 'key', 'file'],
	/** What becomes of the first run of thing 0. */
	first: ['completed', 'completed_with_errors', 'failed', 'unknown', 'refused', 'forgotten'],
	/** Where the second execution finds it. */
	known: ['in the process', 'as saved', 'at the same moment'],
	onPartial: ['output', 'error'],
} as const;

type Cell = { [Name in keyof typeof FACTORS]: (typeof FACTORS)[Name][number] };

const CELLS: Cell[] = rowsOf(FACTORS, 3);

const APP: AppSpec = { ...appOf(0), sqid: 'reuseMatrix', name: 'Reused' };

/** The things of an execution's items: thing 0 twice, so that they meet within it too. */
const THINGS = [0, 1, 0, 1];

const itemOf = ({ sameBy }: Cell, thing: number, place: number): INodeExecutionData => {
	const content = files[thing];
	if (!content) throw new Error('There is no such file');
	return {
		json: {
			// With a key the inputs differ all the same.
			title:
				sameBy === 'key'
					? `Title ${String(place)}`
					: sameBy === 'file'
						? 'File'
						: `Title ${String(thing)}`,
			sku: `sku ${String(thing)}`,
		},
		...(sameBy === 'file' && {
			binary: { data: binary(content, 'image/png', `${String(place)}.png`) },
		}),
	};
};

const parametersOf = ({ wait, sameBy, onPartial }: Cell): INodeParameters => ({
	resource: 'app',
	operation: 'run',
	app: byId(APP.sqid),
	inputMode: 'fields',
	inputs: {
		mappingMode: 'defineBelow',
		value: {
			[HEADLINE]: '={{ $json.title }}',
			...(sameBy === 'file' ? { [PICTURE]: 'data' } : {}),
		},
	},
	wait,
	options: {
		reuseRuns: 12,
		onPartial,
		...(sameBy === 'key' ? { reuseKey: '={{ $json.sku }}' } : {}),
	},
});

const cause = async ({ first }: Cell): Promise<void> => {
	const { control } = local;
	if (first === 'unknown') {
		await control.addFault({ route: 'run', times: 1, fault: { kind: 'reset_after' } });
	} else if (first === 'refused') {
		const fault = { kind: 'status', status: 400, body: { message: 'Not now.' } } as const;
		await control.addFault({ route: 'run', times: 1, fault });
	} else if (first !== 'forgotten' && first !== 'completed') {
		await control.setOutcome({ status: first, times: 1 });
	}
};

/** Whether a run is of no use to anybody, so that the thing may be paid for again. */
const isUseless = ({ onPartial }: Cell, status: string): boolean =>
	status === 'failed' || (status === 'completed_with_errors' && onPartial === 'error');

const execute = async (cell: Cell, staticData: IDataObject): Promise<NodeOutcome> => {
	const { inLoop, retry } = cell;
	const settings: NodeSettings = {
		onError: 'continueRegularOutput',
		staticData,
		...(inLoop && { loopOf: 2 }),
		...(retry && { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 }),
	};
	const given = {
		parameters: parametersOf(cell),
		items: THINGS.map((thing, place) => itemOf(cell, thing, place)),
		settings,
	};
	return cell.wait === 'webhook'
		? await n8n.run({ ...given, credential: local.credential })
		: await local.run(given.parameters, given);
};

const play = async (cell: Cell): Promise<NodeOutcome[]> => {
	await local.control.addApp(APP);
	await cause(cell);
	const staticData = {};
	if (cell.known === 'at the same moment') {
		return await Promise.all([execute(cell, staticData), execute(cell, {})]);
	}
	const first = await execute(cell, staticData);
	await local.control.waitIdle();
	const saved = asSaved(staticData);
	if (cell.known === 'as saved' || cell.first === 'forgotten') forgetReusable();
	return [first, await execute(cell, cell.first === 'forgotten' ? {} : saved)];
};

const statusesOf = (outcomes: NodeOutcome[]): unknown[] =>
	outcomes.flatMap(({ items }) => items.map(({ json }) => json['status']));

const titleOf = (cell: Cell): string =>
	[
		`wait ${cell.wait}`,
		`same by ${cell.sameBy}`,
		`first ${cell.first}`,
		`known ${cell.known}`,
		`partial ${cell.onPartial}`,
		...(cell.inLoop ? ['in a loop'] : []),
		...(cell.retry ? ['Retry On Fail'] : []),
	].join(', ');

it.each(CELLS.map((cell) => [titleOf(cell), cell] as const))(
	'no thing is paid for twice that has a result or may have been charged: %s',
	async (_, cell) => {
		const outcomes = await play(cell);
		await local.control.waitIdle();
		const runs = await local.control.runs();
		const useful = runs.filter(({ status }) => !isUseless(cell, status));
		// What no process and no saved data knows is paid for again, once.
		const times = cell.first === 'forgotten' && cell.known !== 'at the same moment' ? 2 : 1;
		expect(useful.length).toBeLessThanOrEqual(2 * times);
		expect(runs.length - useful.length).toBeLessThanOrEqual(1);

		const ids = new Set(runs.map(({ run_id }) => run_id));
		const told = outcomes.flatMap(({ items }) =>
			items.flatMap(({ json }) => (json['run_id'] === undefined ? [] : [json])),
		);
		for (const { run_id, status } of told) {
			expect(ids).toContain(run_id);
			expect(['completed', 'completed_with_errors', 'running']).toContain(status);
		}
		const startedHere = told.filter(({ reused }) => reused !== true);
		expect(new Set(startedHere.map(({ run_id }) => run_id)).size).toBe(startedHere.length);

		// The second execution has what it needs, but for what nobody may send again.
		const last = outcomes.at(-1);
		const expected = cell.first === 'unknown' ? 2 : THINGS.length;
		if (cell.known !== 'at the same moment' && last) {
			expect(statusesOf([last]).filter((status) => status !== undefined)).toHaveLength(expected);
		}
	},
);
