import type {
	AppSpec,
	DeliverySpec,
	Family,
	FaultSpec,
	OutcomeSpec,
	RequestFilter,
	RouteName,
	SettingsPatch,
	WebhookPatch,
} from './specs';

export interface RequestLogEntry {
	seq: number;
	/** Epoch ms of the request's arrival. */
	at: number;
	method: string;
	path: string;
	query: Record<string, string>;
	route: RouteName;
	family: Family | null;
	/** The status that was really sent; 0 where the socket was reset or nothing was answered (yet). */
	status: number;
	/** The fault's `kind`, where one hit. */
	fault?: string;
	app_id?: string;
	/** Of the path, or of the run that this request started. */
	run_id?: string;
	has_key: boolean;
	key_valid: boolean;
	/** Lower-case names; the key's value is redacted. */
	headers: Record<string, string>;
	/** Parsed JSON, strings over 2,000 characters shortened; for uploads `{ size, content_type }`. */
	body: unknown;
}

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
export interface RunRecord {
	seq: number;
	run_id: string;
	app_id: string;
	app_name: string;
	family: Family;
	status: string;
	/** Epoch ms of the request that started it. */
	submitted_at: number;
	/** Epoch ms of its end, or of reaching a state that it will never leave. */
	settled_at: number | null;
	started_at: string | null;
	completed_at: string | null;
	error_message: string | null;
	result: unknown;
	/** 0 where the app's cost is not known. */
	credits: number;
	inputs: Record<string, unknown>;
	webhook: string | null;
	/** Status answers given so far. */
	polls: number;
}

export interface DeliveryRecord {
	seq: number;
	at: number;
	run_id: string | null;
	event: string | null;
	url: string;
	webhook_id: string | null;
	attempt: number;
	/** Kinds of the webhook rules that applied, forgeries by their own name. */
	faults: string[];
	/** What the receiver answered; 0 where it was dropped or nobody answered. */
	status: number;
	body: string;
	error?: string;
}

export interface AppRecord {
	sqid: string;
	name: string;
	total_cost: number | null;
	draft: boolean;
	duration_s: number;
	inputs: unknown[];
}

export interface Settings {
	timeScale: number;
	families: Family[];
	requestsPerMinute: number;
	durations: Record<string, number | number[]>;
	jitter: number;
	plan: 'enterprise' | 'none';
	list: 'full' | 'bare';
	uploadTypes: string[];
	validationErrors: 'bare' | 'problem';
	imageSize: number;
}

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
	apps(): Promise<AppRecord[]>;
	/** An app of the same `sqid` is replaced, as when its creator edits it. */
	addApp(definition: AppSpec): Promise<void>;
	/** The app is gone: unknown to lists, definition and run. */
	removeApp(sqid: string): Promise<void>;
	webhooks(patch: WebhookPatch): Promise<void>;
	deliveries(): Promise<DeliveryRecord[]>;
	/** Sends a callback made by hand and returns what was answered. */
	deliver(spec: DeliverySpec): Promise<DeliveryRecord>;
	/** Resolves when no run is on its way and no callback is outstanding. */
	waitIdle(): Promise<void>;
}
