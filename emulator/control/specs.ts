import { z } from 'zod';

export const FAMILIES = ['apps', 'flows'] as const;
export type Family = (typeof FAMILIES)[number];

/** What a request was for; `unknown` is any path that the API does not have. */
export const ROUTES = [
	'list',
	'mine',
	'get_app',
	'run',
	'get_run',
	'request_upload',
	'put_upload',
	'uploads',
	'file',
	'creations',
	'credit_usage',
	/** Any of the four lists of what a team has. */
	'team',
	'unknown',
] as const;
export type RouteName = (typeof ROUTES)[number];

const seconds = z.number().nonnegative();
const milliseconds = z.number().nonnegative();
const statusCode = z.number().int().min(200).max(599);
const jsonObject = z.record(z.unknown());

/** Counting and chance, common to everything that can be told to happen to some calls only. */
const occurrence = {
	/** The first n that match are left alone. */
	skip: z.number().int().nonnegative().optional(),
	/** How many are hit; -1 is all of them. */
	times: z.number().int().min(-1).optional(),
	/** Of those that match, the share that is hit (0 to 1). A miss uses up neither skip nor times. */
	probability: z.number().min(0).max(1).optional(),
	/** Makes the draws of `probability` repeatable. */
	seed: z.number().int().optional(),
};

/**
 * What happens to a request. `reset_after`, `status_after`, `truncated`, `slow_body`, `delay`
 * and `wrong_shape` come after the request was really carried out (a run is started and charged); the
 * others before anything was done. `no_answer` may be either.
 */
export const faultAction = z.discriminatedUnion('kind', [
	z.strictObject({
		kind: z.literal('status'),
		status: statusCode,
		headers: z.record(z.string()).optional(),
		/** Answered so much later. */
		ms: milliseconds.default(0),
		/** JSON, or text as it is; default `{ message }` with the status's name. */
		body: z.unknown(),
	}),
	z.strictObject({ kind: z.literal('html'), status: statusCode.default(502) }),
	z.strictObject({ kind: z.literal('truncated') }),
	/** The answer's body comes in pieces over `ms`. */
	z.strictObject({ kind: z.literal('slow_body'), ms: milliseconds }),
	z.strictObject({ kind: z.literal('reset_before') }),
	z.strictObject({ kind: z.literal('reset_after') }),
	/** The connection stays open and silent until the client or the emulator closes it. */
	z.strictObject({ kind: z.literal('no_answer'), processed: z.boolean().default(false) }),
	/** JSON that parses and says nothing; default `{ "unexpected": true }`. */
	z.strictObject({ kind: z.literal('wrong_shape'), body: z.unknown() }),
	z.strictObject({
		kind: z.literal('redirect'),
		location: z.string(),
		status: statusCode.default(302),
	}),
	/** Carried out at once, answered as usual `ms` later. */
	z.strictObject({ kind: z.literal('delay'), ms: milliseconds }),
	z.strictObject({
		kind: z.literal('status_after'),
		status: statusCode.default(500),
		body: z.unknown(),
	}),
]);
export type FaultAction = z.output<typeof faultAction>;

/** The first fault that matches and is due hits the request; no second one does. */
export const faultSpec = z.strictObject({
	route: z.union([z.enum(ROUTES), z.array(z.enum(ROUTES))]).optional(),
	method: z.string().optional(),
	family: z.enum(FAMILIES).optional(),
	/** Of a `file` it is the app, and the run, that made it. */
	app_id: z.string().optional(),
	run_id: z.string().optional(),
	/** Of the request, such as that of a file which is uploaded. */
	content_type: z.string().optional(),
	...occurrence,
	fault: faultAction,
});
export type FaultSpec = z.input<typeof faultSpec>;
export type Fault = z.output<typeof faultSpec>;

/** How the next runs (of one app, or of any) end. The first outcome that matches and is due holds. */
export const outcomeSpec = z.strictObject({
	app_id: z.string().optional(),
	...occurrence,
	/**
	 * A terminal status, or any other word: a status never seen before, which the run takes when its
	 * time is up and keeps.
	 */
	status: z.string().optional(),
	error_message: z.string().nullable().optional(),
	/** Instead of the app's duration, in run time. */
	duration_s: seconds.optional(),
	/** The 202 answer says that it runs, but not which run. */
	omit_run_id: z.boolean().optional(),
	/** The 202 answer comes as `{ data: { … } }`. */
	wrapped: z.boolean().optional(),
	/** The run's status answers come without `data` around them. */
	bare: z.boolean().optional(),
	/** Takes the place of `result` in the answers once the run is over, whatever it is. */
	result: z.unknown(),
	/** Fields that the API does not have (yet), added to the run's status answers. */
	extra: jsonObject.optional(),
});
export type OutcomeSpec = z.input<typeof outcomeSpec>;
export type Outcome = z.output<typeof outcomeSpec>;

