import { posterFromText } from '../../emulator/apps/posterFromText';
import type { Execution } from '../../scripts/lib/n8n/execution';
import { appRun, fields } from '../engine/support/parameters';
import { allCompleted, outcomesOf, type Outcome } from './support/outcomes';
import { realN8n } from './support/realN8n';
import { itemsNode, magnificNode, workflowOf, type TestItem } from './support/workflows';

const n8n = realN8n({ magnific: { requestsPerMinute: 300, timeScale: 1 } });

const LONG_MS = 180_000;

const numbered = (count: number): TestItem[] =>
	Array.from({ length: count }, (_, index) => ({ json: { headline: `Poster ${String(index)}` } }));

const suspended = (
	name: string,
	count: number,
	options: Record<string, string | number | boolean> = {},
	settings = {},
) =>
	workflowOf(
		name,
		itemsNode(numbered(count)),
		magnificNode(
			appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.headline }}' }), {
				wait: 'webhook',
				options,
			}),
			settings,
		),
	);

const runsLast = async (seconds: number): Promise<void> => {
	await n8n.magnific.control.settings({ durations: { [posterFromText.sqid]: seconds } });
};

const apiRequests = async (): Promise<number> =>
	(await n8n.magnific.control.requests()).filter(({ route }) => route !== 'file').length;

const parked = async (id: string): Promise<Execution> =>
	await n8n.api.waitFor(id, ({ status }) => status === 'waiting');

const ended = async (id: string): Promise<Execution> =>
	await n8n.api.waitForEnd(id, { timeoutMs: LONG_MS });

const outcome = async (execution: Execution): Promise<Outcome[]> =>
	await outcomesOf(n8n.magnific, execution);

const completed = (count: number): Outcome[] =>
	allCompleted(numbered(count).map(({ json }) => json['headline']));

it(
	'parks once for all items, costs a request per run, and comes back in input order with files',
	async () => {
		await runsLast(8);
		const id = await n8n.api.startWorkflow(suspended('25 posters', 25, { downloadFiles: true }));
		await parked(id);
		const going = await n8n.magnific.control.runs();
		expect(going.filter(({ status }) => status === 'completed')).toEqual([]);

		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(await outcome(execution)).toEqual(completed(25));
		expect(execution.items('Magnific').every(({ binary }) => binary?.['data'])).toBe(true);
		const called = (await n8n.magnific.control.deliveries()).map(({ at }) => at);
		const resumedAt = Date.parse(execution.stoppedAt ?? '');
		process.stdout.write(
			`  25 items, suspended: ${String(await apiRequests())} requests; over ${String(resumedAt - Math.max(...called))} ms after the last callback\n`,
		);
		expect(await apiRequests()).toBeLessThanOrEqual(1.1 * 25);
	},
	LONG_MS,
);

it(
	'completes without any callback by its own looks, with few requests',
	async () => {
		await runsLast(8);
		await n8n.magnific.control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
		const id = await n8n.api.startWorkflow(suspended('no callbacks', 10));
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(await outcome(execution)).toEqual(completed(10));
		expect(await apiRequests()).toBeLessThanOrEqual(2.5 * 10);
	},
	LONG_MS,
);

it(
	'completes once when callbacks come twice and out of order',
	async () => {
		await runsLast(6);
		await n8n.magnific.control.webhooks({
			rules: [
				{ fault: { kind: 'duplicate', copies: 2 } },
				{ fault: { kind: 'reorder', window: 4, max_wait_ms: 1_000 } },
			],
		});
		const id = await n8n.api.startWorkflow(suspended('twice', 8));
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(await outcome(execution)).toEqual(completed(8));
		expect(execution.runs['Magnific']).toHaveLength(1);
		expect(await n8n.magnific.control.runs()).toHaveLength(8);
	},
	LONG_MS,
);

