import { createHash } from 'crypto';
import type {
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	ILoadOptionsFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { budgetFor, type Budget } from './budget';
import { systemClock, type Clock } from './clock';
import { familyMemory, paths, wireInputs, type AppOwner, type EndpointFamily } from './endpoints';
import {
	notJsonError,
	refusalError,
	settle,
	stoppedError,
	unexpectedAnswer,
	type ApiError,
} from './errors';
import { isRecord } from './guards';
import { CREDENTIAL, readSettings, type Settings } from './settings';
import {
	parseAppDefinition,
	parseAppList,
	parseRun,
	parseStartedRun,
	parseUploadTargets,
	type AppDefinition,
	type AppSummary,
	type Run,
	type UploadTarget,
} from './types';

const READ_TIMEOUT_MS = 30_000;
// A base64 input makes a large body; giving up early would leave a run of unknown fate.
const START_RUN_TIMEOUT_MS = 180_000;

/** The part of the API that carries a run. Each call is one request; none is tried again here. */
export interface RunApi {
	getApp(appId: string): Promise<AppDefinition>;
	/** `inputs` is keyed by input `id`. Returns the run id. */
	startRun(app: AppDefinition, inputs: Record<string, unknown>, webhook?: string): Promise<string>;
	getRun(runId: string): Promise<Run>;
}

/** The whole API. All calls throw `ApiError`s only. */
export interface MagnificApi extends RunApi {
	/** `search` is a substring of the name; servers may ignore it. */
	listApps(owner: AppOwner, search?: string): Promise<AppSummary[]>;
	/** One target for each content type, in order; a server may give fewer. */
	requestUploads(contentTypes: string[]): Promise<UploadTarget[]>;
}

export interface MagnificClient {
	api: MagnificApi;
	/** Shared by all executions of this process that use the same key. */
	budget: Budget;
	clock: Clock;
	settings: Settings;
}

export type MagnificContext = IExecuteFunctions | ILoadOptionsFunctions | IWebhookFunctions;

interface Answer {
	statusCode: number;
	headers: Record<string, unknown>;
	body: unknown;
}

const isAnswer = (value: unknown): value is Answer =>
	isRecord(value) && typeof value.statusCode === 'number' && isRecord(value.headers);

interface ApiRequest {
	method: IHttpRequestMethods;
	path: (family: EndpointFamily) => string;
	query?: IDataObject;
	body?: (family: EndpointFamily) => IDataObject;
	timeoutMs?: number;
	/** True: once sent, its answer is waited for even when the execution is stopped. */
	outlivesStop?: boolean;
}

/**
 * The same context, without the cancel signal that n8n would put on an authenticated request: the
 * id of a run that was paid for must not get lost with a cut connection.
 */
const withoutCancelSignal = <T extends MagnificContext>(context: T): T =>
	new Proxy(context, {
		has: (target, key) => key !== 'getExecutionCancelSignal' && Reflect.has(target, key),
	});

/** The client for the credential of the node that `context` belongs to. */
export const createClient = async (context: MagnificContext): Promise<MagnificClient> => {
	const settings = readSettings(await context.getCredentials(CREDENTIAL));
	const clock = systemClock;
	const { baseUrl, origin, endpointFamily } = settings;

	const send = async (request: ApiRequest, family: EndpointFamily): Promise<Answer> => {
		const caller = request.outlivesStop ? withoutCancelSignal(context) : context;
		const outcome = await settle(
			async (): Promise<unknown> =>
				await context.helpers.httpRequestWithAuthentication.call(caller, CREDENTIAL, {
					method: request.method,
					url: `${baseUrl}${request.path(family)}`,
					...(request.query ? { qs: request.query } : {}),
					...(request.body ? { body: request.body(family) } : {}),
					json: true,
					returnFullResponse: true,
					ignoreHttpStatusErrors: true,
					disableFollowRedirect: true,
					timeout: request.timeoutMs ?? READ_TIMEOUT_MS,
				}),
		);
		if ('error' in outcome) throw outcome.error;
		if (!isAnswer(outcome.value)) throw unexpectedAnswer('it has no status');
		return outcome.value;
	};

	const signal =
		'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;

	const takeTurn = async (): Promise<void> => {
		if (!(await budget.take('prepare', signal))) throw stoppedError();
	};

	const knowsFamily = async (family: EndpointFamily): Promise<boolean> => {
		await takeTurn();
		const answer = await send({ method: 'GET', path: paths.list }, family);
		// A passing trouble tells nothing of the family, and what is learned here is kept.
		if (answer.statusCode === 429 || answer.statusCode >= 500) throw refused(answer);
		return answer.statusCode !== 404;
	};

	const refused = ({ statusCode, headers, body }: Answer): ApiError =>
		refusalError({
			statusCode,
			body,
			retryAfter: headers['retry-after'],
			now: clock.now(),
			secrets: [settings.apiKey],
		});

	const call = async (request: ApiRequest): Promise<unknown> => {
		const family = familyMemory.first(baseUrl, endpointFamily);
		let answer = await send(request, family);
		if (answer.statusCode === 404) {
			const other = await familyMemory.otherThan(family, baseUrl, endpointFamily, knowsFamily);
			if (other) {
				await takeTurn();
				answer = await send(request, other);
			}
		}
		const { statusCode, body } = answer;
		if (statusCode < 200 || statusCode >= 300) throw refused(answer);
		if (typeof body !== 'object' || body === null) throw notJsonError(statusCode);
		return body;
	};

	const budget = budgetFor(
		createHash('sha256').update(`${origin} ${settings.apiKey}`).digest('hex'),
		settings.requestsPerMinute,
		clock,
	);

	const api: MagnificApi = {
		listApps: async (owner, search) =>
			parseAppList(
				await call({
					method: 'GET',
					path: (family) => paths.list(family, owner),
					...(search ? { query: { search } } : {}),
				}),
			),
		getApp: async (appId) =>
			parseAppDefinition(await call({ method: 'GET', path: (family) => paths.app(family, appId) })),
		startRun: async (app, inputs, webhook) =>
			parseStartedRun(
				await call({
					method: 'POST',
					path: (family) => paths.startRun(family, app.sqid),
					body: (family) => ({
						inputs: wireInputs(family, app, inputs),
						...(webhook === undefined ? {} : { webhook }),
					}),
					timeoutMs: START_RUN_TIMEOUT_MS,
					outlivesStop: true,
				}),
			),
		getRun: async (runId) =>
			parseRun(await call({ method: 'GET', path: (family) => paths.run(family, runId) }), runId),
		requestUploads: async (contentTypes) =>
			parseUploadTargets(
				await call({
					method: 'POST',
					path: paths.requestUpload,
					body: () => ({ files: contentTypes.map((content_type) => ({ content_type })) }),
				}),
			),
	};
	return { api, budget, clock, settings };
};