export const settingsPatch = z
	.strictObject({
		/** Holds for runs that start from now on. */
		timeScale: z.number().positive(),
		families: z.array(z.enum(FAMILIES)),
		/** Requests to the paths of this family are sent to the same paths of the other one. */
		familyRedirect: z
			.strictObject({ from: z.enum(FAMILIES), status: statusCode.default(308) })
			.nullable(),
		/**
		 * By what the Flows family knows an input that has an `api_key`: by that alone, as a client has
		 * found (the default), or by its `id` too, as the documentation says.
		 */
		flowsInputKeys: z.enum(['api_key', 'any']),
		/** Of one key. A higher one than the usual 50 raises the limits of an IP address with it. */
		requestsPerMinute: z.number().int().positive(),
		/** Of one IP address, whatever its keys; null (the default) is what limits.ts makes of the plan. */
		requestsPerIp: z
			.strictObject({ in5s: z.number().int().positive(), in120s: z.number().int().positive() })
			.nullable(),
		/** Of the list of recent creations, which does not count towards `requestsPerMinute`. */
		creationsPerMinute: z.number().int().positive(),
		/** Of all analytics together, which do not count towards `requestsPerMinute` either. */
		analyticsPerDay: z.number().int().positive(),
		/** Whether answers tell `x-ratelimit-limit`, `-remaining` and `-reset`. */
		rateLimitHeaders: z.boolean(),
		/** In which form a 429 says how long to wait, if it does. */
		retryAfter: z.enum(['seconds', 'date', 'none']),
		/** Each so-manieth status answer is a 502 with an empty body, as happens live; null: none. */
		status502Every: z.number().int().positive().nullable(),
		/** Seconds of run time per app; of a list each run takes the next, round and round. */
		durations: z.record(z.union([seconds, z.array(seconds).nonempty()])),
		/** Share by which durations stray, the same way in each session; 0 is none. */
		jitter: z.number().min(0).max(1),
		/**
		 * `none`: the key is right but its plan has no API, all answers are 403. Only `business` and
		 * `enterprise` have analytics.
		 */
		plan: z.enum(['enterprise', 'business', 'premium', 'none']),
		/** What the account has left: each run that starts takes its cost, one that costs more is a 402. */
		credits: z.number().nonnegative(),
		/** Apps and runs of somebody else: 403 to whatever is asked about them. */
		forbidden: z.array(z.string()),
		/** `bare` (the default): list items have only `sqid` and `name`, as live lists have had. */
		list: z.enum(['full', 'bare']),
		/** Content types that an upload URL is given out for. */
		uploadTypes: z.array(z.string()),
		/** Validation errors bare, or under `problem`. */
		validationErrors: z.enum(['bare', 'problem']),
		/**
		 * Origin of upload and file URLs, such as a proxy before the emulator or another name of this
		 * machine; null (the default) is the emulator's own URL.
		 */
		fileOrigin: z.string().url().nullable(),
		/**
		 * How long the URLs of results live, default 12. Real time, since the URL tells the moment of
		 * its end; with 0 they have ended when they are given out.
		 */
		fileHours: z.number().nonnegative(),
		/** Longest side of generated pictures, in pixels. */
		imageSize: z.number().int().min(64).max(4096),
	})
	.partial();
export type SettingsPatch = z.input<typeof settingsPatch>;

export const FORGERIES = [
	/** None of the three headers. */
	'no_signature',
	/** The right form, the wrong bytes. */
	'bad_signature',
	/** A right signature of another body. */
	'other_body',
	'wrong_secret',
	/** Signed rightly, ten minutes ago. */
	'stale_timestamp',
	/** Signed rightly, ten minutes from now. */
	'future_timestamp',
	/** A timestamp that is no number. */
	'odd_timestamp',
	'missing_id',
	'missing_timestamp',
	'missing_signature',
	/** Three entries, of which the last fits: to be believed. */
	'several_signatures',
	/** Only entries of a version that no secret has had. */
	'unknown_version',
	'truncated_signature',
	/** Each signature header twice. */
	'repeated_headers',
	/** Header names in capitals: to be believed. */
	'upper_case_headers',
	/** Rightly signed, for a run that does not exist. */
	'unknown_run',
	'no_run_id',
	'body_empty',
	'body_not_json',
	'body_array',
	/** Rightly signed, 1.2 MB. */
	'body_huge',
	/** The result's URLs point to another host; rightly signed unless combined. */
	'other_result',
] as const;
export const forgery = z.enum(FORGERIES);
export type Forgery = z.infer<typeof forgery>;

export const EVENTS = ['initialized', 'finished', 'failed'] as const;

