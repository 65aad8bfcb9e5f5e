import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { brokenPipeline } from '../../emulator/apps/brokenPipeline';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { promised } from './support/engine';
import { bytesOf, keepFilesIn } from './support/files';
import { localMagnific } from './support/localMagnific';
import { appRun, json } from './support/parameters';
import { readLog } from './support/logFile';
import { textOf } from './support/text';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();

const runGet = (rest: INodeParameters = {}): INodeParameters => ({
	resource: 'run',
	operation: 'get',
	runId: '={{ $json.run_id }}',
	...rest,
});
const runWait = (rest: INodeParameters = {}): INodeParameters => ({
	...runGet(rest),
	operation: 'wait',
});
const errorOutput = { settings: { onError: 'continueErrorOutput' as const } };

/** Starts runs without waiting for them; the items are what App → Run gave. */
const startRuns = async (count: number, app = surpriseMe): Promise<INodeExecutionData[]> => {
	const { items } = await local.run(appRun(app, json({}), { wait: 'none' }), {
		items: Array.from({ length: count }, () => ({ json: {} })),
	});
	expect(items).toHaveLength(count);
	return items;
};

const select = (outputs: IDataObject[], ...names: string[]): IDataObject[] =>
	outputs.map((output) => Object.fromEntries(names.map((name) => [name, output[name]])));