it(
	'is not moved by callbacks that are forged, stale, malformed or of other runs',
	async () => {
		await runsLast(25);
		const id = await n8n.api.startWorkflow(suspended('forged', 2));
		await parked(id);
		const [run] = await n8n.magnific.control.runs();
		const refused: Array<[Parameters<typeof n8n.magnific.control.deliver>[0]['how'], number]> = [
			['no_signature', 401],
			['bad_signature', 401],
			['other_body', 401],
			['wrong_secret', 401],
			['stale_timestamp', 401],
			['missing_id', 401],
			['body_empty', 200],
			['body_array', 200],
			['body_huge', 400],
			['no_run_id', 200],
			['body_not_json', 422],
			['unknown_run', 404],
		];
		for (const [how, status] of refused) {
			const answer = await n8n.magnific.control.deliver({
				run_id: run?.run_id,
				event: 'finished',
				how,
			});
			expect([how, answer.status]).toEqual([how, status]);
		}
		expect((await n8n.api.getExecution(id)).status).toBe('waiting');
		const execution = await ended(id);
		expect(await outcome(execution)).toEqual(completed(2));
		const late = await n8n.magnific.control.deliver({ run_id: run?.run_id, event: 'finished' });
		expect(late.status).toBe(409);
	},
	LONG_MS,
);

it(
	'sends a failed run out by the error output, and brings metadata back',
	async () => {
		await runsLast(5);
		await n8n.magnific.control.setOutcome({
			skip: 1,
			times: 1,
			status: 'failed',
			error_message: 'no ink',
		});
		const workflow = suspended('error output', 3, {}, { onError: 'continueErrorOutput' });
		const node = workflow.nodes.find(({ name }) => name === 'Magnific');
		if (!node) throw new Error('There is no Magnific node');
		node.parameters['options'] = {
			metadata: { values: [{ name: 'sku', value: '={{ $json.headline }}' }] },
		};
		const execution = await ended(await n8n.api.startWorkflow(workflow));
		const failed = (await n8n.magnific.control.runs()).find(({ status }) => status === 'failed');
		const lost = Object.values(failed?.inputs ?? {})[0];
		expect(execution.json('Magnific').map(({ metadata }) => metadata)).toEqual(
			['Poster 0', 'Poster 1', 'Poster 2'].filter((sku) => sku !== lost).map((sku) => ({ sku })),
		);
		expect(execution.json('Magnific', 1)).toMatchObject([
			{ details: { run_id: failed?.run_id, status: 'failed' } },
		]);
	},
	LONG_MS,
);

it(
	'gives out unfinished runs with their ids at the deadline',
	async () => {
		await runsLast(600);
		const execution = await ended(
			await n8n.api.startWorkflow(suspended('deadline', 2, { maxWait: 0.1 })),
		);
		expect(execution.json('Magnific')).toMatchObject([
			{ status: 'running', timed_out: true },
			{ status: 'running', timed_out: true },
		]);
	},
	LONG_MS,
);

it(
	'survives a crash of n8n while it is parked, and pays for nothing twice',
	async () => {
		// Most callbacks find no n8n; the last one, long after the restart, makes it look at the others.
		await n8n.magnific.control.settings({
			durations: { [posterFromText.sqid]: [20, 20, 20, 20, 90] },
		});
		const id = await n8n.api.startWorkflow(suspended('crash', 5));
		await parked(id);
		await n8n.server.kill9();
		await n8n.server.restart();
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(await outcome(execution)).toEqual(completed(5));
		expect(await n8n.magnific.control.runs()).toHaveLength(5);
	},
	LONG_MS,
);

it(
	'waits suspended for runs that were started before, though no callback is for it',
	async () => {
		await runsLast(8);
		const workflow = workflowOf(
			'started before',
			itemsNode(numbered(4)),
			magnificNode(
				appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.headline }}' }), {
					wait: 'none',
				}),
				{ name: 'Start Runs' },
			),
			magnificNode({
				resource: 'run',
				operation: 'wait',
				runId: '={{ $json.run_id }}',
				wait: 'webhook',
			}),
		);
		const id = await n8n.api.startWorkflow(workflow);
		await parked(id);
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(await outcome(execution)).toEqual(completed(4));
		expect(await n8n.magnific.control.runs()).toHaveLength(4);
	},
	LONG_MS,
);
