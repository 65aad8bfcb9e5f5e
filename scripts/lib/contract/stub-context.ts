import { isRecord } from '../../../nodes/Magnific/api/guards';
import { SAMPLE, sampleAnswer } from './sample-api';

export interface StubOptions {
	/** The node's context, which a second execution may share. */
	store?: Record<string, unknown>;
	/** Of a callback. */
	body?: Record<string, unknown>;
	query?: Record<string, string>;
}

/** What stands at a path like `options.maxWait`, as n8n reads it. */
const at = (parameters: Record<string, unknown>, path: string): unknown =>
	path
		.split('.')
		.reduce<unknown>((inside, name) => (isRecord(inside) ? inside[name] : undefined), parameters);

/**
 * What the node's methods ask of n8n's `this`, without n8n: one incoming item, the given
 * parameters, the sample API, and no way to any file. For `Reflect.apply`.
 */
export const stubContext = (
	parameters: Record<string, unknown>,
	{ store = {}, body = {}, query = {} }: StubOptions = {},
): object => {
	const response = {
		headersSent: false,
		status: () => response,
		json: () => response,
	};
	const input = [{ json: {} }];
	return {
		continueOnFail: () => true,
		evaluateExpression: () => 0,
		getBodyData: () => body,
		getContext: () => store,
		getCredentials: async () =>
			await Promise.resolve({ apiKey: SAMPLE.apiKey, baseUrl: SAMPLE.baseUrl }),
		getExecuteData: () => ({ data: { main: [input] } }),
		getExecutionCancelSignal: () => undefined,
		getExecutionId: () => 'execution',
		getHeaderData: () => ({}),
		getInputData: () => input,
		getMode: () => 'trigger',
		getNode: () => ({
			id: 'node',
			name: 'Magnific',
			type: 'n8n-nodes-magnific.magnific',
			parameters,
		}),
		getNodeParameter: (name: string, ...rest: unknown[]) =>
			at(parameters, name) ?? rest.find((fallback) => typeof fallback !== 'number'),
		getQueryData: () => query,
		getRequestObject: () => ({ rawBody: Buffer.from(JSON.stringify(body)) }),
		getResponseObject: () => response,
		getWorkflow: () => ({ id: 'workflow' }),
		getWorkflowStaticData: () => ({}),
		helpers: {
			httpRequest: async () =>
				await Promise.resolve({ statusCode: 410, headers: {}, body: Buffer.from('') }),
			httpRequestWithAuthentication: async (_credential: string, request: unknown) => {
				const { method, url } = isRecord(request) ? request : {};
				return await Promise.resolve(sampleAnswer(String(method), String(url)));
			},
		},
		logger: { info: () => undefined, warn: () => undefined },
		sendMessageToUI: () => undefined,
	};
};
