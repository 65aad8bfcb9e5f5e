import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { callAsTool } from './support/agent';
import { binary, keepFilesIn, picture } from './support/files';
import { localMagnific, type Given } from './support/localMagnific';
import { appRun, fields } from './support/parameters';
import { asSaved, forgetReusable, hintsOf, reusedOf } from './support/reuse';
import { systemClock } from './support/fastClock';
import type { NodeOutcome } from './support/runNode';
import { startWaitingN8n, type WaitingN8n } from './support/waitingN8n';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
let n8n: WaitingN8n;

beforeAll(async () => {
	n8n = await startWaitingN8n();
});

beforeEach(forgetReusable);

afterAll(async () => {
	await n8n.close();
});

const WAYS = ['poll', 'webhook', 'none'];
const COST = posterFromText.totalCost ?? 0;

const poster = (options: INodeParameters = {}, rest: INodeParameters = {}): INodeParameters =>
	appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.title }}' }), {
		options: { reuseRuns: 12, ...options },
		...rest,
	});

const titled = (...titles: string[]): INodeExecutionData[] =>
	titles.map((title) => ({ json: { title } }));

const execute = async (
	parameters: INodeParameters,
	items: INodeExecutionData[] = titled('Sale'),
	settings: Given['settings'] = {},
): Promise<NodeOutcome> =>
	parameters['wait'] === 'webhook'
		? await n8n.run({ parameters, items, settings, credential: local.credential })
		: await local.run(parameters, { items, settings });

const runIds = ({ items }: NodeOutcome): unknown[] => items.map(({ json }) => json['run_id']);

const paid = async (): Promise<number> => (await local.control.runs()).length;

describe.each(WAYS)('Reuse Runs with Wait %s', (wait) => {
	it('costs one run where the same is executed five times, with its result each time', async () => {
		const outcomes: NodeOutcome[] = [];
		for (let time = 0; time < 5; time += 1) {
			outcomes.push(await execute(poster({}, { wait })));
			await local.control.waitIdle();
		}
		expect(await paid()).toBe(1);
		expect(new Set(outcomes.flatMap(runIds)).size).toBe(1);
		const [first, ...later] = outcomes.map(({ items }) => items[0]?.json);
		expect(first).not.toHaveProperty('reused');
		expect(later).toEqual(
			later.map(() => expect.objectContaining({ reused: true, status: 'completed' }) as unknown),
		);
		expect(later.map((item) => item?.['result'])).not.toContain(undefined);
		const hint = `1 run reused: ${String(COST)} credits were not spent.`;
		expect(outcomes.slice(1).flatMap(hintsOf)).toEqual(later.map(() => hint));
	});

	it('gives two items of one execution that are the same thing one run', async () => {
		const { items } = await execute(poster({}, { wait }), titled('Twin', 'Other', 'Twin'));
		expect(await paid()).toBe(2);
		expect(reusedOf(items)).toEqual([undefined, undefined, true]);
		expect(items[2]?.json['run_id']).toBe(items[0]?.json['run_id']);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([0, 1, 2].map((item) => ({ item })));
	});

	it('starts only what has no result yet', async () => {
		await execute(poster({}, { wait }), titled('One', 'Two'));
		await local.control.waitIdle();
		const { items } = await execute(poster({}, { wait }), titled('Two', 'Three', 'One'));
		expect(reusedOf(items)).toEqual([true, undefined, true]);
		expect(await paid()).toBe(3);
	});

	it.each(['failed', 'cancelled'])('does not take up a run that has %s', async (status) => {
		await local.control.setOutcome({ status, times: 1 });
		await execute(poster({}, { wait }), titled('Sale'), { onError: 'continueRegularOutput' });
		await local.control.waitIdle();
		const { items } = await execute(poster({}, { wait }));
		expect(reusedOf(items)).toEqual([undefined]);
		expect(await paid()).toBe(2);
	});

	it('keeps what may have been charged from being sent again, and says so', async () => {
		await local.control.addFault({ route: 'run', times: 1, fault: { kind: 'reset_after' } });
		const settings = { onError: 'continueErrorOutput' } as const;
		await execute(poster({}, { wait }), titled('Sale'), settings);
		const { failed } = await execute(poster({}, { wait }), titled('Sale', 'Other'), settings);
		expect(await local.count('run')).toBe(2);
		expect(failed.map(({ json }) => json['error'])).toEqual([
			expect.stringMatching(/may have started.*Reuse Runs keeps it from being sent again/),
		]);
		expect(failed[0]?.json['details']).toMatchObject({ status: 'unknown' });
	});

	it('gives two executions at the same moment one run for the same thing', async () => {
		const items = titled(...Array.from({ length: 10 }, (_, i) => `Title ${String(i)}`));
		const both = await Promise.all([
			execute(poster({}, { wait }), items),
			execute(poster({}, { wait }), items.toReversed()),
		]);
		expect(await paid()).toBe(10);
		const [one, other] = both.map(runIds);
		expect(other?.toReversed()).toEqual(one);
		const reused = both.flatMap((outcome) => reusedOf(outcome.items));
		expect(reused.filter((value) => value === true)).toHaveLength(10);
	});

	it('lets the second start its own where the first was refused', async () => {
		await local.control.addFault({
			route: 'run',
			times: 1,
			fault: { kind: 'status', status: 400, body: { message: 'Not now.' } },
		});
		const settings = { onError: 'continueRegularOutput' } as const;
		const both = await Promise.all([
			execute(poster({}, { wait }), titled('Sale'), settings),
			execute(poster({}, { wait }), titled('Sale'), settings),
		]);
		expect(await paid()).toBe(1);
		const statuses = both.flatMap(({ items }) => items.map(({ json }) => json['status']));
		expect(statuses.filter((status) => status !== undefined)).toHaveLength(1);
	});

	it('finds in what n8n has saved what this process does not know', async () => {
		const staticData = {};
		await execute(poster({}, { wait }), titled('One', 'Two'), { staticData });
		await local.control.waitIdle();
		forgetReusable();
		const { items } = await execute(poster({}, { wait }), titled('One', 'Two', 'Three'), {
			staticData: asSaved(staticData),
		});
		expect(reusedOf(items)).toEqual([true, true, undefined]);
		expect(await paid()).toBe(3);
	});

	it('works in a loop, with Retry On Fail and with Execute Once', async () => {
		const titles = titled('One', 'Two', 'One', 'Three');
		const loop = await execute(poster({}, { wait }), titles, { loopOf: 2 });
		expect(reusedOf(loop.items)).toEqual([undefined, undefined, true, undefined]);
		await local.control.waitIdle();
		await local.control.addFault({
			route: 'run',
			times: 1,
			fault: { kind: 'status', status: 400, body: { message: 'Not now.' } },
		});
		const retried = await execute(poster({}, { wait }), titled('Four', 'One', 'Two'), {
			retryOnFail: true,
			maxTries: 3,
			waitBetweenTries: 1,
		});
		expect(reusedOf(retried.items)).toEqual([undefined, true, true]);
		await local.control.waitIdle();
		const once = await execute(poster({}, { wait }), titled('Four', 'Five'), { executeOnce: true });
		expect(reusedOf(once.items)).toEqual([true]);
		expect(await paid()).toBe(4);
	});
});

