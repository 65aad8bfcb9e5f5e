import {
	createRunExecutionData,
	Workflow,
	type IWebhookFunctions,
	type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { Magnific } from '../../nodes/Magnific/Magnific.node';
import { readPark } from '../../nodes/Magnific/suspended/state';
import { additionalDataFor, magnificNode } from './support/n8n';
import { MAGNIFIC, nodeTypesWith } from './support/nodeTypes';
import { WakingContext } from './support/waitingN8n';

const PARK = {
	id: '0b7e7c7e-1d5c-4c3e-9f57-2f3f6c1f8a11',
	secret: 'random',
	resumeUrl: 'http://127.0.0.1:5678/webhook-waiting/1',
	parkedAt: 1,
	deadline: 2,
	maxWaitMin: 1,
	runs: [{ itemIndex: 0, run_id: 'a', since: 1 }],
	settled: [],
	failures: [],
};

interface Answered {
	status: number;
}

/** A webhook call for a node of this name, in whose context this is saved. */
const callFor = (
	name: string,
	saved: unknown,
	own: Partial<IWorkflowExecuteAdditionalData> = {},
): { context: IWebhookFunctions; answered: Answered } => {
	const node = { ...magnificNode(MAGNIFIC, {}, {}), name };
	const workflow = new Workflow({
		id: 'workflow',
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: nodeTypesWith([]),
	});
	const data = createRunExecutionData({
		executionData: { contextData: { [`node:${name}`]: { park: saved } } },
	});
	const answered: Answered = { status: 0 };
	const response = {
		headersSent: false,
		status(code: number) {
			answered.status = code;
			return response;
		},
		json: () => response,
	};
	const additionalData = Object.assign(additionalDataFor({}), {
		httpRequest: { headers: {}, query: {}, body: {}, rawBody: Buffer.alloc(0), params: {} },
		httpResponse: response,
		...own,
	});
	const [webhookDescription] = new Magnific().description.webhooks ?? [];
	if (!webhookDescription) throw new Error('The node has no webhook');
	const webhook = {
		httpMethod: 'POST' as const,
		node: name,
		path: '',
		webhookDescription,
		workflowId: 'workflow',
		workflowExecuteAdditionalData: additionalData,
	};
	const context = new WakingContext(workflow, node, additionalData, 'manual', webhook, [], data);
	return { context, answered };
};

const call = async (context: IWebhookFunctions): Promise<unknown> =>
	await new Magnific().webhook.call(context);

describe('the state of a suspended execution', () => {
	it.each([
		'Magnific',
		'Say "cheese"',
		"it's",
		'a\\b',
		'a\\"]}} {{ 1 + 1',
		'}}',
		'x"]["y',
		'`${1}`',
		'Bild größer 🖼️',
		'line\nbreak',
		' a.constructor ',
		'__proto__x',
	])('is found under the node’s name, whatever it is: %s', (name) => {
		expect(readPark(callFor(name, JSON.stringify(PARK)).context)).toEqual({ ...PARK, queued: [] });
	});

	it('of version 0.1.0, which had no secret of its own, is taken', () => {
		const old = { ...PARK, secret: undefined };
		expect(readPark(callFor('Magnific', JSON.stringify(old)).context)).toEqual({
			...PARK,
			queued: [],
			secret: PARK.id,
		});
	});

	it.each<[string, unknown]>([
		['is missing', undefined],
		['is empty', ''],
		['is not JSON', '{"id":'],
		['is a list', '[]'],
		['is null', 'null'],
		['is no text', { id: 'x', runs: [] }],
		['has other runs', JSON.stringify({ ...PARK, runs: [null] })],
		['has no address', JSON.stringify({ ...PARK, resumeUrl: 'x' })],
		['is of a version to come', JSON.stringify({ id: 'x', runs: {}, v: 9 })],
	])('is not read where it %s, and the execution stays suspended', async (_, saved) => {
		const { context, answered } = callFor('Magnific', saved);
		expect(await call(context)).toEqual({ noWebhookResponse: true });
		expect(answered.status).toBe(404);
	});
});

describe('a call that n8n itself cannot serve', () => {
	it.each<[string, Partial<IWorkflowExecuteAdditionalData>]>([
		['has no request', { httpRequest: undefined as never }],
		['has headers that are none', { httpRequest: { headers: null } as never }],
		['has no credential', { credentialsHelper: undefined as never }],
		[
			'has a body that cannot be read',
			{
				httpRequest: {
					headers: {},
					query: {},
					get rawBody(): never {
						throw new Error('gone');
					},
				} as never,
			},
		],
	])('%s, and is answered 503 without a throw', async (_, own) => {
		const { context, answered } = callFor('Magnific', JSON.stringify(PARK), own);
		expect(await call(context)).toEqual({ noWebhookResponse: true });
		expect(answered.status).toBe(503);
	});

	it('is not answered at all where there is nothing to answer with, and does not throw', async () => {
		const { context } = callFor('Magnific', 'x', { httpResponse: undefined as never });
		expect(await call(context)).toEqual({});
	});
});
