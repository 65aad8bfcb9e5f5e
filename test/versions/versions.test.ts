import sharp from 'sharp';
import { z } from 'zod';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { productPhotoshoot } from '../../emulator/apps/productPhotoshoot';
import type { Execution } from '../../scripts/lib/n8n/execution';
import { isSince, routesDetails } from '../../scripts/lib/n8n/versions';
import type { WorkflowJson, WorkflowNode } from '../../scripts/lib/n8n/workflow';
import { picture } from '../engine/support/files';
import { appRun, fields, inputId } from '../engine/support/parameters';
import { allCompleted, outcomesOf, type Outcome } from '../n8n/support/outcomes';
import { untilThere } from '../n8n/support/production';
import { realN8n } from '../n8n/support/realN8n';
import { callNode, calledByAnother } from '../n8n/support/subWorkflows';
import {
	itemsNode,
	MAGNIFIC,
	magnificNode,
	workflowOf,
	type TestItem,
} from '../n8n/support/workflows';

const n8n = realN8n({
	magnific: { requestsPerMinute: 600 },
	manifests: process.env['MAGNIFIC_N8N_MANIFESTS'],
});

const TRIGGER = 'Magnific Trigger';

const numbered = (count: number): TestItem[] =>
	Array.from({ length: count }, (_, index) => ({ json: { headline: `Poster ${String(index)}` } }));

const poster = fields(posterFromText, { Headline: '={{ $json.headline }}' });

const posters = (
	name: string,
	count: number,
	parameters = {},
	settings: Partial<WorkflowNode> = {},
): WorkflowJson =>
	workflowOf(
		name,
		itemsNode(numbered(count)),
		magnificNode(appRun(posterFromText, poster, parameters), settings),
	);

/** Real seconds that each run takes from now on. */
const runsLast = async (seconds: number): Promise<void> => {
	await n8n.magnific.control.settings({
		timeScale: 1,
		durations: { [posterFromText.sqid]: seconds },
	});
};

const parked = async (id: string): Promise<void> => {
	await n8n.api.waitFor(id, ({ status }) => status === 'waiting');
};

const runRequests = async (): Promise<number> =>
	(await n8n.magnific.control.requests({ route: 'run' })).length;

const outcome = async (execution: Execution): Promise<Outcome[]> =>
	await outcomesOf(n8n.magnific, execution);

const completed = (count: number): Outcome[] =>
	allCompleted(numbered(count).map(({ json }) => json['headline']));

const named = z.array(z.object({ name: z.string() }).passthrough());

it('offers both nodes, the tool for agents and the credential', async () => {
	const nodes = named.parse(await n8n.api.request('GET', '/types/nodes.json'));
	const credentials = named.parse(await n8n.api.request('GET', '/types/credentials.json'));
	expect(nodes.map(({ name }) => name)).toEqual(
		expect.arrayContaining([MAGNIFIC, `${MAGNIFIC}Trigger`, `${MAGNIFIC}Tool`]),
	);
	expect(credentials.map(({ name }) => name)).toContain('magnificApi');
});

it('tells a key that works from one that is refused', async () => {
	const { credential } = n8n;
	expect(await n8n.api.testCredential(credential)).toEqual({
		status: 'OK',
		message: 'The API key works.',
	});
	const refused = { ...credential, data: { ...credential.data, apiKey: 'wrong' } };
	const { status, message } = await n8n.api.testCredential(refused);
	expect([status, message]).toEqual(['Error', expect.stringMatching(/^Key refused/)]);
});

it('lists the apps, and fills the form of one', async () => {
	const { results } = await n8n.api.listSearch({
		nodeType: MAGNIFIC,
		methodName: 'searchApps',
		path: 'parameters.app',
		parameters: { resource: 'app', operation: 'run' },
		filter: 'photoshoot',
	});
	expect(results.map(({ value }) => value)).toEqual([productPhotoshoot.sqid]);

	const form = await n8n.api.resourceMapperFields({
		nodeType: MAGNIFIC,
		methodName: 'getAppInputs',
		path: 'parameters.inputs',
		parameters: {
			resource: 'app',
			operation: 'run',
			app: { __rl: true, mode: 'list', value: productPhotoshoot.sqid },
			inputMode: 'fields',
		},
	});
	const background = form.fields.find(({ id }) => id === inputId(productPhotoshoot, 'Background'));
	expect(background).toMatchObject({ type: 'options', required: false });
	expect(background?.options?.map(({ value }) => value)).toContain('forest');
});

