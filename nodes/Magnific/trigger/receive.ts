import type { INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { loadApps } from '../api/apps';
import { createClient, type MagnificClient } from '../api/client';
import { settle } from '../api/errors';
import { isRecord, type JsonObject } from '../api/guards';
import { withRetries } from '../api/retry';
import type { AppDefinition, Run } from '../api/types';
import { deliveries } from './deliveries';
import { parseEvent, type RunEvent } from '../callbacks/event';
import { readMetadata } from '../callbacks/metadata';
import { readRequest, respond } from '../callbacks/request';
import { checkSignature } from '../callbacks/signature';
import { runItems } from '../batch/collect';
import { downloader } from '../files/download';
import { readOutputOptions } from '../batch/options';

type EventName = 'completed' | 'completedWithErrors' | 'failed' | 'cancelled' | 'started';

const NAMES: Record<RunEvent['event'], EventName> = {
	completed: 'completed',
	completed_with_errors: 'completedWithErrors',
	failed: 'failed',
	cancelled: 'cancelled',
	started: 'started',
};

interface Received {
	event: RunEvent;
	/** Null for `started`. */
	run: Run | null;
}

type Verdict = { status: number; message: string };

/** Asks the API: then its answer is the output, and the callback was only a hint. */
const confirm = async (
	{ api, budget, clock }: MagnificClient,
	event: RunEvent,
): Promise<Received | Verdict> => {
	const look = await settle(() =>
		withRetries('prepare', { budget, clock }, () => api.getRun(event.run_id), 3),
	);
	if ('error' in look) {
		return look.error.kind === 'not_found'
			? { status: 404, message: 'There is no such run' }
			: { status: 503, message: 'The run could not be read from the API' };
	}
	const run = look.value;
	if (event.event === 'started') {
		return { event, run };
	}
	const read = parseEvent({ ...run });
	return read && read.event !== 'started'
		? { event: read, run }
		: { status: 403, message: 'The API does not confirm this event' };
};

const isVerdict = (value: Received | Verdict): value is Verdict => 'status' in value;

/** For a callback that does not say which app it is of; null where the API does not tell either. */
const appIdOf = async (
	{ api, budget, clock }: MagnificClient,
	run_id: string,
): Promise<string | null> => {
	const look = await settle(() =>
		withRetries('prepare', { budget, clock }, () => api.getRun(run_id), 3),
	);
	return 'value' in look ? look.value.app_id : null;
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

const metadataOf = (
	context: IWebhookFunctions,
	{ settings }: MagnificClient,
	appId: string | null,
): JsonObject => {
	const query: unknown = context.getQueryData();
	const read = readMetadata(isRecord(query) ? query : {}, settings.apiKey, appId ?? '');
	if ('metadata' in read) return { metadata: read.metadata };
	return 'tampered' in read
		? {
				metadata_dropped:
					'The metadata in the callback’s URL was changed on the way, so it is left out',
			}
		: {};
};

const listOf = (context: IWebhookFunctions, name: string): string[] => {
	const value: unknown = context.getNodeParameter(name, []);
	return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
};

const itemsOf = async (
	context: IWebhookFunctions,
	client: MagnificClient,
	{ event, run }: Received,
	app: AppDefinition | undefined,
	extra: JsonObject,
): Promise<INodeExecutionData[]> => {
	const { budget, clock } = client;
	const more = { event: NAMES[event.event], ...extra };
	if (event.event === 'started' || !run) {
		const app_id = app?.sqid ?? run?.app_id ?? null;
		const json = { run_id: event.run_id, app_id, app_name: app?.name ?? null, status: 'running' };
		return [{ json: { ...json, ...more } }];
	}
	const options = readOutputOptions(context.getNodeParameter('options', {}));
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

/**
 * A callback for a trigger. It is believed if its signature is right, or, where the credential has
 * no secret, after the run was read back from the API. Whatever starts nothing is answered here.
 */
export async function receive(this: IWebhookFunctions): Promise<IWebhookResponseData> {
	const request = readRequest(this);
	if ('refusal' in request) return respond(this, 400, request.refusal);
	const told = parseEvent(request.body);
	if (!told) return respond(this, 400, 'There is no run id or no known event in it');

	const client = await createClient(this);
	const { settings, clock } = client;
	const isSigned = settings.webhookSecret !== '';
	if (isSigned) {
		const { headers, rawBody } = request;
		const verdict = checkSignature(settings.webhookSecret, headers, rawBody, clock.now());
		if (verdict !== 'right') return respond(this, 401, `The signature is ${verdict}`);
	}
	const isStart = told.event === 'started';
	const received: Received | Verdict =
		isSigned && (isStart || told.run)
			? { event: told, run: told.run }
			: await confirm(client, told);
	if (isVerdict(received)) return respond(this, received.status, received.message);

	const { event, run } = received;
	if (!listOf(this, 'events').includes(NAMES[event.event])) {
		return respond(this, 200, 'This trigger does not listen for this event');
	}
	const apps = listOf(this, 'apps');
	const appId = run?.app_id ?? told.app_id ?? (await appIdOf(client, told.run_id));
	if (apps.length > 0 && !(appId !== null && apps.includes(appId))) {
		return respond(this, 200, 'This trigger does not listen for this app');
	}
	if (!isNewDelivery(this, event, request.headers['webhook-id'])) {
		return respond(this, 200, 'This event was received before');
	}
	respond(this, 200, 'Thank you');
	const app = appId === null ? undefined : await appOf(client, appId);
	const items = await itemsOf(this, client, received, app, metadataOf(this, client, appId));
	return { workflowData: [items], noWebhookResponse: true };
}

const isNewDelivery = (
	context: IWebhookFunctions,
	{ run_id, event }: RunEvent,
	webhookId: string | string[] | undefined,
): boolean => {
	const options: unknown = context.getNodeParameter('options', {});
	if (isRecord(options) && options.allowDuplicates === true) return true;
	const keys = [`run ${run_id}:${event}`];
	if (typeof webhookId === 'string' && webhookId !== '') keys.push(`delivery ${webhookId}`);
	const isTest = context.getMode() === 'manual';
	if (isTest) return true;
	const trigger = `${context.getWorkflow().id ?? ''}:${context.getNode().id}`;
	return deliveries.isNew(trigger, keys, context.getWorkflowStaticData('node'));
};
