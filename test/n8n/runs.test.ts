import sharp from 'sharp';
import { brokenPipeline } from '../../emulator/apps/brokenPipeline';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { productPhotoshoot } from '../../emulator/apps/productPhotoshoot';
import { sketchToRealism } from '../../emulator/apps/sketchToRealism';
import { picture } from '../engine/support/files';
import { appRun, byId, fields, json } from '../engine/support/parameters';
import { realN8n } from './support/realN8n';
import { filesWith } from './support/secrets';
import { itemsNode, magnificNode, workflowOf, type TestItem } from './support/workflows';

const BATCH = 40;
const n8n = realN8n({ magnific: { requestsPerMinute: 300 } });

const numbered = (count: number): TestItem[] =>
	Array.from({ length: count }, (_, index) => ({ json: { headline: `Poster ${String(index)}` } }));
const poster = fields(posterFromText, { Headline: '={{ $json.headline }}' });
const runRequests = async (): Promise<number> =>
	(await n8n.magnific.control.requests({ route: 'run' })).length;
const delay = async (ms: number): Promise<void> => {
	await new Promise((resolve) => {
		setTimeout(resolve, ms);
	});
};

it('makes a picture from a file of the item and hands it out as a file', async () => {
	const photo = await picture('#c0392b');
	const execution = await n8n.api.runWorkflow(
		workflowOf(
			'file in, file out',
			itemsNode([
				{
					json: {},
					files: { photo: { content: photo, fileName: 'a.png', mimeType: 'image/png' } },
				},
			]),
			magnificNode(
				appRun(
					productPhotoshoot,
					fields(productPhotoshoot, {
						'Product photo': 'photo',
						Background: 'forest',
						Padding: 12,
					}),
					{ options: { downloadFiles: true, binaryField: 'shot' } },
				),
			),
		),
	);

	expect(execution.error?.message).toBeUndefined();
	const [item] = execution.items('Magnific');
	expect(item?.json).toMatchObject({
		app_id: productPhotoshoot.sqid,
		app_name: productPhotoshoot.name,
		status: 'completed',
		credits: productPhotoshoot.totalCost,
	});
	const shot = item?.binary?.['shot'];
	if (!shot) throw new Error('There is no file');
	const { format } = await sharp(await n8n.api.readBinary(shot)).metadata();
	expect(`image/${format}`).toBe(shot.mimeType);
	const [upload] = await n8n.magnific.control.requests({ route: 'put_upload' });
	expect(upload).toMatchObject({ status: 200, has_key: false, body: { size: photo.length } });
});

it('submits a whole batch before the first run ends and gives it out in the order of the items', async () => {
	await n8n.magnific.control.settings({
		timeScale: 2,
		durations: { [sketchToRealism.sqid]: 20 },
		jitter: 0.2,
		imageSize: 128,
	});
	const sketch = await picture('#2980b9');
	const items = Array.from({ length: BATCH }, (_, index) => ({
		json: { index },
		files: { sketch: { content: sketch, fileName: 'sketch.png', mimeType: 'image/png' } },
	}));
	const execution = await n8n.api.runWorkflow(
		workflowOf(
			'batch',
			itemsNode(items),
			magnificNode(
				appRun(
					sketchToRealism,
					fields(sketchToRealism, { Sketch: 'sketch', 'Style notes': '=number {{ $json.index }}' }),
				),
			),
		),
	);

	expect(execution.error?.message).toBeUndefined();
	const runs = await n8n.magnific.control.runs();
	expect(runs).toHaveLength(BATCH);
	const firstEnd = Math.min(...runs.map(({ settled_at }) => settled_at ?? 0));
	expect(Math.max(...runs.map(({ submitted_at }) => submitted_at))).toBeLessThan(firstEnd);

	const notes = new Map(
		runs.map(({ run_id, inputs }) => [run_id, Object.values(inputs).at(-1)] as const),
	);
	expect(
		execution.items('Magnific').map(({ json: { run_id, status }, pairedItem }) => ({
			note: notes.get(String(run_id)),
			status,
			pairedItem,
		})),
	).toEqual(
		items.map((_, index) => ({
			note: `number ${String(index)}`,
			status: 'completed',
			pairedItem: { item: index },
		})),
	);
	const requests = await n8n.magnific.control.requests();
	expect(requests.filter(({ status }) => status === 429)).toEqual([]);
	expect(requests.filter(({ route }) => route === 'put_upload').length).toBe(1);
});

it('sends a failed run out by the error output with its run id, and the others go on', async () => {
	await n8n.magnific.control.setOutcome({
		app_id: posterFromText.sqid,
		times: 1,
		status: 'failed',
		error_message: 'out of ink',
	});
	const execution = await n8n.api.runWorkflow(
		workflowOf(
			'error output',
			itemsNode(numbered(3)),
			magnificNode(appRun(posterFromText, poster), { onError: 'continueErrorOutput' }),
		),
	);

	const record = (await n8n.magnific.control.runs()).find(({ status }) => status === 'failed');
	const index = [0, 1, 2].find((item) =>
		Object.values(record?.inputs ?? {}).includes(`Poster ${String(item)}`),
	);
	expect(execution.status).toBe('success');
	expect(execution.items('Magnific', 0).map(({ pairedItem }) => pairedItem)).toEqual(
		[0, 1, 2].filter((item) => item !== index).map((item) => ({ item })),
	);
	const [failed, ...more] = execution.items('Magnific', 1);
	expect(more).toEqual([]);
	expect(failed?.pairedItem).toEqual({ item: index });
	expect(failed?.json).toMatchObject({
		headline: `Poster ${String(index)}`,
		details: { run_id: record?.run_id, app_id: posterFromText.sqid, status: 'failed' },
	});
	expect(failed?.json['error']).toMatch(/out of ink/);
});