describe('Reuse Runs', () => {
	it('is off where it is not added, and with 0 hours', async () => {
		for (const reuse of [undefined, 0]) {
			const options = reuse === undefined ? {} : { reuseRuns: reuse };
			const parameters = { ...poster(), options };
			await execute(parameters);
			const { items } = await execute(parameters, titled('Sale', 'Sale'));
			expect(reusedOf(items)).toEqual([undefined, undefined]);
		}
		expect(await paid()).toBe(6);
	});

	it('takes up no run that is older', async () => {
		await execute(poster());
		const { items } = await execute(poster({ reuseRuns: 1e-9 }));
		expect(reusedOf(items)).toEqual([undefined]);
	});

	it('waits for a run that still goes', async () => {
		await local.control.settings({ durations: { [posterFromText.sqid]: 20 } });
		await execute(poster({}, { wait: 'none' }));
		const { items } = await execute(poster());
		expect(items.map(({ json }) => json)).toMatchObject([{ status: 'completed', reused: true }]);
		expect(await paid()).toBe(1);
	});

	it('starts anew a run whose files have expired, or that Magnific does not know any more', async () => {
		const ago = (hours: number): string =>
			new Date(systemClock.now() - hours * 3_600_000).toISOString();
		await execute(poster());
		const body = {
			data: {
				run_id: (await local.control.runs())[0]?.run_id,
				status: 'completed',
				started_at: ago(14),
				completed_at: ago(13),
				result: { images: [{ id: 'a', url: 'https://files.example/a.png' }] },
			},
		};
		await local.control.addFault({
			route: 'get_run',
			times: 1,
			fault: { kind: 'status', status: 200, body },
		});
		expect(reusedOf((await execute(poster())).items)).toEqual([undefined]);
		expect(await paid()).toBe(2);
		await systemClock.sleep(6 * 60_000);
		await local.control.addFault({
			route: 'get_run',
			times: 1,
			fault: { kind: 'status', status: 404 },
		});
		expect(reusedOf((await execute(poster())).items)).toEqual([undefined]);
		expect(await paid()).toBe(3);
	});

	it('takes up a partial result, unless it counts as failed', async () => {
		await local.control.setOutcome({ status: 'completed_with_errors', times: 1 });
		await execute(poster());
		expect(reusedOf((await execute(poster())).items)).toEqual([true]);
		expect(reusedOf((await execute(poster({ onPartial: 'error' }))).items)).toEqual([undefined]);
		expect(await paid()).toBe(2);
	});

	it('is not counted against the credit limit', async () => {
		await execute(poster(), titled('One', 'Two'));
		const items = titled('One', 'Two', 'Three', 'Three');
		const outcome = await execute(poster({ creditLimit: COST }), items);
		expect(outcome.error).toBeUndefined();
		expect(hintsOf(outcome)).toEqual([
			`1 run started, ${String(COST)} credits.`,
			`3 runs reused: ${String(3 * COST)} credits were not spent.`,
		]);
		const over = await execute(poster({ creditLimit: COST }), titled('Four', 'Five', 'One'));
		expect(over.error?.message).toContain(`2 runs would cost ${String(2 * COST)} credits`);
		expect(await paid()).toBe(3);
	});

	it('reports with Validate Only what would be reused, at no cost', async () => {
		await execute(poster(), titled('One'));
		const { items } = await execute(poster({ validateOnly: true }), titled('One', 'Two', 'Two'));
		expect(items.map(({ json: { credits, reused } }) => ({ credits, reused }))).toEqual([
			{ credits: 0, reused: true },
			{ credits: COST, reused: undefined },
			{ credits: 0, reused: true },
		]);
		expect(await paid()).toBe(1);
	});

	it.each(['memory', 'disk'] as const)(
		'knows a file by its content, wherever n8n keeps it (%s), and does not upload it again',
		async (place) => {
			await keepFilesIn(place);
			const parameters = appRun(fourVariations, fields(fourVariations, { Picture: 'data' }), {
				options: { reuseRuns: 12 },
			});
			const item = async (colour: string, name: string): Promise<INodeExecutionData> => ({
				json: {},
				binary: { data: binary(await picture(colour), 'image/png', name) },
			});
			await execute(parameters, [await item('red', 'a.png')]);
			const uploads = await local.count('put_upload');
			const { items } = await execute(parameters, [
				await item('red', 'b.png'),
				await item('blue', 'a.png'),
			]);
			expect(reusedOf(items)).toEqual([true, undefined]);
			expect(await paid()).toBe(2);
			expect(await local.count('put_upload')).toBe(uploads * 2);
		},
	);

	it('says which files come from a run that was reused', async () => {
		await execute(poster());
		const { items } = await execute(poster({ outputPer: 'file', downloadFiles: true }));
		expect(
			items.map(({ json, binary: files }) => [json['reused'], Object.keys(files ?? {})]),
		).toEqual([[true, ['data']]]);
	});

	it.each([
		['soon', /Reuse Runs needs a number, but got “soon”/],
		[-1, /Reuse Runs needs a number, but got “-1”: 0 or more is needed/],
		['={{ $json.nothing }}', /Reuse Runs needs a number, but its expression gives nothing/],
	])('refuses %s before anything is sent', async (reuseRuns, words) => {
		const { error } = await execute(poster({ reuseRuns }));
		expect(error?.message).toMatch(words);
		expect(await local.requests()).toEqual([]);
	});

	it('is off for the tool of an agent, and holds there where it is set', async () => {
		const calls = [{}, {}];
		const surprise = (options: INodeParameters): INodeParameters =>
			appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' }), { options });
		await callAsTool(local, surprise({}), calls);
		expect(await paid()).toBe(2);
		await callAsTool(local, surprise({ reuseRuns: 12 }), calls);
		expect(await paid()).toBe(3);
	});
});

