import { posterFromText } from '../../emulator/apps/posterFromText';
import type { Execution } from '../../scripts/lib/n8n/execution';
import type { WorkflowJson, WorkflowNode } from '../../scripts/lib/n8n/workflow';
import { appRun, fields } from '../engine/support/parameters';
import { calledWorkflow, startByCall, untilThere } from './support/production';
import { realN8n } from './support/realN8n';
import { callNode, calledByAnother } from './support/subWorkflows';
import { itemsNode, magnificNode } from './support/workflows';

const n8n = realN8n({ magnific: { requestsPerMinute: 600, timeScale: 1 } });

const LONG_MS = 120_000;

const posters = (count: number): WorkflowNode =>
	itemsNode(
		Array.from({ length: count }, (_, index) => ({
			json: { headline: `Poster ${String(index)}` },
		})),
	);

const posterNode = (wait: 'poll' | 'webhook'): WorkflowNode =>
	magnificNode(
		appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.headline }}' }), { wait }),
	);

const runsLast = async (seconds: number): Promise<void> => {
	await n8n.magnific.control.settings({ durations: { [posterFromText.sqid]: seconds } });
};

const runIds = async (): Promise<string[]> =>
	(await n8n.magnific.control.runs()).map(({ run_id }) => run_id);

/** Publishes a workflow whose node suspends, for others to call. */
const suspendedSubWorkflow = async (name: string): Promise<string> => {
	const id = await n8n.api.importWorkflow(calledByAnother(name, posterNode('webhook')));
	await n8n.api.activate(id);
	return id;
};

/** Starts a workflow as in production: n8n does not save or end those of the editor as it does those. */
const start = async (
	name: string,
	nodes: WorkflowNode[],
	settings: WorkflowJson['settings'] = {},
): Promise<string> => {
	const { workflow, path } = calledWorkflow(name, ...nodes);
	return await startByCall(n8n.api, n8n.server.url, {
		workflow: { ...workflow, settings: { ...workflow.settings, ...settings } },
		path,
	});
};

const ended = async (id: string): Promise<Execution> =>
	await n8n.api.waitForEnd(id, { timeoutMs: LONG_MS });

const statuses = (execution: Execution, node: string): unknown[] =>
	execution.json(node).map(({ status }) => status);

it(
	'a workflow goes on with the results of the sub-workflow that it called once for all items and that was suspended',
	async () => {
		await runsLast(3);
		const called = await suspendedSubWorkflow('Called once');
		const id = await start('Calls once', [posters(3), callNode(called)]);
		const { status } = await n8n.api.waitFor(id, (seen) => seen.status === 'waiting');
		expect(status).toBe('waiting');

		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(execution.json('Call').map(({ run_id }) => run_id)).toEqual(await runIds());
		expect(statuses(execution, 'Call')).toEqual(['completed', 'completed', 'completed']);
	},
	LONG_MS,
);

it(
	'a sub-workflow that is called once for each item is not suspended while another one is, since n8n would lose what it makes',
	async () => {
		await runsLast(3);
		const called = await suspendedSubWorkflow('Called for each');
		const execution = await ended(
			await start('Calls for each', [posters(3), callNode(called, 'each')]),
		);
		expect(execution.status).toBe('error');
		expect(execution.error?.message).toMatch(
			/Nothing was started: the workflow that called this one waits for a suspended sub-workflow/,
		);
		expect(await runIds()).toHaveLength(1);
	},
	LONG_MS,
);

