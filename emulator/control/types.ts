import { z } from 'zod';
import {
	FAMILIES,
	ROUTES,
	type AppSpec,
	type DeliverySpec,
	type FaultSpec,
	type OutcomeSpec,
	type RequestFilter,
	type SettingsPatch,
	type WebhookPatch,
} from './specs';

const family = z.enum(FAMILIES);
const texts = z.record(z.string());

export const requestLogEntry = z.object({
	seq: z.number(),
	/** Epoch ms of the request's arrival. */
	at: z.number(),
	method: z.string(),
	path: z.string(),
	query: texts,
	route: z.enum(ROUTES),
	family: family.nullable(),
	/** The status that was really sent; 0 where the socket was reset or nothing was answered (yet). */
	status: z.number(),
	/** The fault's `kind`, where one hit. */
	fault: z.string().optional(),
	app_id: z.string().optional(),
	/** Of the path, of the run that this request started, or of the run that made the file. */
	run_id: z.string().optional(),
	has_key: z.boolean(),
	key_valid: z.boolean(),
	/** Lower-case names; the key's value is redacted. */
	headers: texts,
	/** Parsed JSON, strings over 2,000 characters shortened; for uploads `{ size, content_type }`. */
	body: z.unknown(),
});
export type RequestLogEntry = z.infer<typeof requestLogEntry>;

export interface Asset {
	id: string;
	url: string;
	tool: string;
	width: number | null;
	height: number | null;
	/** Seconds. */
	duration: number | null;
	created_at: string;
}

export interface RunResult {
	images: Asset[];
	videos: Asset[];
	audios: Asset[];
}

/** What the emulator knows about a run: the status answer, and what it does not tell. */
export const runRecord = z.object({
	seq: z.number(),
	run_id: z.string(),
	app_id: z.string(),
	app_name: z.string(),
	family,
	status: z.string(),
	/** Epoch ms of the request that started it. */
	submitted_at: z.number(),
	/** Epoch ms of its end, or of reaching a state that it will never leave. */
	settled_at: z.number().nullable(),
	started_at: z.string().nullable(),
	completed_at: z.string().nullable(),
	error_message: z.string().nullable(),
	/** A {@link RunResult}, unless an outcome put something else there. */
	result: z.unknown(),
	/** 0 where the app's cost is not known. */
	credits: z.number(),
	/** As sent, strings over 2,000 characters shortened. */
	inputs: z.record(z.unknown()),
	webhook: z.string().nullable(),
	/** Status answers given so far. */
	polls: z.number(),
});
export type RunRecord = z.infer<typeof runRecord>;

/** What was paid for a run: one entry for each that was started, whatever became of it. */
export const chargeRecord = z.object({
	seq: z.number(),
	/** Epoch ms. */
	at: z.number(),
	run_id: z.string(),
	app_id: z.string(),
	app_name: z.string(),
	family,
	/** 0 where the app's cost is not known. */
	credits: z.number(),
	/** What the account had left after it. */
	balance: z.number(),
	/** As sent, strings over 2,000 characters shortened. */
	inputs: z.record(z.unknown()),
	webhook: z.string().nullable(),
	/** The `item` that the webhook's URL carries, where it does. */
	item: z.string().nullable(),
});
export type ChargeRecord = z.infer<typeof chargeRecord>;

export const deliveryRecord = z.object({
	seq: z.number(),
	at: z.number(),
	run_id: z.string().nullable(),
	event: z.string().nullable(),
	url: z.string(),
	webhook_id: z.string(),
	/** From 1; more with `retries`. */
	attempt: z.number(),
	/** Kinds of the webhook rules that applied, forgeries by their own name. */
	faults: z.array(z.string()),
	/** What the receiver answered; 0 where it was dropped or nobody answered. */
	status: z.number(),
	/** The answer's first 2,000 characters. */
	body: z.string(),
	error: z.string().optional(),
});
export type DeliveryRecord = z.infer<typeof deliveryRecord>;

export const appRecord = z.object({
	sqid: z.string(),
	name: z.string(),
	total_cost: z.number().nullable(),
	draft: z.boolean(),
	mine: z.boolean(),
	duration_s: z.number(),
	inputs: z.array(z.record(z.unknown())),
});
export type AppRecord = z.infer<typeof appRecord>;

/** What the fields mean stands at `settingsPatch` in specs.ts. */
export const currentSettings = z.object({
	timeScale: z.number(),
	families: z.array(family),
	familyRedirect: z.object({ from: family, status: z.number() }).nullable(),
	flowsInputKeys: z.enum(['api_key', 'any']),
	requestsPerMinute: z.number(),
	requestsPerIp: z.object({ in5s: z.number(), in120s: z.number() }).nullable(),
	creationsPerMinute: z.number(),
	analyticsPerDay: z.number(),
	rateLimitHeaders: z.boolean(),
	retryAfter: z.enum(['seconds', 'date', 'none']),
	status502Every: z.number().nullable(),
	durations: z.record(z.union([z.number(), z.array(z.number())])),
	jitter: z.number(),
	plan: z.enum(['enterprise', 'business', 'premium', 'none']),
	credits: z.number(),
	forbidden: z.array(z.string()),
	list: z.enum(['full', 'bare']),
	uploadTypes: z.array(z.string()),
	validationErrors: z.enum(['bare', 'problem']),
	fileOrigin: z.string().nullable(),
	fileHours: z.number(),
	imageSize: z.number(),
});
export type Settings = z.infer<typeof currentSettings>;

/** The same in-process (`Emulator.control`) and over HTTP (`controlClient(url)`). */
export interface Control {
	requests(filter?: RequestFilter): Promise<RequestLogEntry[]>;
	clearRequests(): Promise<void>;
	/** Back to how it was started: no runs, files, log, faults, outcomes, added apps, rate windows. */
	reset(): Promise<void>;
	/** Returns all settings as they are now; an empty patch only reads. */
	settings(patch: SettingsPatch): Promise<Settings>;
	/** Returns a number that names the fault. */
	addFault(spec: FaultSpec): Promise<number>;
	clearFaults(): Promise<void>;
	setOutcome(spec: OutcomeSpec): Promise<void>;
	clearOutcomes(): Promise<void>;
	runs(): Promise<RunRecord[]>;
	/** The book of what was paid, in the order in which the runs were started. */
	charges(): Promise<ChargeRecord[]>;
	apps(): Promise<AppRecord[]>;
	/** An app of the same `sqid` is replaced, as when its creator edits it. */
	addApp(definition: AppSpec): Promise<void>;
	/** The app is gone: unknown to lists, definition and run. */
	removeApp(sqid: string): Promise<void>;
	webhooks(patch: WebhookPatch): Promise<void>;
	deliveries(): Promise<DeliveryRecord[]>;
	/** Sends a callback made by hand and returns what was answered. */
	deliver(spec: DeliverySpec): Promise<DeliveryRecord>;
	/**
	 * Closes all connections and accepts none for so many ms of real time; runs and callbacks go on.
	 * Over HTTP it takes effect just after the answer.
	 */
	refuseConnections(ms: number): Promise<void>;
	/** Resolves when no run is on its way and no callback is outstanding. */
	waitIdle(): Promise<void>;
}
