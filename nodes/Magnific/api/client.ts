import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	ILoadOptionsFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { budgetFor, type Budget } from './budget';
import { systemClock, type Clock } from './clock';
import { parseCreations, type CreationPage, type CreationQuery } from './creations';
import { isWebPage } from './answers';
import {
	leadsTo,
	paths,
	wireInputs,
	type AppOwner,
	type EndpointFamily,
	type KeyKind,
	type TeamList,
} from './endpoints';
import {
	notJsonError,
	refusalError,
	settle,
	stoppedError,
	unexpectedAnswer,
	type ApiError,
} from './errors';
import { FamilyMemory, type Missing } from './familyMemory';
import { isRecord } from './guards';
import { KeyMemory, otherKind, wantsOtherKeys } from './inputKeys';
import { readForAllItems } from './itemCredentials';
import { CREDENTIAL, keyDigest, readSettings, type Settings } from './settings';
import { parseTeam, type TeamEntry } from './team';
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
import { parseUploadedFiles, type UploadedFile } from './uploadedFiles';
import { parseUsage, usageBody, type Usage, type UsageQuery } from './usage';
import { USER_AGENT } from './userAgent';

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
	listUploads(): Promise<UploadedFile[]>;
	/** Counts against the creations' own limit. */
	listCreations(query: CreationQuery): Promise<CreationPage>;
	/** These two count against the analytics' limit of a day: ask by `askAnalytics`. */
	getUsage(query: UsageQuery): Promise<Usage[]>;
	listTeam(list: TeamList): Promise<TeamEntry[]>;
}

/**
 * Requests per minute to the parts of the API that do not count against the plan's limit. Of the
 * analytics it is the limit of a day: nobody waits for the next one, so it is left to the server.
 */
const QUOTAS = { creations: 300, analytics: 100 };

export type Quota = keyof typeof QUOTAS;

export interface MagnificClient {
	api: MagnificApi;
	/** Shared by all executions of this process that use the same key. */
	budget: Budget;
	/** Of the parts of the API that have limits of their own. */
	quotas: Record<Quota, Budget>;
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
	/** A text where it is the same in both families. */
	path: string | ((family: EndpointFamily) => string);
	/** The app or run that it is about. */
	id?: string;
	query?: IDataObject;
	body?: (family: EndpointFamily) => IDataObject;
	timeoutMs?: number;
	/**
	 * True: once sent, its answer is waited for even when the execution is stopped, and a refusal
	 * stands, whatever is asked after it.
	 */
	startsRun?: boolean;
}

const familyMemory = new FamilyMemory(systemClock);
const keyMemory = new KeyMemory(systemClock);

/** Digests of the keys with which something has worked since this process began. */
const workingKeys = new Set<string>();

/** Whether an answer says that there is nothing under the family's path; undefined where it does not. */
const missingIn = (
	{ statusCode, headers, body }: Answer,
	family: EndpointFamily,
): Missing | undefined => {
	if (statusCode === 404) return isRecord(body) ? 'unknown_id' : 'no_path';
	if (statusCode === 410) return 'no_path';
	const isRedirect = statusCode >= 300 && statusCode < 400;
	return isRedirect && leadsTo(family === 'apps' ? 'flows' : 'apps', headers.location)
		? 'no_path'
		: undefined;
};

/**
 * The same context, without the cancel signal that n8n would put on an authenticated request: the
 * id of a run that was paid for must not get lost with a cut connection.
 */
const withoutCancelSignal = <T extends MagnificContext>(context: T): T =>
	new Proxy(context, {
		has: (target, key) => key !== 'getExecutionCancelSignal' && Reflect.has(target, key),
	});

/** The credential, with its expressions resolved; rejects where the items' expressions give different ones. */
const readCredential = async (context: MagnificContext): Promise<ICredentialDataDecryptedObject> =>
	'getInputData' in context
		? await readForAllItems(
				async (itemIndex) => await context.getCredentials(CREDENTIAL, itemIndex),
				context.getInputData().length,
			)
		: await context.getCredentials(CREDENTIAL);

/**
 * The client for the credential of the node that `context` belongs to. Rejects with an `ApiError` where
 * the base URL is none, or the items' expressions give different credentials.
 */