it(
	'a sub-workflow that is called in a loop is suspended in each round',
	async () => {
		await runsLast(3);
		const called = await suspendedSubWorkflow('Called in a loop');
		const loop: WorkflowNode = {
			name: 'Loop',
			type: 'n8n-nodes-base.splitInBatches',
			typeVersion: 3,
			position: [0, 0],
			parameters: { batchSize: 1, options: {} },
		};
		const { workflow, path } = calledWorkflow('Calls in a loop', posters(2), loop);
		const to = (node: string) => [{ node, type: 'main' as const, index: 0 }];
		const looping: WorkflowJson = {
			...workflow,
			nodes: [...workflow.nodes, callNode(called)],
			connections: {
				...workflow.connections,
				Loop: { main: [[], to('Call')] },
				Call: { main: [to('Loop')] },
			},
		};
		const id = await startByCall(n8n.api, n8n.server.url, { workflow: looping, path });
		const execution = await ended(id);
		expect(execution.status).toBe('success');
		expect(statuses(execution, 'Loop')).toEqual(['completed', 'completed']);
		expect(await runIds()).toHaveLength(2);
	},
	LONG_MS,
);

it(
	'sub-workflows for whose ends nobody waits are suspended side by side',
	async () => {
		await runsLast(4);
		const called = await suspendedSubWorkflow('Called without waiting');
		const call = callNode(called, 'each');
		const calling = {
			...call,
			parameters: { ...call.parameters, options: { waitForSubWorkflow: false } },
		};
		const caller = await ended(await start('Does not wait', [posters(2), calling]));
		expect(caller.status).toBe('success');
		const ids = await n8n.api.listExecutions(called);
		expect(ids).toHaveLength(2);
		for (const id of ids) expect(statuses(await ended(id), 'Magnific')).toEqual(['completed']);
	},
	LONG_MS,
);

it(
	'a workflow timeout ends an execution that polls, with the run ids in what n8n shows and in its log',
	async () => {
		await runsLast(600);
		const execution = await ended(
			await start('Polls too long', [posters(2), posterNode('poll')], { executionTimeout: 5 }),
		);
		expect(execution.status).toBe('canceled');
		const ids = await runIds();
		expect(ids).toHaveLength(2);
		const logs = await n8n.server.logs();
		for (const id of ids) {
			expect(execution.error?.message).toContain(id);
			expect(logs).toContain(id);
		}
	},
	LONG_MS,
);

it(
	'a workflow timeout does not count the time that an execution was suspended',
	async () => {
		await runsLast(9);
		const execution = await ended(
			await start('Suspended longer', [posters(2), posterNode('webhook')], { executionTimeout: 5 }),
		);
		expect(execution.status).toBe('success');
		expect(statuses(execution, 'Magnific')).toEqual(['completed', 'completed']);
		const [from = '', until = ''] = [execution.startedAt, execution.stoppedAt];
		expect(Date.parse(until) - Date.parse(from)).toBeGreaterThan(5_000);
	},
	LONG_MS,
);

it(
	'a workflow timeout of the caller does count it: the results stay in the execution of the sub-workflow',
	async () => {
		await runsLast(9);
		const called = await suspendedSubWorkflow('Called by one with a timeout');
		const caller = await ended(
			await start('Calls with a timeout', [posters(2), callNode(called)], { executionTimeout: 5 }),
		);
		expect(caller.status).toBe('canceled');
		const [id = ''] = await n8n.api.listExecutions(called);
		expect(statuses(await ended(id), 'Magnific')).toEqual(['completed', 'completed']);
	},
	LONG_MS,
);

it(
	'an execution that is not saved on success is kept as long as it is suspended, and goes on',
	async () => {
		await runsLast(3);
		const told = await n8n.api.importWorkflow(
			calledByAnother('Is told', { ...itemsNode([{ json: { told: true } }]), disabled: true }),
		);
		await n8n.api.activate(told);
		const id = await start('Is not saved', [posters(2), posterNode('webhook'), callNode(told)], {
			saveDataSuccessExecution: 'none',
			saveDataErrorExecution: 'none',
		});
		const seen = await n8n.api.waitFor(id, ({ status }) => status === 'waiting');
		expect(seen.status).toBe('waiting');

		const after = await untilThere('execution of the workflow that is told', async () => {
			const [first] = await n8n.api.listExecutions(told);
			return first;
		});
		expect(statuses(await ended(after), 'Start')).toEqual(['completed', 'completed']);
	},
	LONG_MS,
);