describe('Reuse Key', () => {
	const keyed = (reuseKey: string): INodeParameters => poster({ reuseKey });
	const rows = (...all: Array<[title: string, sku?: string]>): INodeExecutionData[] =>
		all.map(([title, sku]) => ({ json: { title, ...(sku === undefined ? {} : { sku }) } }));

	it('is what the same thing is, whatever the inputs', async () => {
		await execute(keyed('={{ $json.sku }}'), rows(['One', 'a'], ['Two', 'b']));
		const { items } = await execute(
			keyed('={{ $json.sku }}'),
			rows(['Another', 'a'], ['Two', 'c'], ['Three', 'c']),
		);
		expect(reusedOf(items)).toEqual([true, undefined, true]);
		expect(await paid()).toBe(3);
	});

	it('left empty means the inputs', async () => {
		await execute(keyed(''), titled('One'));
		expect(reusedOf((await execute(poster(), titled('One', 'Two'))).items)).toEqual([
			true,
			undefined,
		]);
	});

	it('that gives nothing for an item lets it start its own, and a hint says so', async () => {
		const items = rows(['One', 'a'], ['One'], ['One', '']);
		await execute(keyed('={{ $json.sku }}'), items);
		const outcome = await execute(keyed('={{ $json.sku }}'), items);
		expect(reusedOf(outcome.items)).toEqual([true, undefined, undefined]);
		expect(await paid()).toBe(5);
		expect(hintsOf(outcome)).toContain(
			'Reuse Key gives nothing for items 1, 2, which are not reused.',
		);
	});

	it.each(['{{ $json.sku }}', '={{ $json }}'])('refuses %s', async (key) => {
		const { error } = await execute(keyed(key), rows(['One', 'a']));
		expect(error?.message).toMatch(/Reuse Key needs a text, as an expression gives it/);
		expect(await paid()).toBe(0);
	});

	it('of one app is not that of another', async () => {
		await execute(keyed('a'));
		const other = appRun(
			fourVariations,
			fields(fourVariations, { Picture: 'https://files.example/a.png' }),
			{
				options: { reuseRuns: 12, reuseKey: 'a' },
			},
		);
		expect(reusedOf((await execute(other)).items)).toEqual([undefined]);
	});
});