export const webhookAction = z.discriminatedUnion('kind', [
	z.strictObject({ kind: z.literal('drop') }),
	/** Real time. With `max_ms`, anything between. */
	z.strictObject({
		kind: z.literal('delay'),
		ms: milliseconds,
		max_ms: milliseconds.optional(),
	}),
	/** Delivered `copies` more times, `gap_ms` apart, with the same webhook id unless told otherwise. */
	z.strictObject({
		kind: z.literal('duplicate'),
		copies: z.number().int().positive().default(1),
		gap_ms: milliseconds.default(0),
		same_id: z.boolean().default(true),
	}),
	/** Held back until `window` have come together (or `max_wait_ms` passed), then sent shuffled. */
	z.strictObject({
		kind: z.literal('reorder'),
		window: z.number().int().min(2).default(5),
		max_wait_ms: milliseconds.default(2000),
	}),
	z.strictObject({ kind: z.literal('forge'), how: z.union([forgery, z.array(forgery)]) }),
]);
export type WebhookAction = z.output<typeof webhookAction>;

/** All rules that match and are due apply to a delivery, in the order in which they were given. */
export const webhookRule = z.strictObject({
	event: z.union([z.enum(EVENTS), z.array(z.enum(EVENTS))]).optional(),
	app_id: z.string().optional(),
	run_id: z.string().optional(),
	...occurrence,
	fault: webhookAction,
});
export type WebhookRule = z.output<typeof webhookRule>;

export const webhookSettings = z.strictObject({
	/**
	 * Each delivery is signed with all of them, as while a secret is rotated (`v1,… v2,…`); none:
	 * unsigned.
	 */
	secrets: z.array(z.string().min(1)),
	/** Version of the first of `secrets`; with 2 and one secret it is `v2,…` alone. */
	secretVersion: z.number().int().positive(),
	/** What of a secret is the key: its characters, or what they stand for as base64. */
	secretEncoding: z.enum(['utf8', 'base64']),
	timestampUnit: z.enum(['seconds', 'milliseconds', 'iso']),
	/** The envelope is not published, so each of its likely forms can be had. */
	envelope: z.enum(['bare', 'data']),
	idField: z.enum(['run_id', 'workflow_run_identifier', 'workflowRunIdentifier']),
	eventField: z.enum(['event', 'type', 'status']),
	/** Whether the last event carries the result. */
	includeResult: z.boolean(),
	/** How often a delivery that was not answered with 2xx is sent again. */
	retries: z.number().int().nonnegative(),
	retryDelayMs: milliseconds,
	timeoutMs: z.number().positive(),
	/** Takes the place of all rules; `times` is -1 (until changed) where it is not given. */
	rules: z.array(webhookRule),
});
export type WebhookSettings = z.output<typeof webhookSettings>;

export const webhookPatch = webhookSettings.partial();
export type WebhookPatch = z.input<typeof webhookPatch>;

/** A delivery made by hand. Without `payload` or `body` it is what the run itself would have sent. */
export const deliverySpec = z.strictObject({
	/** Default: the URL that the run was started with. */
	url: z.string().url().optional(),
	run_id: z.string().optional(),
	event: z.enum(EVENTS).optional(),
	payload: z.unknown(),
	/** Sent byte by byte instead of a JSON payload. */
	body: z.string().optional(),
	how: z.union([forgery, z.array(forgery)]).optional(),
	/** Added last, so that they win over the emulator's own. */
	headers: z.record(z.string()).optional(),
	method: z.string().optional(),
	/** Sign with these instead; none: unsigned. */
	secrets: z.array(z.string().min(1)).optional(),
	secret_version: z.number().int().positive().optional(),
	webhook_id: z.string().optional(),
	/** Unix seconds, told in the unit that is set. */
	timestamp: z.number().optional(),
});
export type DeliverySpec = z.input<typeof deliverySpec>;
export type Delivery = z.output<typeof deliverySpec>;

/** An app as tests add it: odd definitions are let through as they are. */
export const appSpec = z.strictObject({
	sqid: z.string().min(1),
	name: z.string(),
	inputs: z.array(jsonObject).default([]),
	/** Absent: the cost is not known. */
	total_cost: z.number().optional(),
	/** Not published as a tool, so in no list but its owner's. */
	draft: z.boolean().default(false),
	/** Made by the owner of the key, so in `me/*`. */
	mine: z.boolean().default(true),
	description: z.string().optional(),
	duration_s: seconds.default(10),
	/** Sent as `data` of the definition, verbatim, in place of all that is said above. */
	raw: z.unknown(),
});
export type AppSpec = z.input<typeof appSpec>;

export const requestFilter = z
	.strictObject({
		route: z.enum(ROUTES),
		method: z.string(),
		family: z.enum(FAMILIES),
		app_id: z.string(),
		run_id: z.string(),
		status: z.coerce.number(),
		/** Only what came after this `seq`. */
		after: z.coerce.number(),
	})
	.partial();
export type RequestFilter = z.input<typeof requestFilter>;