export const createClient = async (context: MagnificContext): Promise<MagnificClient> => {
	let credential = await readCredential(context);
	const settings = readSettings(credential);
	const clock = systemClock;
	const { baseUrl, origin, endpointFamily } = settings;
	const digest = keyDigest(settings);
	const budget = budgetFor(digest, settings.requestsPerMinute, clock);
	const quotaOf = (quota: Quota): Budget => budgetFor(`${digest} ${quota}`, QUOTAS[quota], clock);
	const quotas = { creations: quotaOf('creations'), analytics: quotaOf('analytics') };
	const signal =
		'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;

	const send = async (request: ApiRequest, family: EndpointFamily): Promise<Answer> => {
		const caller = request.startsRun ? withoutCancelSignal(context) : context;
		const path = typeof request.path === 'string' ? request.path : request.path(family);
		const outcome = await settle(
			async (): Promise<unknown> =>
				await context.helpers.httpRequestWithAuthentication.call(
					caller,
					CREDENTIAL,
					{
						method: request.method,
						headers: { 'User-Agent': USER_AGENT },
						url: `${baseUrl}${path}`,
						...(request.query ? { qs: request.query } : {}),
						...(request.body ? { body: request.body(family) } : {}),
						json: true,
						returnFullResponse: true,
						ignoreHttpStatusErrors: true,
						disableFollowRedirect: true,
						timeout: request.timeoutMs ?? READ_TIMEOUT_MS,
					},
					// As it was read at the start: n8n cannot evaluate a credential's expressions any more
					// once an execution is parked, and would read it anew for each request.
					{
						credentialsDecrypted: {
							id: '',
							name: CREDENTIAL,
							type: CREDENTIAL,
							data: credential,
						},
					},
				),
		);
		if ('error' in outcome) throw outcome.error;
		if (!isAnswer(outcome.value)) throw unexpectedAnswer('it has no status');
		return outcome.value;
	};

	const takeTurn = async (): Promise<void> => {
		if (!(await budget.take('prepare', signal))) throw stoppedError();
	};

	const refused = ({ statusCode, headers, body }: Answer): ApiError => {
		const current = readSettings(credential);
		return refusalError({
			statusCode,
			body,
			headers,
			now: clock.now(),
			secrets: [settings.apiKey, current.apiKey],
			isUntriedKey: !workingKeys.has(keyDigest(current)),
		});
	};

	const knowsFamily = async (family: EndpointFamily): Promise<boolean> => {
		await takeTurn();
		const answer = await send({ method: 'GET', path: paths.list }, family);
		const { statusCode, headers, body } = answer;
		const isMissing = statusCode === 404 || statusCode === 410;
		if (isMissing || (statusCode >= 300 && statusCode < 400)) return false;
		// A passing trouble tells nothing of the family, and what is learned here is kept.
		if (statusCode === 429 || statusCode >= 500) throw refused(answer);
		if (isWebPage(body, headers)) throw notJsonError(statusCode);
		return true;
	};

	/** Whether the credential has got another key since it was read: a wait may outlive a key. */
	const hasNewKey = async (): Promise<boolean> => {
		const read = await settle(async () => await context.getCredentials(CREDENTIAL));
		if ('error' in read) return false;
		const fresh = readSettings(read.value);
		if (fresh.origin !== origin || fresh.apiKey === readSettings(credential).apiKey) return false;
		credential = read.value;
		return true;
	};

	const sendToFamily = async (request: ApiRequest, family: EndpointFamily): Promise<Answer> => {
		const answer = await send(request, family);
		if (answer.statusCode !== 401 || !(await hasNewKey())) return answer;
		await takeTurn();
		return await send(request, family);
	};

	const call = async (request: ApiRequest): Promise<unknown> => {
		let family = familyMemory.first(baseUrl, endpointFamily);
		let answer = await sendToFamily(request, family);
		const missing = typeof request.path === 'string' ? undefined : missingIn(answer, family);
		if (missing) {
			const tried = family;
			const found = await settle(
				async () =>
					await familyMemory.otherThan(
						tried,
						baseUrl,
						endpointFamily,
						knowsFamily,
						missing,
						request.id,
					),
			);
			if ('error' in found) throw request.startsRun ? refused(answer) : found.error;
			if (found.value) {
				family = found.value;
				await takeTurn();
				answer = await sendToFamily(request, family);
			}
		}
		const { statusCode, body } = answer;
		if (statusCode < 200 || statusCode >= 300) throw refused(answer);
		if (typeof body !== 'object' || body === null) throw notJsonError(statusCode);
		workingKeys.add(keyDigest(readSettings(credential)));
		if (request.id !== undefined) familyMemory.worked(family, baseUrl, request.id);
		return body;
	};

	/** `turned`: with the other kind of keys than the family is known for. */
	const submit = async (
		app: AppDefinition,
		inputs: Record<string, unknown>,
		webhook: string | undefined,
		turned: boolean,
	): Promise<string> => {
		const keysFor = (family: EndpointFamily): KeyKind => {
			const kind = keyMemory.kind(family, baseUrl);
			return turned ? otherKind(kind) : kind;
		};
		const outcome = await settle(
			async () =>
				await call({
					method: 'POST',
					path: (family) => paths.startRun(family, app.sqid),
					id: app.sqid,
					body: (family) => ({
						inputs: wireInputs(family, app, inputs, keysFor(family)),
						...(webhook === undefined ? {} : { webhook }),
					}),
					timeoutMs: START_RUN_TIMEOUT_MS,
					startsRun: true,
				}),
		);
		// The family that answered: another one would have been remembered.
		const family = familyMemory.first(baseUrl, endpointFamily);
		const kind = keysFor(family);
		if ('value' in outcome) {
			keyMemory.took(kind, family, baseUrl);
			return parseStartedRun(outcome.value);
		}
		if (turned || !wantsOtherKeys(outcome.error, app, inputs, kind)) throw outcome.error;
		await takeTurn();
		return await submit(app, inputs, webhook, true);
	};

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
			parseAppDefinition(
				await call({ method: 'GET', path: (family) => paths.app(family, appId), id: appId }),
			),
		startRun: async (app, inputs, webhook) => await submit(app, inputs, webhook, false),
		getRun: async (runId) =>
			parseRun(
				await call({ method: 'GET', path: (family) => paths.run(family, runId), id: runId }),
				runId,
			),
		requestUploads: async (contentTypes) =>
			parseUploadTargets(
				await call({
					method: 'POST',
					path: paths.requestUpload,
					body: () => ({ files: contentTypes.map((content_type) => ({ content_type })) }),
				}),
			),
		listUploads: async () => parseUploadedFiles(await call({ method: 'GET', path: paths.uploads })),
		listCreations: async ({ page, perPage, tool }) =>
			parseCreations(
				await call({
					method: 'GET',
					path: paths.creations,
					query: { page, per_page: perPage, ...(tool === '' ? {} : { tool_name: tool }) },
				}),
			),
		getUsage: async (query) =>
			parseUsage(
				await call({ method: 'POST', path: paths.creditUsage, body: () => usageBody(query) }),
			),
		listTeam: async (list) => parseTeam(await call({ method: 'GET', path: paths.team(list) })),
	};
	return { api, budget, quotas, clock, settings };
};