it('stops the workflow with the run ids in the message when nothing else was asked for', async () => {
	const execution = await n8n.api.runWorkflow(
		workflowOf(
			'stop on error',
			magnificNode(appRun(brokenPipeline, json({ Prompt: 'a red car' }))),
		),
	);

	const [record] = await n8n.magnific.control.runs();
	expect(execution.status).toBe('error');
	expect(`${execution.error?.message ?? ''} ${execution.error?.description ?? ''}`).toContain(
		record?.run_id,
	);
});

it('starts nothing when one item is wrong, and names the item and the input', async () => {
	const execution = await n8n.api.runWorkflow(
		workflowOf(
			'bad input',
			itemsNode([{ json: { headline: 'Fine' } }, { json: {} }]),
			magnificNode(appRun(posterFromText, poster)),
		),
	);

	expect(execution.status).toBe('error');
	expect(`${execution.error?.message ?? ''} ${execution.error?.description ?? ''}`).toMatch(
		/Item 1\b.*“Headline” is required/s,
	);
	expect(await runRequests()).toBe(0);
});

it('pays only for what failed when n8n tries the node again', async () => {
	await n8n.magnific.control.setOutcome({
		app_id: posterFromText.sqid,
		times: 1,
		status: 'failed',
		error_message: 'try me again',
	});
	const execution = await n8n.api.runWorkflow(
		workflowOf(
			'retry on fail',
			itemsNode(numbered(5)),
			magnificNode(appRun(posterFromText, poster), {
				retryOnFail: true,
				maxTries: 3,
				waitBetweenTries: 100,
			}),
		),
	);

	expect(execution.error?.message).toBeUndefined();
	expect(execution.items('Magnific')).toHaveLength(5);
	expect(await runRequests()).toBe(6);
});

it('asks nothing more once the execution is stopped, and leaves the run ids in the log', async () => {
	await n8n.magnific.control.settings({ durations: { [posterFromText.sqid]: 6_000 } });
	const id = await n8n.api.startWorkflow(
		workflowOf('stop', itemsNode(numbered(3)), magnificNode(appRun(posterFromText, poster))),
	);
	while ((await n8n.magnific.control.requests({ route: 'get_run' })).length === 0) await delay(100);

	await n8n.api.stopExecution(id);
	const stoppedAt = Date.now();
	expect((await n8n.api.waitForEnd(id)).status).toBe('canceled');
	await delay(8_000);

	const late = (await n8n.magnific.control.requests()).filter(({ at }) => at > stoppedAt + 1_000);
	expect(late).toEqual([]);
	const logs = await n8n.server.logs();
	for (const { run_id } of await n8n.magnific.control.runs()) expect(logs).toContain(run_id);
});

it('hands a run that was not waited for to Run → Wait and Run → Get', async () => {
	const execution = await n8n.api.runWorkflow(
		workflowOf(
			'start, wait, get',
			itemsNode(numbered(2)),
			magnificNode(appRun(posterFromText, poster, { wait: 'none' }), { name: 'Start runs' }),
			magnificNode(
				{ resource: 'run', operation: 'wait', runId: '={{ $json.run_id }}', wait: 'poll' },
				{ name: 'Wait' },
			),
			magnificNode(
				{ resource: 'run', operation: 'get', runId: '={{ $json.run_id }}' },
				{ name: 'Get' },
			),
		),
	);

	expect(execution.error?.message).toBeUndefined();
	const ids = execution.json('Start runs').map(({ run_id }) => run_id);
	expect(execution.json('Start runs')).toEqual(
		ids.map((run_id) => ({
			run_id,
			app_id: posterFromText.sqid,
			app_name: posterFromText.name,
			status: 'running',
			credits: posterFromText.totalCost,
		})),
	);
	for (const node of ['Wait', 'Get']) {
		expect(execution.json(node).map(({ run_id, status }) => ({ run_id, status }))).toEqual(
			ids.map((run_id) => ({ run_id, status: 'completed' })),
		);
	}
});

it('gives the definition of an app and the list of apps to a workflow', async () => {
	const execution = await n8n.api.runWorkflow(
		workflowOf(
			'get and get many',
			magnificNode(
				{ resource: 'app', operation: 'get', app: byId(posterFromText.sqid) },
				{ name: 'Get' },
			),
			magnificNode({ resource: 'app', operation: 'getAll', returnAll: true }, { name: 'Get many' }),
		),
	);

	expect(execution.error?.message).toBeUndefined();
	expect(execution.json('Get')).toMatchObject([
		{ sqid: posterFromText.sqid, name: posterFromText.name, total_cost: posterFromText.totalCost },
	]);
	expect(execution.json('Get many').map(({ sqid }) => sqid)).toEqual(
		expect.arrayContaining([posterFromText.sqid, productPhotoshoot.sqid]),
	);
});

it('leaves the API key in nothing that n8n stored or printed', async () => {
	const { userFolder } = n8n.server;
	const [imported] = await filesWith('Poster 1', userFolder);

	expect(imported).toMatch(/database\.sqlite/);
	expect(await filesWith(n8n.magnific.apiKey, userFolder)).toEqual([]);
	expect(await n8n.server.logs()).not.toContain(n8n.magnific.apiKey);
});
