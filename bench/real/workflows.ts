import type { IConnections, INodeParameters } from 'n8n-workflow';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import type { WorkflowJson, WorkflowNode } from '../../scripts/lib/n8n/workflow';

/** Where the workflows find Magnific. */
export interface Target {
	url: string;
	apiKey: string;
}

/** From a node's output to another node. */
type Link = readonly [from: string, to: string, output?: number];

const node = (
	name: string,
	type: string,
	typeVersion: number,
	parameters: INodeParameters,
	rest: Partial<WorkflowNode> = {},
): WorkflowNode => ({ name, type, typeVersion, position: [0, 0], parameters, ...rest });

/** The nodes of a workflow, joined by these links. */
export const workflowOf = (name: string, nodes: WorkflowNode[], links: Link[]): WorkflowJson => {
	const connections: IConnections = {};
	for (const [from, to, output = 0] of links) {
		const { main = [] } = connections[from] ?? {};
		while (main.length <= output) main.push([]);
		main[output]?.push({ node: to, type: 'main', index: 0 });
		connections[from] = { main };
	}
	return { name, nodes, connections, settings: { executionOrder: 'v1' } };
};

export const start = node('Start', 'n8n-nodes-base.manualTrigger', 1, {});

export const items = (count: number): WorkflowNode =>
	node('Items', 'n8n-nodes-base.code', 2, {
		jsCode: `return Array.from({ length: ${String(count)} }, (_, i) => ({ json: { i } }))`,
	});

/** The Magnific node, App → Run without inputs. */
export const magnific = (app: string, parameters: INodeParameters = {}): WorkflowNode =>
	node(
		'Magnific',
		'n8n-nodes-magnific.magnific',
		1,
		{
			resource: 'app',
			operation: 'run',
			app: { __rl: true, mode: 'id', value: app },
			inputMode: 'json',
			inputsJson: '{}',
			...parameters,
		},
		{ credentials: { magnificApi: { id: null, name: 'Magnific API' } } },
	);

/** All items through one Magnific node. */
const withMagnific =
	(wait: string) =>
	(count: number): WorkflowJson =>
		workflowOf(
			`Magnific, ${wait}`,
			[start, items(count), magnific(surpriseMe.sqid, { wait })],
			[
				['Start', 'Items'],
				['Items', 'Magnific'],
			],
		);

/** n8n's own retries are all that such a workflow has against a 429. */
const http = (name: string, { apiKey }: Target, parameters: INodeParameters): WorkflowNode =>
	node(
		name,
		'n8n-nodes-base.httpRequest',
		4.2,
		{
			sendHeaders: true,
			headerParameters: { parameters: [{ name: 'X-Magnific-Api-Key', value: apiKey }] },
			options: {},
			...parameters,
		},
		{ retryOnFail: true, maxTries: 5, waitBetweenTries: 5_000 },
	);

const submit = (target: Target): WorkflowNode =>
	http('Submit', target, {
		method: 'POST',
		url: `${target.url}/v1/ai/apps/${surpriseMe.sqid}/run`,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: '{"inputs":{}}',
	});

const look = (target: Target, runId: string): WorkflowNode =>
	http('Look', target, { url: `=${target.url}/v1/ai/apps/runs/${runId}` });

const pause = (seconds: number): WorkflowNode =>
	node('Pause', 'n8n-nodes-base.wait', 1.1, { amount: seconds, unit: 'seconds' });

const isOver = node('Is It Over', 'n8n-nodes-base.if', 2.2, {
	conditions: {
		options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
		conditions: [
			{
				id: 'over',
				leftValue: '={{ $json.data.status }}',
				rightValue: 'completed',
				operator: { type: 'string', operation: 'equals' },
			},
		],
		combinator: 'and',
	},
	options: {},
});

const done = (): WorkflowNode => node('Done', 'n8n-nodes-base.noOp', 1, {});

const RUN_ID = '{{ $json.workflow_run_identifier ?? $json.data.run_id }}';

/** Loop Over Items, one by one: submit, look every second until it is over. */
const oneAfterTheOther = (count: number, target: Target): WorkflowJson =>
	workflowOf(
		'One after the other',
		[
			start,
			items(count),
			node('Loop', 'n8n-nodes-base.splitInBatches', 3, { options: {} }),
			submit(target),
			pause(1),
			look(target, RUN_ID),
			isOver,
			done(),
		],
		[
			['Start', 'Items'],
			['Items', 'Loop'],
			['Loop', 'Done', 0],
			['Loop', 'Submit', 1],
			['Submit', 'Pause'],
			['Pause', 'Look'],
			['Look', 'Is It Over'],
			['Is It Over', 'Loop', 0],
			['Is It Over', 'Pause', 1],
		],
	);

/** Submit all, wait 15 s, look at all, and again for those that are not over. */
const handMadeLoop = (count: number, target: Target): WorkflowJson =>
	workflowOf(
		'Hand-made loop',
		[start, items(count), submit(target), pause(15), look(target, RUN_ID), isOver, done()],
		[
			['Start', 'Items'],
			['Items', 'Submit'],
			['Submit', 'Pause'],
			['Pause', 'Look'],
			['Look', 'Is It Over'],
			['Is It Over', 'Done', 0],
			['Is It Over', 'Pause', 1],
		],
	);

/** By the ids that the simulation uses too. */
export const REAL_STRATEGIES: Record<string, (count: number, target: Target) => WorkflowJson> = {
	'magnific-poll': withMagnific('poll'),
	'magnific-suspended': withMagnific('webhook'),
	'sequential-1s': oneAfterTheOther,
	'hand-made-loop': handMadeLoop,
};