describe('Run → Get', () => {
	it('gives the run as it is, with the name and cost of its app', async () => {
		await local.control.settings({ durations: { [surpriseMe.sqid]: [1, 3_000] } });
		const items = await startRuns(2);
		const ended = textOf(items[0]?.json.run_id);
		await local.ended(ended);
		const { json: outputs, items: got } = await local.run(runGet(), { items });
		expect(select(outputs, 'run_id', 'app_name', 'credits')).toEqual(
			items.map(({ json: { run_id } }) => ({ run_id, app_name: 'Surprise Me', credits: 2 })),
		);
		expect(outputs[0]).toMatchObject({ status: 'completed', result: { images: [{}] } });
		expect(['pending', 'running']).toContain(outputs[1]?.status);
		expect(outputs[1]).toMatchObject({ result: null, completed_at: null, expires_at: null });
		expect(got.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(await local.count('get_app')).toBe(2);
	});

	it('downloads the files, one item for each where wanted', async () => {
		await keepFilesIn('memory');
		const items = await startRuns(1);
		await local.control.waitIdle();
		const { items: got } = await local.run(
			runGet({ options: { downloadFiles: true, outputPer: 'file', binaryField: 'picture' } }),
			{ items },
		);
		expect(got).toHaveLength(1);
		expect(got[0]?.json).toMatchObject({ media_type: 'image', index: 0 });
		expect((await bytesOf(got[0]?.binary?.picture)).subarray(1, 4).toString()).toBe('PNG');
	});

	it('gives a failed run as a result: that it failed is what was asked for', async () => {
		const items = await startRuns(1, brokenPipeline);
		await local.control.waitIdle();
		const { json: outputs, error } = await local.run(runGet(), { items });
		expect(error).toBeUndefined();
		expect(select(outputs, 'status', 'error_message')).toEqual([
			{
				status: 'failed',
				error_message: "Node 'image-upscaler' failed: the picture is too large to upscale",
			},
		]);
	});

	it('gives a run whose app is gone without its name', async () => {
		const items = await startRuns(1);
		await local.control.removeApp(surpriseMe.sqid);
		const { json: outputs } = await local.run(runGet(), { items });
		expect(select(outputs, 'app_id', 'app_name', 'credits')).toEqual([
			{ app_id: surpriseMe.sqid, app_name: null, credits: null },
		]);
	});
});

describe.each([
	['Run → Get', runGet()],
	['Run → Wait', runWait()],
])('%s', (_, parameters) => {
	it('names the item whose run id is unknown, malformed or missing, and gives the other runs', async () => {
		const [item] = await startRuns(1);
		await local.control.waitIdle();
		const { json: outputs, failed } = await local.run(parameters, {
			items: [
				{ json: { run_id: 'nosuchrun0' } },
				{ json: item?.json ?? {} },
				{ json: { run_id: 'not a run!' } },
				{ json: {} },
			],
			...errorOutput,
		});
		expect(select(outputs, 'run_id')).toEqual([{ run_id: item?.json.run_id }]);
		expect(failed.map(({ json: { error } }) => error)).toEqual([
			expect.stringMatching(/^Run nosuchrun0 /),
			'“not a run!” is not a run id, like vCrK3Aa47y',
			'Run ID is empty',
		]);
		expect(failed[0]?.json.details).toEqual(
			promised(expect.objectContaining({ run_id: 'nosuchrun0' })),
		);
		const { error } = await local.run(parameters, { items: [{ json: {} }] });
		expect(error?.message).toBe('Item 0: Run ID is empty');
	});
});

describe('Run → Wait', () => {
	it('waits for runs that are going, and gives those that are over at once, in input order', async () => {
		await local.control.settings({ durations: { [surpriseMe.sqid]: [30, 1, 15] } });
		const items = await startRuns(3);
		const { items: got } = await local.run(runWait(), { items });
		expect(got.map(({ json: { run_id, status } }) => ({ run_id, status }))).toEqual(
			items.map(({ json: { run_id } }) => ({ run_id, status: 'completed' })),
		);
		expect(got.map(({ pairedItem }) => pairedItem)).toEqual(items.map((__, item) => ({ item })));
		expect(got[0]?.json).toMatchObject({ app_name: 'Surprise Me', credits: 2 });
		expect(await local.count('run')).toBe(3);
	});

	it('looks at a run once that two items name, and gives it for both', async () => {
		const [item] = await startRuns(1);
		await local.control.waitIdle();
		const { items: got } = await local.run(runWait(), {
			items: [{ json: item?.json ?? {} }, { json: item?.json ?? {} }],
		});
		expect(got.map(({ json: { run_id }, pairedItem }) => [run_id, pairedItem])).toEqual([
			[item?.json.run_id, { item: 0 }],
			[item?.json.run_id, { item: 1 }],
		]);
		expect(await local.count('get_run')).toBe(1);
	});

	it('fails the item of a run that failed, and names all runs where the workflow stops', async () => {
		const items = [...(await startRuns(1, brokenPipeline)), ...(await startRuns(1))];
		const { error } = await local.run(runWait(), { items });
		const [broken, fine] = items.map(({ json: { run_id } }) => textOf(run_id));
		expect(error?.message).toBe(
			`Item 0: Run ${String(broken)} failed: Node 'image-upscaler' failed: the picture is too large to upscale`,
		);
		expect(error?.description).toContain(
			`item 0: ${String(broken)} (failed), item 1: ${String(fine)} (completed)`,
		);
	});

	it('gives a run that takes too long as unfinished where that is wanted', async () => {
		await local.control.settings({ durations: { [surpriseMe.sqid]: 3_000 } });
		const items = await startRuns(1);
		const { json: outputs } = await local.run(
			runWait({ options: { maxWait: 0.2, onTimeout: 'output' } }),
			{ items },
		);
		expect(outputs).toEqual([
			expect.objectContaining({
				run_id: items[0]?.json.run_id,
				status: 'running',
				timed_out: true,
			}),
		]);
	});
});

describe('n8n’s log', () => {
	const overIn = (log: string): string[] =>
		log.split('\n').flatMap((line) => /Magnific: \d+ of \d+ runs are over.*$/.exec(line) ?? []);

	it('has how many runs of a batch are over when it ends, with the credits, under both ways to get there', async () => {
		const before = overIn(await readLog()).length;
		const { items } = await local.run(appRun(surpriseMe, json({})), {
			items: Array.from({ length: 3 }, () => ({ json: {} })),
		});
		await local.run(runWait(), { items });
		expect(overIn(await readLog()).slice(before)).toEqual([
			expect.stringContaining('Magnific: 3 of 3 runs are over, 6 credits'),
			expect.stringContaining('Magnific: 3 of 3 runs are over'),
		]);
	});
});
