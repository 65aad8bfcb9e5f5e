import { posterFromText } from '../../emulator/apps/posterFromText';
import type { Execution } from '../../scripts/lib/n8n/execution';
import type { WorkflowNode } from '../../scripts/lib/n8n/workflow';
import { appRun, fields } from '../engine/support/parameters';
import { allCompleted, outcomesOf } from './support/outcomes';
import { calledWorkflow, startByCall, untilThere } from './support/production';
import { queueN8n } from './support/queueN8n';
import { printedRandom, repetitions } from '../soak';
import { itemsNode, MAGNIFIC, magnificNode, workflowOf, type TestItem } from './support/workflows';

/** One worker that does one execution at a time: whatever held it would let nothing else be done. */
const n8n = queueN8n({ workers: 1, concurrency: 1 });

const LONG_MS = 240_000;
const TRIGGER = 'Magnific Trigger';

const numbered = (count: number): TestItem[] =>
	Array.from({ length: count }, (_, index) => ({ json: { headline: `Poster ${String(index)}` } }));

const posterNode = (rest: Parameters<typeof appRun>[2]): WorkflowNode =>
	magnificNode(
		appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.headline }}' }), rest),
	);

/** Starts a suspended batch in production, waits until it is parked, and gives its id. */
const parkBatch = async (
	name: string,
	count: number,
	options: Record<string, boolean> = {},
): Promise<string> => {
	const { api, webhook } = n8n.queue;
	const batch = calledWorkflow(
		name,
		itemsNode(numbered(count)),
		posterNode({ wait: 'webhook', options }),
	);
	const id = await startByCall(api, webhook.url, batch);
	await api.waitFor(id, ({ status, hasEnded }) => status === 'waiting' || hasEnded);
	expect(await statusOf(id)).toBe('waiting');
	return id;
};

const statusOf = async (id: string): Promise<string> =>
	(await n8n.queue.api.getExecution(id)).status;

const ended = async (id: string): Promise<Execution> =>
	await n8n.queue.api.waitForEnd(id, { timeoutMs: LONG_MS });

const runsLast = async (...seconds: [number, ...number[]]): Promise<void> => {
	await n8n.magnific.control.settings({ durations: { [posterFromText.sqid]: seconds } });
};

const completedRuns = async (): Promise<number> =>
	(await n8n.magnific.control.runs()).filter(({ status }) => status === 'completed').length;

const apiRequests = async (): Promise<number> =>
	(await n8n.magnific.control.requests()).filter(({ route }) => route !== 'file').length;

const expectAllCompleted = async (execution: Execution, count: number): Promise<void> => {
	expect(execution.status).toBe('success');
	expect(await outcomesOf(n8n.magnific, execution)).toEqual(
		allCompleted(numbered(count).map(({ json }) => json['headline'])),
	);
	expect(execution.runs['Magnific']).toHaveLength(1);
	expect(await n8n.magnific.control.runs()).toHaveLength(count);
};

it(
	'leaves the only worker free while 25 runs go, and costs a request per run',
	async () => {
		await runsLast(12, ...numbered(23).map(() => 12), 40);
		const id = await parkBatch('25 posters', 25, { downloadFiles: true });

		const other = await n8n.queue.api.runWorkflow(workflowOf('Meanwhile', itemsNode(numbered(1))));
		expect(other.status).toBe('success');
		expect(await statusOf(id)).toBe('waiting');
		expect(await completedRuns()).toBeLessThan(25);

		const execution = await ended(id);
		await expectAllCompleted(execution, 25);
		expect(execution.items('Magnific').every(({ binary }) => binary?.['data'])).toBe(true);
		const requests = await apiRequests();
		process.stdout.write(`  ${String(requests / 25)} requests per run\n`);
		expect(requests).toBeLessThanOrEqual(1.1 * 25);
	},
	LONG_MS,
);

it.each(Array.from({ length: repetitions(2, 10) }, (_, round) => round + 1))(
	'completes all that was parked when the worker was killed meanwhile, and starts no run twice (kill %i)',
	async (round) => {
		const items = 8;
		const random = printedRandom(`worker kill ${String(round)}`);
		const killAfter = Math.floor(random() * items);
		await runsLast(4, ...numbered(items - 2).map(() => 4 + random() * 14), 20);
		const id = await parkBatch(`Worker kill ${String(round)}`, items);
		await untilThere(`run number ${String(killAfter)} that is over`, async () =>
			(await completedRuns()) >= killAfter ? true : undefined,
		);
		const [worker] = n8n.queue.workers;
		await worker?.kill9();
		const isAwayAtTheEnd = round % 2 === 0;
		if (isAwayAtTheEnd) await n8n.magnific.control.waitIdle();
		await worker?.start();
		await expectAllCompleted(await ended(id), items);
	},
	LONG_MS,
);