it('makes pictures from the files of the items, polling, in the order of the items', async () => {
	const photo = await picture('#c0392b');
	const items = ['studio', 'forest', 'marble'].map((background) => ({
		json: { background },
		files: { photo: { content: photo, fileName: 'a.png', mimeType: 'image/png' } },
	}));
	const execution = await n8n.api.runWorkflow(
		workflowOf(
			'files',
			itemsNode(items),
			magnificNode(
				appRun(
					productPhotoshoot,
					fields(productPhotoshoot, {
						'Product photo': 'photo',
						Background: '={{ $json.background }}',
					}),
					{ options: { downloadFiles: true, binaryField: 'shot' } },
				),
			),
		),
	);

	expect(execution.error?.message).toBeUndefined();
	const shots = execution.items('Magnific');
	expect(shots.map(({ json, pairedItem }) => [json['status'], pairedItem])).toEqual(
		items.map((_, item) => ['completed', { item }]),
	);
	for (const { binary } of shots) {
		const shot = binary?.['shot'];
		if (!shot) throw new Error('There is no file');
		const { format } = await sharp(await n8n.api.readBinary(shot)).metadata();
		expect(`image/${format}`).toBe(shot.mimeType);
	}
	expect(await n8n.magnific.control.requests({ route: 'put_upload' })).toHaveLength(1);
});

it('sends a failed run out by the error output, and the others go on', async () => {
	await n8n.magnific.control.setOutcome({
		app_id: posterFromText.sqid,
		times: 1,
		status: 'failed',
		error_message: 'out of ink',
	});
	const execution = await n8n.api.runWorkflow(
		posters('error output', 3, {}, { onError: 'continueErrorOutput' }),
	);

	expect(execution.status).toBe('success');
	expect(execution.items('Magnific', 0)).toHaveLength(2);
	const failed = (await n8n.magnific.control.runs()).find(({ status }) => status === 'failed');
	const [item, ...more] = execution.json('Magnific', 1);
	expect(more).toEqual([]);
	expect(item?.['headline']).toBe(Object.values(failed?.inputs ?? {})[0]);
	expect(item?.['error']).toBe(`Run ${failed?.run_id ?? ''} failed: out of ink`);
	const details = { run_id: failed?.run_id, app_id: posterFromText.sqid, status: 'failed' };
	if (routesDetails(n8n.server.version)) expect(item?.['details']).toMatchObject(details);
	else expect(item).not.toHaveProperty('details');
});

it('pays only for what failed when n8n tries the node again', async () => {
	await n8n.magnific.control.setOutcome({
		app_id: posterFromText.sqid,
		times: 1,
		status: 'failed',
		error_message: 'try me again',
	});
	const execution = await n8n.api.runWorkflow(
		posters('retry on fail', 5, {}, { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 }),
	);

	expect(execution.error?.message).toBeUndefined();
	expect(await outcome(execution)).toEqual(completed(5));
	expect(await runRequests()).toBe(6);
});

it('parks the execution for five runs, and their callbacks bring it back', async () => {
	await runsLast(8);
	const id = await n8n.api.startWorkflow(posters('suspended', 5, { wait: 'webhook' }));
	await parked(id);
	const execution = await n8n.api.waitForEnd(id);
	expect(execution.status).toBe('success');
	expect(await outcome(execution)).toEqual(completed(5));
	expect(await n8n.magnific.control.runs()).toHaveLength(5);
	const answers = (await n8n.magnific.control.deliveries()).filter(
		({ event }) => event === 'finished',
	);
	expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
});

it('hands the results of a suspended sub-workflow to its caller, or starts nothing where n8n does not', async () => {
	await runsLast(4);
	const suspended = magnificNode(appRun(posterFromText, poster, { wait: 'webhook' }));
	const called = await n8n.api.importWorkflow(calledByAnother('called', suspended));
	const execution = await n8n.api.runWorkflow(
		workflowOf('calls', itemsNode(numbered(3)), callNode(called)),
	);
	const hands = isSince(n8n.server.version, '2.20');
	expect(execution.status).toBe(hands ? 'success' : 'error');
	expect(execution.json('Call').map(({ status }) => status)).toEqual(
		hands ? ['completed', 'completed', 'completed'] : [],
	);
	expect(execution.error?.message ?? '').toMatch(
		hands ? /^$/ : /Nothing was started: this version of n8n does not hand the results/,
	);
	expect(await n8n.magnific.control.runs()).toHaveLength(hands ? 3 : 0);
});

