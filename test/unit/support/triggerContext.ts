import type { IWebhookFunctions } from 'n8n-workflow';
import { isRecord } from '../../../nodes/Magnific/api/guards';
import { signatureOf } from '../../../nodes/Magnific/callbacks/signature';

/** An answer of the API: a status, or the body of a 200. */
export type ApiAnswer = number | object;

export interface GivenTrigger {
	/** Empty: the credential has none. */
	secret?: string;
	/** Thrown when the credential is read. */
	unreadable?: Error;
	parameters?: Record<string, unknown>;
	query?: unknown;
	mode?: 'webhook' | 'manual';
	/** What the API says to a look at a run, in turn; the last one ever after. */
	looks?: ApiAnswer[];
	/** What it says of an app. */
	app?: ApiAnswer;
	workflowId?: string;
	/** What n8n has saved for the workflow. */
	staticData?: Record<string, unknown>;
}

export interface TriggerCall {
	body?: unknown;
	/** Default: the credential's. Null: it is not signed. */
	secret?: string | null;
	/** ms since the epoch. */
	signedAt?: number;
	deliveryId?: string;
}

export interface TriggerAnswer {
	status: number | undefined;
	message: unknown;
	/** The json of the items that the workflow starts with; undefined where it does not start. */
	json: unknown[] | undefined;
}

const isContext = (context: object): context is IWebhookFunctions =>
	'getResponseObject' in context && 'getWorkflowStaticData' in context && 'helpers' in context;

const answerOf = (answer: ApiAnswer): object =>
	typeof answer === 'number'
		? { statusCode: answer, headers: {}, body: {} }
		: { statusCode: 200, headers: {}, body: answer };

/** A trigger as its webhook meets n8n, and an API that answers as it is told. `now`: ms since the epoch. */
export const triggerContext = (
	webhook: (this: IWebhookFunctions) => Promise<{ workflowData?: unknown[][] }>,
	now: () => number,
	{
		secret = 'hush',
		unreadable,
		parameters = {},
		query = {},
		mode = 'webhook',
		looks = [404],
		app = 404,
		workflowId = 'workflow',
		staticData = {},
	}: GivenTrigger = {},
) => {
	const log: string[] = [];
	const asked: string[] = [];
	let looked = 0;

	const ask = async (url: string): Promise<object> => {
		asked.push(new URL(url).pathname.replace(/^\/v1\/ai\/\w+\//, ''));
		if (!url.includes('/runs/')) return await Promise.resolve(answerOf(app));
		const answer = looks[Math.min(looked, looks.length - 1)] ?? 404;
		looked += 1;
		return await Promise.resolve(answerOf(answer));
	};

	const call = async ({
		body,
		secret: signedBy = secret,
		signedAt = now(),
		deliveryId = 'delivery',
	}: TriggerCall): Promise<TriggerAnswer> => {
		const rawBody = Buffer.from(JSON.stringify(body ?? {}));
		const timestamp = String(Math.floor(signedAt / 1000));
		let [status, message]: [number | undefined, unknown] = [undefined, undefined];
		const response = {
			headersSent: false,
			status(code: number) {
				status = code;
				return response;
			},
			json(answer: unknown) {
				message = isRecord(answer) ? answer['message'] : answer;
				response.headersSent = true;
				return response;
			},
		};
		const context = {
			getBodyData: () => body,
			getCredentials: async () => {
				if (unreadable) throw unreadable;
				const baseUrl = 'https://api.example';
				return await Promise.resolve({ apiKey: 'key', baseUrl, webhookSecret: secret });
			},
			getHeaderData: () => ({
				...(deliveryId === '' ? {} : { 'webhook-id': deliveryId }),
				...(signedBy === null || signedBy === ''
					? {}
					: {
							'webhook-timestamp': timestamp,
							'webhook-signature': signatureOf(signedBy, deliveryId, timestamp, rawBody),
						}),
			}),
			getMode: () => mode,
			getNode: () => ({ id: 'trigger', name: 'Magnific Trigger', parameters }),
			getNodeParameter: (name: string, fallback: unknown) => parameters[name] ?? fallback,
			getQueryData: () => query,
			getRequestObject: () => ({ rawBody }),
			getResponseObject: () => response,
			getWorkflow: () => ({ id: workflowId, name: 'Results' }),
			getWorkflowStaticData: () => staticData,
			helpers: {
				httpRequest: async () => await Promise.resolve({ statusCode: 410, headers: {}, body: '' }),
				httpRequestWithAuthentication: async (_: string, request: unknown) =>
					await ask(String(isRecord(request) ? request['url'] : '')),
			},
			logger: { warn: (line: string) => log.push(line) },
		};
		if (!isContext(context)) throw new Error('The context is not whole');
		const { workflowData } = await webhook.call(context);
		return {
			status,
			message,
			json: workflowData?.[0]?.map((item) => (isRecord(item) ? item['json'] : item)),
		};
	};

	return { call, log, asked, staticData };
};