it(
	'starts what waits for its turn while it is suspended, with a request per run',
	async () => {
		await runsLast(8);
		const id = await parkBatch('200 posters', 200);
		expect((await n8n.magnific.control.runs()).length).toBeLessThan(200);
		await expectAllCompleted(await ended(id), 200);
		const requests = await apiRequests();
		process.stdout.write(`  200 items, suspended: ${String(requests)} requests\n`);
		// A busy n8n takes some callbacks late or not at all, which costs looks; submitted before the park, 1.75 a run.
		expect(requests).toBeLessThan(1.5 * 200);
	},
	LONG_MS,
);

it(
	'starts nothing more when the worker that submits was killed, and gives every run that was started',
	async () => {
		await runsLast(20);
		const id = await parkBatch('200 posters, killed', 200);
		await untilThere('second burst', async () =>
			(await n8n.magnific.control.runs()).length > 60 ? true : undefined,
		);
		const [worker] = n8n.queue.workers;
		await worker?.kill9();
		await worker?.start();
		const execution = await ended(id);
		const runs = await n8n.magnific.control.runs();
		expect(runs.length).toBeLessThan(200);
		const ids = execution.json('Magnific').map(({ run_id }) => run_id);
		expect(ids).toEqual(expect.arrayContaining(runs.map(({ run_id }) => run_id)));
		const texts = runs.map(({ inputs }) => Object.values(inputs)[0]);
		expect(new Set(texts).size).toBe(texts.length);
	},
	LONG_MS,
);

it(
	'completes by the looks of the worker that parked it when every callback gets lost',
	async () => {
		await runsLast(8);
		await n8n.magnific.control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
		const id = await parkBatch('No callbacks', 10);
		await expectAllCompleted(await ended(id), 10);
		expect(await apiRequests()).toBeLessThanOrEqual(2.5 * 10);
	},
	LONG_MS,
);

it(
	'offers an active trigger, which starts once per run though every delivery comes twice',
	async () => {
		const { api, webhook } = n8n.queue;
		const listening: WorkflowNode = {
			...magnificNode({ events: ['completed'] }, { name: TRIGGER }),
			type: `${MAGNIFIC}Trigger`,
			webhookId: '6f1d7f0e-0000-4000-8000-0000000000aa',
		};
		const workflowId = await api.importWorkflow({
			name: 'Results in queue mode',
			nodes: [listening],
			connections: {},
			settings: { executionOrder: 'v1' },
		});
		await api.activate(workflowId);
		const offered = await untilThere('trigger in the list', async () => {
			const triggers = await api.loadOptions({
				nodeType: MAGNIFIC,
				methodName: 'getTriggers',
				path: 'parameters.options.notifyTrigger',
				parameters: appRun(posterFromText, {}, { wait: 'none' }),
			});
			return triggers.find(({ name }) => name === 'Results in queue mode');
		});
		expect(String(offered.value)).toContain(webhook.url);

		await runsLast(2);
		await n8n.magnific.control.webhooks({
			rules: [{ fault: { kind: 'duplicate', same_id: false } }],
		});
		const options = {
			notifyTrigger: String(offered.value),
			metadata: { values: [{ name: 'sku', value: '={{ $json.headline }}' }] },
		};
		const batch = calledWorkflow(
			'Starts five',
			itemsNode(numbered(5)),
			posterNode({ wait: 'none', options }),
		);
		expect((await ended(await startByCall(api, webhook.url, batch))).status).toBe('success');
		await n8n.magnific.control.waitIdle();

		const executions = await untilThere('execution for each run', async () => {
			const ids = await api.listExecutions(workflowId);
			return ids.length >= 5 ? ids : undefined;
		});
		const items = await Promise.all(executions.map(async (id) => (await ended(id)).json(TRIGGER)));
		expect(items.flat().map(({ metadata }) => metadata)).toHaveLength(5);
		expect(items.flat().map(({ metadata }) => metadata)).toEqual(
			expect.arrayContaining(numbered(5).map(({ json }) => ({ sku: json['headline'] }))),
		);
		expect(await api.listExecutions(workflowId)).toHaveLength(5);
		const deliveries = await n8n.magnific.control.deliveries();
		expect(deliveries.filter(({ event }) => event === 'finished')).toHaveLength(10);
	},
	LONG_MS,
);
