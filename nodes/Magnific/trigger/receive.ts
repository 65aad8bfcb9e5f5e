import type { INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { loadApps } from '../api/apps';
import { createClient, type MagnificClient } from '../api/client';
import { settle, type ApiError } from '../api/errors';
import { isRecord, type JsonObject } from '../api/guards';
import { withRetries } from '../api/retry';
import { isEnded, type AppDefinition, type Run } from '../api/types';
import { deliveries } from './deliveries';
import { allowDuplicates, onlyOwn } from './description';
import { eventNameOf, readAppIds, readEvents, type EventName } from './filters';
import { refusals } from './refusals';
import { parseEvent, readRunId } from '../callbacks/event';
import { readMetadata, type ReadMetadata } from '../callbacks/metadata';
import { readRequest, respond, type CallbackRequest } from '../callbacks/request';
import { checkSignature, type SignatureVerdict } from '../callbacks/signature';
import { runItems } from '../batch/collect';
import { downloader } from '../files/download';
import { readOutputOptions, resolvedReader, type OutputOptions } from '../batch/options';

interface Received {
	run_id: string;
	event: EventName;
	/** Null where the API does not tell. */
	app_id: string | null;
	/** Null for `started`. */
	run: Run | null;
}

interface Verdict {
	status: number;
	message: string;
}

const isVerdict = (value: object): value is Verdict => 'message' in value;

/** Refused for good, so that asking again changes nothing; else the run may be read later. */
const verdictOn = ({ httpCode, isPassing }: ApiError): Verdict => {
	if (httpCode === 404) return { status: 404, message: 'There is no such run' };
	return httpCode === 403 && !isPassing
		? { status: 403, message: 'The API does not let this key see the run' }
		: { status: 503, message: 'The run could not be read from the API' };
};

const look = async (
	{ api, budget, clock }: MagnificClient,
	run_id: string,
): Promise<{ run: Run } | Verdict> => {
	const read = await settle(() =>
		withRetries('prepare', { budget, clock }, () => api.getRun(run_id), 3),
	);
	return 'value' in read ? { run: read.value } : verdictOn(read.error);
};

/** A signed callback may come before the API's own answer says what it says. */
const LOOK_AGAIN_AFTER_MS = [0, 2_000, 4_000];

/** Asks the API: then its answer is the output, and the callback was only a hint. */
const confirm = async (
	client: MagnificClient,
	run_id: string,
	told: 'started' | 'ended' | 'nothing known',
	isSigned: boolean,
): Promise<Received | Verdict> => {
	const waits = isSigned && told === 'ended' ? LOOK_AGAIN_AFTER_MS : [0];
	for (const wait of waits) {
		if (wait > 0) await client.clock.sleep(wait);
		const seen = await look(client, run_id);
		if (isVerdict(seen)) return seen;
		const { run } = seen;
		const { app_id } = run;
		if (told === 'started') return { run_id, event: 'started', app_id, run: null };
		const event = isEnded(run.status) ? eventNameOf(run.status) : undefined;
		if (event !== undefined) return { run_id, event, app_id, run };
	}
	if (told === 'nothing known') return { status: 200, message: 'The run goes on' };
	return isSigned
		? { status: 503, message: 'The API does not confirm this event yet' }
		: { status: 403, message: 'The API does not confirm this event' };
};

/** The event of a callback, by what it says or by what the API says. */
const receivedOf = async (
	client: MagnificClient,
	run_id: string,
	body: unknown,
	isSigned: boolean,
): Promise<Received | Verdict> => {
	const told = parseEvent(body);
	const event = told && eventNameOf(told.event);
	if (!told || event === undefined) {
		return await confirm(client, run_id, 'nothing known', isSigned);
	}
	if (!isSigned || (event !== 'started' && !told.run)) {
		return await confirm(client, run_id, event === 'started' ? 'started' : 'ended', isSigned);
	}
	if (told.app_id !== null) return { run_id, event, app_id: told.app_id, run: told.run };
	const seen = await look(client, run_id);
	// The event must not be taken for one of no app while the API cannot be asked.
	if (isVerdict(seen) && seen.status === 503) return seen;
	const app_id = isVerdict(seen) ? null : seen.run.app_id;
	return { run_id, event, app_id, run: told.run && { ...told.run, app_id } };
};

/** The names of apps seldom change, and every event would cost a request more. */
const APP_KNOWN_MS = 10 * 60_000;

const knownApps = new Map<string, { app: AppDefinition; until: number }>();

const appOf = async (client: MagnificClient, appId: string): Promise<AppDefinition | undefined> => {
	const key = `${client.settings.origin} ${appId}`;
	const known = knownApps.get(key);
	if (known && known.until > client.clock.now()) return known.app;
	const loaded = (await loadApps(client, [appId])).get(appId);
	if (!loaded || 'error' in loaded) return undefined;
	knownApps.set(key, { app: loaded.value, until: client.clock.now() + APP_KNOWN_MS });
	return loaded.value;
};

/** The metadata in the callback's URL, which is ours only if it was signed for the run's app. */
const metadataIn = (
	context: IWebhookFunctions,
	{ settings }: MagnificClient,
	appId: string | null,
): ReadMetadata => {
	const query: unknown = context.getQueryData();
	return readMetadata(isRecord(query) ? query : {}, settings.apiKey, appId ?? '');
};

const metadataJson = (read: ReadMetadata, appId: string | null): JsonObject => {
	if ('metadata' in read) return { metadata: read.metadata };
	if ('none' in read) return {};
	return {
		metadata_dropped:
			appId === null
				? 'Magnific does not say of which app the run is, so the metadata in the callback’s URL could not be checked and is left out'
				: 'The metadata in the callback’s URL was changed on the way, so it is left out',
	};
};

const itemsOf = async (
	context: IWebhookFunctions,
	client: MagnificClient,
	{ run_id, event, app_id, run }: Received,
	options: OutputOptions,
): Promise<INodeExecutionData[]> => {
	const app = app_id === null ? undefined : await appOf(client, app_id);
	const more = { event, ...metadataJson(metadataIn(context, client, app_id), app_id) };
	if (!run) {
		const json = { run_id, app_id, app_name: app?.name ?? null, status: 'running' };
		return [{ json: { ...json, ...more } }];
	}
	const { budget, clock } = client;
	const download = downloader(context, { budget, clock });
	const items = await settle(() => runItems(0, run, app, options, download));
	const output =
		'value' in items
			? items.value
			: // The event must not get lost with the files: their URLs are in the item.
				(await runItems(0, run, app, { ...options, downloadFiles: false }, download)).map(
					(item) => ({
						...item,
						json: { ...item.json, files_missing: items.error.message },
					}),
				);
	return output.map((item) => ({ ...item, json: { ...item.json, ...more } }));
};

const triggerKeyOf = (context: IWebhookFunctions): string =>
	`${context.getWorkflow().id ?? ''}:${context.getNode().id}`;

const nameOf = (context: IWebhookFunctions): string =>
	`“${context.getNode().name}” of the workflow “${context.getWorkflow().name ?? ''}”`;

/** Answers a callback that should have been one, and says why in n8n's log, once. */
const refuse = (
	context: IWebhookFunctions,
	status: number,
	answer: string,
	reason: string,
): IWebhookResponseData => {
	if (refusals.add(triggerKeyOf(context), reason)) {
		context.logger.warn(
			`${nameOf(context)} refuses callbacks: ${reason} Further ones are refused without a word here until it takes one.`,
		);
	}
	return respond(context, status, answer);
};

const noteTaken = (context: IWebhookFunctions): void => {
	const count = refusals.end(triggerKeyOf(context));
	if (count === 0) return;
	context.logger.warn(
		`${nameOf(context)} takes callbacks again; it refused ${String(count)} before. Runs of which it missed the end can be read with Run → Get or Run → Wait.`,
	);
};

const UNTRUE: Record<Exclude<SignatureVerdict, 'right'>, string> = {
	missing:
		'they carry no signature. If they come from Magnific, clear the Webhook Signing Secret in the credential: then each run is read back from the API instead.',
	stale:
		'they are signed more than five minutes before or after the time of this machine. See whether its clock is right.',
	wrong:
		'their signature does not fit. See whether the Webhook Signing Secret in the credential is the one that Magnific’s dashboard shows.',
};

const isNewDelivery = (
	context: IWebhookFunctions,
	{ run_id, event }: Received,
	webhookId: string | string[] | undefined,
): boolean => {
	const keys = [`run ${run_id}:${event}`];
	if (typeof webhookId === 'string' && webhookId !== '') keys.push(`delivery ${webhookId}`);
	const isTest = context.getMode() === 'manual';
	if (isTest) return true;
	return deliveries.isNew(triggerKeyOf(context), keys, context.getWorkflowStaticData('node'));
};

/** Why a callback could not be taken. What n8n throws is not worded for users, and may quote a value. */
const reasonOf = ({ kind, message, advice }: ApiError): string =>
	kind === 'rejected'
		? `${message}. ${advice}`
		: 'its credential or its parameters cannot be read. See whether the credential is there, and where its values come from.';

const receiveRun = async (
	context: IWebhookFunctions,
	{ headers, rawBody, body }: CallbackRequest,
	run_id: string,
): Promise<IWebhookResponseData> => {
	const client = await createClient(context);
	const { settings, clock } = client;
	const isSigned = settings.webhookSecret !== '';
	if (isSigned) {
		const verdict = checkSignature(settings.webhookSecret, headers, rawBody, clock.now());
		if (verdict !== 'right') {
			return refuse(context, 401, `The signature is ${verdict}`, UNTRUE[verdict]);
		}
	}
	const events = readEvents(context.getNodeParameter('events', []));
	const apps = readAppIds(context.getNodeParameter('apps', []));
	const given: unknown = context.getNodeParameter('options', {});
	const options = readOutputOptions(given);
	const option = resolvedReader(given);
	const mayComeAgain = option(allowDuplicates);
	const takesOnlyOwn = option(onlyOwn);

	const received = await receivedOf(client, run_id, body, isSigned);
	if (isVerdict(received)) {
		const { status, message } = received;
		return status === 503
			? refuse(context, status, message, 'the API could not be asked about a run.')
			: respond(context, status, message);
	}
	noteTaken(context);
	const { event, app_id } = received;
	if (!events.includes(event)) {
		return respond(context, 200, 'This trigger does not listen for this event');
	}
	if (apps.length > 0 && !(app_id !== null && apps.includes(app_id))) {
		return respond(context, 200, 'This trigger does not listen for this app');
	}
	if (takesOnlyOwn && !('metadata' in metadataIn(context, client, app_id))) {
		return respond(context, 200, 'This trigger takes only runs that its own node started');
	}
	// Remembered only when nothing can keep it from starting the workflow any more.
	if (!mayComeAgain && !isNewDelivery(context, received, headers['webhook-id'])) {
		return respond(context, 200, 'This event was received before');
	}
	respond(context, 200, 'Thank you');
	const items = await itemsOf(context, client, received, options);
	return { workflowData: [items], noWebhookResponse: true };
};

/**
 * A callback for a trigger. It is believed if its signature is right, or, where the credential has
 * no secret, after the run was read back from the API. Whatever starts nothing is answered here.
 * Never throws: n8n would start the workflow with nothing.
 */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const request = readRequest(this);
	if ('refusal' in request) return respond(this, 400, request.refusal);
	const run_id = readRunId(request.body);
	if (run_id === undefined) return respond(this, 400, 'There is no run id in it');
	const outcome = await settle(() => receiveRun(this, request, run_id));
	return 'value' in outcome
		? outcome.value
		: refuse(this, 503, 'The trigger cannot take it at the moment', reasonOf(outcome.error));
}