it('looks by itself after parking, where no callback arrives', async () => {
	await runsLast(8);
	await n8n.magnific.control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
	const id = await n8n.api.startWorkflow(posters('no callbacks', 5, { wait: 'webhook' }));
	await parked(id);
	const execution = await n8n.api.waitForEnd(id);
	expect(execution.status).toBe('success');
	expect(await outcome(execution)).toEqual(completed(5));
});

it('stays parked when the call to it is forged', async () => {
	await runsLast(20);
	const id = await n8n.api.startWorkflow(posters('forged', 1, { wait: 'webhook' }));
	await parked(id);
	const [run] = await n8n.magnific.control.runs();
	for (const how of ['no_signature', 'bad_signature', 'stale_timestamp'] as const) {
		const { status } = await n8n.magnific.control.deliver({
			run_id: run?.run_id,
			event: 'finished',
			how,
		});
		expect([how, status]).toEqual([how, 401]);
	}
	expect((await n8n.api.getExecution(id)).status).toBe('waiting');
	expect(await outcome(await n8n.api.waitForEnd(id))).toEqual(completed(1));
});

it('starts the workflow of a trigger once per run, with metadata', async () => {
	const workflow: WorkflowJson = {
		name: 'Results',
		nodes: [
			{
				...magnificNode({ events: ['completed', 'failed'] }),
				name: TRIGGER,
				type: `${MAGNIFIC}Trigger`,
				webhookId: '6f1d7f0e-0000-4000-8000-000000000001',
			},
		],
		connections: {},
		settings: { executionOrder: 'v1' },
	};
	const listening = await n8n.api.importWorkflow(workflow);
	await n8n.api.activate(listening);
	const url = await untilThere('active trigger in the list', async () => {
		const triggers = await n8n.api.loadOptions({
			nodeType: MAGNIFIC,
			methodName: 'getTriggers',
			path: 'parameters.options.notifyTrigger',
			parameters: appRun(posterFromText, {}, { wait: 'none' }),
		});
		return triggers.find(({ name }) => name === workflow.name)?.value;
	});

	await n8n.magnific.control.webhooks({
		rules: [{ fault: { kind: 'duplicate', same_id: false } }],
	});
	const metadata = { values: [{ name: 'sku', value: '={{ $json.headline }}' }] };
	const started = await n8n.api.runWorkflow(
		posters('starts', 3, { wait: 'none', options: { notifyTrigger: String(url), metadata } }),
	);
	expect(started.error?.message).toBeUndefined();
	await n8n.magnific.control.waitIdle();
	const executions = await untilThere('execution per run', async () => {
		const ids = await n8n.api.listExecutions(listening);
		return ids.length >= 3 ? ids : undefined;
	});

	const items = await Promise.all(
		executions.map(async (execution) => (await n8n.api.waitForEnd(execution)).json(TRIGGER)),
	);
	expect(
		items
			.flat()
			.map(({ metadata: sent }) => JSON.stringify(sent))
			.sort(),
	).toEqual([0, 1, 2].map((index) => JSON.stringify({ sku: `Poster ${String(index)}` })));
	await n8n.api.deactivate(listening);
});

it('asks nothing more once the execution is stopped, and leaves the run ids in the log', async () => {
	await n8n.magnific.control.settings({ durations: { [posterFromText.sqid]: 6_000 } });
	const id = await n8n.api.startWorkflow(posters('stop', 3));
	await untilThere('look at a run', async () => {
		const [look] = await n8n.magnific.control.requests({ route: 'get_run' });
		return look;
	});

	await n8n.api.stopExecution(id);
	const stoppedAt = Date.now();
	expect((await n8n.api.waitForEnd(id)).status).toBe('canceled');
	await new Promise((resolve) => {
		setTimeout(resolve, 8_000);
	});

	const late = (await n8n.magnific.control.requests()).filter(({ at }) => at > stoppedAt + 1_000);
	expect(late).toEqual([]);
	const logs = await n8n.server.logs();
	for (const { run_id } of await n8n.magnific.control.runs()) expect(logs).toContain(run_id);
});
