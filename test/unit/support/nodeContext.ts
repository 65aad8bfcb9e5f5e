import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { isRecord } from '../../../nodes/Magnific/api/guards';

export interface GivenNode {
	/** As they are stored, expressions with their equals sign. */
	parameters?: Record<string, unknown>;
	/** What an expression gives for an item; one that is thrown cannot be resolved. */
	resolve?: (expression: string, itemIndex: number) => unknown;
	/** How many items come in. */
	items?: number;
	continueOnFail?: boolean;
	type?: string;
	signal?: AbortSignal;
	/** What the context has besides, or in place of it. */
	more?: object;
}

export interface NodeContext {
	context: IExecuteFunctions;
	/** Above the node's output. */
	hints: string[];
	/** n8n's log. */
	log: string[];
	/** The editor's console. */
	told: string[];
}

const at = (parameters: Record<string, unknown>, path: string): unknown =>
	path
		.split('.')
		.reduce<unknown>((inside, name) => (isRecord(inside) ? inside[name] : undefined), parameters);

const isContext = (context: object): context is IExecuteFunctions =>
	'getNode' in context && 'getInputData' in context && 'getNodeParameter' in context;

/** What n8n hands to a node that executes, as far as operations ask for it; the credential has a key. */
export const nodeContext = ({
	parameters = {},
	resolve = (expression) => expression,
	items = 1,
	continueOnFail = false,
	type = 'n8n-nodes-magnific.magnific',
	signal,
	more = {},
}: GivenNode = {}): NodeContext => {
	const stored = {};
	const [hints, log, told]: [string[], string[], string[]] = [[], [], []];
	const input = Array.from({ length: items }, (): INodeExecutionData => ({ json: {} }));
	const context = {
		addExecutionHints: (...added: Array<{ message: string; location: string }>) => {
			hints.push(...added.map(({ message, location }) => `${location}: ${message}`));
		},
		continueOnFail: () => continueOnFail,
		getCredentials: async () => await Promise.resolve({ apiKey: 'key-of-the-tests' }),
		getContext: () => stored,
		getExecutionCancelSignal: () => signal,
		getInputData: () => input,
		getNode: () => ({
			id: 'node',
			name: 'Magnific',
			type,
			typeVersion: 1,
			position: [0, 0],
			parameters,
		}),
		getNodeParameter: (path: string, itemIndex: number) => {
			const stored = at(parameters, path);
			return typeof stored === 'string' && stored.startsWith('=')
				? resolve(stored.slice(1), itemIndex)
				: stored;
		},
		logger: {
			info: (line: string) => log.push(`info: ${line}`),
			warn: (line: string) => log.push(`warn: ${line}`),
		},
		sendMessageToUI: (line: string) => told.push(line),
		...more,
	};
	if (!isContext(context)) throw new Error('The context is not whole');
	return { context, hints, log, told };
};
