import { randomUUID } from 'node:crypto';
import type { INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { isRecord } from '../../../nodes/Magnific/api/guards';
import { signatureOf } from '../../../nodes/Magnific/callbacks/signature';
import {
	callbackUrl,
	newParkKey,
	type RunOfItem,
} from '../../../nodes/Magnific/suspended/callbackUrl';
import { parkMemories, servesSince } from '../../../nodes/Magnific/suspended/memories';
import {
	SELF_CALL_HEADER,
	signedSelfCall,
	type SelfCall,
} from '../../../nodes/Magnific/suspended/selfCall';
import { savePark, type Park } from '../../../nodes/Magnific/suspended/state';
import { app } from './fixtures';
import { nodeContext } from './nodeContext';
import { itemOptions } from './parks';
import { VirtualClock } from './virtualClock';
import { mockTime } from './virtualSystemClock';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SECRET = 'hush';
const RESUME_URL = 'https://n8n.example.com/webhook-waiting/12';
const OPTIONS = itemOptions();

interface Answer {
	status: number | undefined;
	message: unknown;
	/** What else the answer says. */
	more: Record<string, unknown>;
	/** What the execution goes on with; undefined where it stays suspended. */
	items: INodeExecutionData[] | undefined;
}

interface Call {
	query?: unknown;
	body?: unknown;
	headers?: Record<string, string>;
	/** When n8n has read the credential. */
	ready?: Promise<void>;
}

/** What n8n calls for a request under the execution's address. */
type Webhook = (this: IWebhookFunctions) => Promise<IWebhookResponseData>;

const isContext = (context: object): context is IWebhookFunctions =>
	'getResponseObject' in context && 'evaluateExpression' in context;

interface Given {
	/** How many items have runs, by their names; item 0 has the first. */
	runs?: string[];
	/** How many further items had no run at the park. */
	queued?: number;
	/** It was suspended before this process began to serve. */
	isEarly?: boolean;
	/** Of the credential; the empty text where there is none. */
	webhookSecret?: string;
	/** n8n has saved no park with the execution. */
	isUnsaved?: boolean;
}

interface GivenCallback {
	ready?: Promise<void>;
	earlier?: RunOfItem[];
	/** How long ago it was signed. */
	ageMs?: number;
	/** With what it is signed. */
	secret?: string;
	/** False: on the address of the execution alone. */
	isOnOwnUrl?: boolean;
}

/** An execution that is suspended since a minute or more, and what calls it. */
const suspended = (
	webhook: Webhook,
	{ runs = [], queued = 0, isEarly = false, webhookSecret = SECRET, isUnsaved = false }: Given,
) => {
	mockTime.clock = new VirtualClock(servesSince + 60 * MINUTE);
	const { clock } = mockTime;
	const parkedAt = isEarly ? servesSince - MINUTE : clock.now() - MINUTE;
	const park: Park = {
		...newParkKey(),
		resumeUrl: RESUME_URL,
		parkedAt,
		deadline: clock.now() + 60 * MINUTE,
		maxWaitMin: 60,
		runs: runs.map((run_id, itemIndex) => ({
			itemIndex,
			run_id,
			app: app(),
			since: parkedAt,
			options: OPTIONS,
		})),
		queued: Array.from({ length: queued }, (_, i) => ({
			itemIndex: runs.length + i,
			app: app(),
			options: OPTIONS,
		})),
		settled: [],
		failures: [],
	};
	const node = nodeContext().context;
	savePark(node, park);
	const saved: unknown = isUnsaved ? undefined : node.getContext('node')['park'];
	const log: string[] = [];
	/** What the node has said to itself. */
	const said: string[] = [];
	/** The runs that the API was asked about. */
	const asked: string[] = [];
	/** The status that it tells of a run, by its id; it does not know others. */
	const api = new Map<string, string>();
	/** What the execution has gone on with: once. */
	const wentOn: INodeExecutionData[][] = [];
	/** The API answers nothing. */
	let isSilent = false;

	const answerOf = async (run_id: string): Promise<object> => {
		asked.push(run_id);
		if (isSilent) await new Promise(() => undefined);
		const status = api.get(run_id);
		return status === undefined
			? { statusCode: 404, headers: {}, body: {} }
			: { statusCode: 200, headers: {}, body: { data: { run_id, status, result: null } } };
	};

	const heardOf = async (body: string, headers: Record<string, string>): Promise<object> => {
		const told: unknown = JSON.parse(body);
		said.push(String(isRecord(told) ? told['magnific'] : told));
		const { status } = await call({ body: told, headers });
		return { statusCode: status, body: '' };
	};

	const call = async ({ query = {}, body = {}, headers = {}, ready }: Call): Promise<Answer> => {
		let status: number | undefined;
		let answer: Record<string, unknown> = {};
		const response = {
			headersSent: false,
			status(code: number) {
				status = code;
				return response;
			},
			json(given: Record<string, unknown>) {
				response.headersSent = true;
				answer = given;
				return response;
			},
		};
		const context = {
			evaluateExpression: () => saved,
			getBodyData: () => body,
			getCredentials: async () => {
				await ready;
				// Each execution has a budget of its own.
				return { apiKey: park.id, baseUrl: 'https://api.example', webhookSecret };
			},
			getExecutionId: () => '12',
			getHeaderData: () => headers,
			getNode: () => ({ name: 'Magnific' }),
			getQueryData: () => query,
			getRequestObject: () => ({ rawBody: Buffer.from(JSON.stringify(body)) }),
			getResponseObject: () => response,
			helpers: {
				httpRequest: async ({ body, headers }: { body: string; headers: Record<string, string> }) =>
					await heardOf(body, headers),
				httpRequestWithAuthentication: async (_: string, { url }: { url: string }) =>
					await answerOf(url.split('/').at(-1) ?? ''),
			},
			logger: { info: (line: string) => log.push(line), warn: (line: string) => log.push(line) },
		};
		if (!isContext(context)) throw new Error('The context is not whole');
		const { workflowData } = await webhook.call(context);
		const items = workflowData?.[0];
		if (items) wentOn.push(items);
		const { message, ...more } = answer;
		return { status, message, more, items };
	};

	/** A callback on the URL of an item, signed. */
	const callBack = async (
		item: number,
		run_id: string,
		own: object = {},
		{ ready, earlier = [], ageMs = 0, secret = SECRET, isOnOwnUrl = true }: GivenCallback = {},
	): Promise<Answer> => {
		const body = {
			run_id,
			event: 'finished',
			status: 'completed',
			result: { images: [], videos: [], audios: [] },
			...own,
		};
		const id = randomUUID();
		const timestamp = String(Math.floor((clock.now() - ageMs) / SECOND));
		const query = isOnOwnUrl
			? Object.fromEntries(new URL(callbackUrl(RESUME_URL, park, item, earlier)).searchParams)
			: {};
		const signature = signatureOf(secret, id, timestamp, Buffer.from(JSON.stringify(body)));
		const headers = {
			'webhook-id': id,
			'webhook-timestamp': timestamp,
			'webhook-signature': signature,
		};
		return await call({ query, body, headers, ...(ready ? { ready } : {}) });
	};

	/** What the node, wherever it is, says to itself. */
	const say = async (what: SelfCall, news?: object, ageMs = 0): Promise<Answer> => {
		const { body, header } = signedSelfCall(park, what, clock.now() - ageMs, news);
		return await call({ body: JSON.parse(body), headers: { [SELF_CALL_HEADER]: header } });
	};

	const silence = (): void => {
		isSilent = true;
	};

	return { clock, park, api, silence, asked, said, log, wentOn, call, callBack, say };
};

type Suspended = ReturnType<typeof suspended>;

/** Suspends executions for tests, one at a time; nobody watches over one any more when its test is over. */
export const suspending = (webhook: Webhook): ((given: Given) => Suspended) => {
	let here: Suspended | undefined;
	afterEach(() => {
		if (here) parkMemories.goneOn(here.park.id);
	});
	return (given) => (here = suspended(webhook, given));
};

export const statuses = (items: INodeExecutionData[] | undefined): unknown[] | undefined =>
	items?.map(({ json: { run_id, status } }) => [run_id, status]);
