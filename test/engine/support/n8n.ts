import { ExecutionLifecycleHooks, ExternalSecretsProxy } from 'n8n-core';
import {
	Workflow,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { OneCredential } from './credentials';
import { LOOP, MAGNIFIC, nodeTypesWith, SOURCE } from './nodeTypes';

export const NODE = 'Magnific';

export interface NodeSettings {
	onError?: NonNullable<INode['onError']>;
	retryOnFail?: boolean;
	maxTries?: number;
	/** ms; n8n takes 0 for its default of a second. */
	waitBetweenTries?: number;
	/** How many source nodes feed the node: it runs once for each. */
	sources?: number;
	executeOnce?: boolean;
	/** Where set, the node stands in a loop that gives it so many items at a time. */
	loopOf?: number;
	/** The workflow's own, s. */
	timeout?: number;
	/** The workflow's static data as n8n has saved it; what the execution makes of it is written into it. */
	staticData?: IDataObject;
}

const sourceNode = (index: number): INode => ({
	id: `source-${String(index)}`,
	name: `Source ${String(index)}`,
	type: SOURCE,
	typeVersion: 1,
	position: [0, index * 100],
	parameters: {},
});

export const magnificNode = (
	type: string,
	parameters: INodeParameters,
	settings: Omit<NodeSettings, 'sources' | 'loopOf' | 'timeout' | 'staticData'>,
): INode => ({
	id: 'magnific',
	name: NODE,
	type,
	typeVersion: 1,
	position: [200, 0],
	parameters,
	credentials: { magnificApi: { id: 'credential', name: 'Magnific account' } },
	...settings,
});

const loopNode = (size: number): INode => ({
	id: 'loop',
	name: 'Loop',
	type: LOOP,
	typeVersion: 1,
	position: [150, 0],
	parameters: { size },
});

const to = (name: string) => ({ node: name, type: 'main' as const, index: 0 });

/** Start → sources → Magnific, or → loop ⇄ Magnific. */
export const workflowOf = (
	parameters: INodeParameters,
	items: INodeExecutionData[],
	{ sources = 1, loopOf, timeout, staticData = {}, ...settings }: NodeSettings = {},
	type?: INodeType,
): Workflow => {
	const magnific = magnificNode(MAGNIFIC, parameters, settings);
	const feeding = Array.from({ length: sources }, (_, i) => sourceNode(i + 1));
	const loop = loopOf === undefined ? undefined : loopNode(loopOf);
	const fed = to(loop?.name ?? NODE);
	const start = sourceNode(0);
	return new Workflow({
		id: 'workflow',
		name: 'Workflow',
		active: false,
		nodes: [start, ...feeding, ...(loop ? [loop] : []), magnific],
		connections: {
			[start.name]: { main: [feeding.map(({ name }) => to(name))] },
			...Object.fromEntries(feeding.map(({ name }) => [name, { main: [[fed]] }])),
			...(loop
				? {
						[loop.name]: { main: [[], [to(NODE)]] },
						[NODE]: { main: [[to(loop.name)], [to(loop.name)]] },
					}
				: {}),
		},
		nodeTypes: nodeTypesWith(items, type),
		staticData,
		settings: {
			executionOrder: 'v1',
			...(timeout === undefined ? {} : { executionTimeout: timeout }),
		},
	});
};

const unavailable = async (): Promise<never> =>
	Promise.reject(new Error('Not available in these tests'));

/** What the server hands to the engine, as far as this node can come to need it. */
export const additionalDataFor = (
	credential: ICredentialDataDecryptedObject,
): IWorkflowExecuteAdditionalData => {
	const workflow: IWorkflowBase = {
		id: 'workflow',
		name: 'Workflow',
		active: false,
		activeVersionId: null,
		isArchived: false,
		createdAt: new Date(),
		updatedAt: new Date(),
		nodes: [],
		connections: {},
	};
	const url = 'http://127.0.0.1:5678';
	return {
		credentialsHelper: new OneCredential(credential),
		externalSecretsProxy: new ExternalSecretsProxy(),
		hooks: new ExecutionLifecycleHooks('manual', '1', workflow),
		executeWorkflow: unavailable,
		getRunExecutionData: unavailable,
		getRuntimeCredential: unavailable,
		startRunnerTask: unavailable,
		logAiEvent: () => undefined,
		executionId: '1',
		currentNodeExecutionIndex: 0,
		variables: {},
		restApiUrl: `${url}/rest`,
		instanceBaseUrl: url,
		formBaseUrl: `${url}/form`,
		formWaitingBaseUrl: `${url}/form-waiting`,
		formTestBaseUrl: `${url}/form-test`,
		webhookBaseUrl: `${url}/webhook`,
		webhookWaitingBaseUrl: `${url}/webhook-waiting`,
		webhookTestBaseUrl: `${url}/webhook-test`,
		mcpBaseUrl: `${url}/mcp`,
		mcpTestBaseUrl: `${url}/mcp-test`,
	};
};
