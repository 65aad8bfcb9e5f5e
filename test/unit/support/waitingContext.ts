import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { nodeContext } from './nodeContext';

/** What n8n keeps with an execution for one of its nodes. */
export type NodeStore = Record<string, unknown>;

interface GivenExecution {
	executionId?: string;
	/** Of the node. */
	name?: string;
	/** How often the node has run before in this execution: in a loop. */
	runIndex?: number;
}

/** The node while it executes. */
export const executingNode = (
	store: NodeStore,
	{ executionId = 'execution', runIndex = 0 }: GivenExecution = {},
): IExecuteFunctions =>
	nodeContext({
		more: {
			getContext: (type: string) => (type === 'node' ? store : {}),
			getExecutionId: () => executionId,
			evaluateExpression: (expression: string) =>
				expression === '{{ $runIndex }}' ? runIndex : undefined,
		},
	}).context;

const isContext = (context: object): context is IWebhookFunctions =>
	'evaluateExpression' in context && 'getExecutionId' in context && 'getNode' in context;

/** What stands between the brackets must be one JavaScript string each. */
const CONTEXT_OF_A_NODE = /^\{\{ \$node\[("[^"]*")\]\.context\[("[^"]*")\] \}\}$/;

/** The node while its parked execution is called: expressions read what was kept. */
export const waitingNode = (
	store: NodeStore,
	{ executionId = 'execution', name = 'Magnific' }: GivenExecution = {},
): IWebhookFunctions => {
	const context = {
		evaluateExpression: (expression: string): unknown => {
			const [node, key] = (CONTEXT_OF_A_NODE.exec(expression) ?? [])
				.slice(1)
				.map((text): unknown => JSON.parse(text));
			return node === name && typeof key === 'string' ? store[key] : undefined;
		},
		getExecutionId: () => executionId,
		getNode: () => ({ id: 'node', name, parameters: {} }),
	};
	if (!isContext(context)) throw new Error('The context is not whole');
	return context;
};
