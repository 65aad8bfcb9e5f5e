import { unexpectedAnswer } from './errors';
import {
	firstText,
	isJsonObject,
	isRecord,
	numberOrNull,
	textOrNull,
	type JsonObject,
	type JsonRecord,
} from './guards';
import { readSelectOptions, type SelectOption } from './selectOptions';

export interface AppSummary {
	sqid: string;
	name: string;
	/** Credits per run; null where the API does not say (`me/*`, and live lists at times). */
	total_cost: number | null;
}

export type MediaType = 'image' | 'video' | 'audio';

/** One input of an app. The key sent at run time differs by family: see `endpoints.ts`. */
export interface AppInput {
	/** Stable across edits of the app: what workflows store. */
	id: string;
	/** A slug of the label; changes when the creator edits the app. */
	api_key: string | null;
	/** Deprecated by the API, but still accepted from users. */
	key: string | null;
	label: string;
	/** `creation`, `text`, `number`, `select`, or one that came later. */
	type: string;
	media_type: MediaType | null;
	required: boolean;
	default: unknown;
	options: SelectOption[];
	/** What the app's maker says of it. */
	description?: string;
	/** An example of a value. */
	placeholder?: string;
}

export interface AppDefinition extends AppSummary {
	inputs: AppInput[];
	/** The definition as the API gave it. */
	raw: JsonObject;
}

export interface Asset extends JsonRecord {
	id: string | null;
	url: string;
	tool: string | null;
	width: number | null;
	height: number | null;
	duration: number | null;
	created_at: string | null;
}

export type MediaList = 'images' | 'videos' | 'audios';

/** The documented lists, and whatever else the API put there, as it came. */
export interface RunResult extends JsonRecord, Record<MediaList, Asset[]> {}

/** What is not documented stays in it as it came. */
export interface Run extends JsonRecord {
	run_id: string;
	/**
	 * One of the documented statuses, or one that came later and of which nothing says that it is an
	 * end. An end of another name is told as the documented one nearest to it, with the API's own word
	 * in `api_status`.
	 */
	status: string;
	app_id: string | null;
	started_at: string | null;
	completed_at: string | null;
	error_message: string | null;
	result: RunResult | null;
}

export interface UploadTarget {
	/** As the list of uploads has it. */
	file_id?: string;
	upload_url: string;
	/** Part of the URL's signature: sent exactly like this. */
	headers: Record<string, string>;
	/** Public for about a day; goes into a `creation` input. */
	asset_url: string;
	/** Seconds. */
	asset_url_expires_in?: number;
}

const ENDED = new Set(['completed', 'completed_with_errors', 'failed', 'cancelled']);
const GOING = new Set(['pending', 'running']);

/** Words that APIs of this kind use for what the documented statuses say. */
const SYNONYMS = new Map([
	['finished', 'completed'],
	['succeeded', 'completed'],
	['success', 'completed'],
	['canceled', 'cancelled'],
	['error', 'failed'],
	['errored', 'failed'],
]);

/** With these a run goes on, even if some of its files can be had already. */
const STILL_GOING = new Set(['queued', 'processing', 'in_progress', 'paused', 'waiting']);

export const isEnded = (status: string): boolean => ENDED.has(status);

export const isKnownStatus = (status: string): boolean => ENDED.has(status) || GOING.has(status);

/** What an answer holds, wrapped in `data` or bare. */
export const unwrap = (body: unknown): unknown =>
	isRecord(body) && 'data' in body ? body.data : body;

/** The first of the values that is a text or a number, as a text. */
export const readId = (...values: unknown[]): string | undefined =>
	values
		.map((value) => (typeof value === 'number' ? String(value) : value))
		.find((value): value is string => typeof value === 'string' && value !== '');

const readSummary = (raw: JsonRecord): AppSummary | undefined => {
	const sqid = readId(raw.sqid, raw.id);
	if (sqid === undefined) return undefined;
	const metadata = isRecord(raw.tool_metadata) ? raw.tool_metadata : {};
	return {
		sqid,
		name: firstText(raw.name)?.trim() ?? sqid,
		total_cost: numberOrNull(metadata.total_cost),
	};
};

/** Parses a list of apps: `{ data: [...] }`. Throws an `ApiError` where there is no list. */
export const parseAppList = (body: unknown): AppSummary[] => {
	const list = unwrap(body);
	if (!Array.isArray(list)) throw unexpectedAnswer('it has no list of apps');
	return list
		.filter(isRecord)
		.map(readSummary)
		.filter((app) => app !== undefined);
};

const readMediaType = (value: unknown): MediaType | null =>
	value === 'image' || value === 'video' || value === 'audio' ? value : null;

const readInput = (raw: JsonRecord): AppInput | undefined => {
	const id = readId(raw.id, raw.api_key, raw.key);
	if (id === undefined) return undefined;
	const config = isRecord(raw.config) ? raw.config : {};
	const apiKey = firstText(raw.api_key) ?? null;
	const key = firstText(raw.key) ?? null;
	const label = firstText(raw.label)?.trim() ?? apiKey ?? key ?? id;
	const type = firstText(raw.type) ?? 'text';
	const presentation = isRecord(raw.presentation) ? raw.presentation : {};
	const description = firstText(raw.description, presentation.description)?.trim();
	const placeholder = firstText(presentation.placeholder, raw.placeholder)?.trim();
	return {
		id,
		api_key: apiKey,
		key,
		label,
		type,
		media_type: type === 'creation' ? readMediaType(config.mediaType ?? config.media_type) : null,
		required: raw.required === true,
		default: raw.default ?? null,
		options: type === 'select' ? readSelectOptions(config.options ?? raw.options) : [],
		...(description === undefined ? {} : { description }),
		...(placeholder === undefined ? {} : { placeholder }),
	};
};

/** Parses an app definition. Throws an `ApiError` where there is no app in it. */
export const parseAppDefinition = (body: unknown): AppDefinition => {
	const raw = unwrap(body);
	const summary = isRecord(raw) ? readSummary(raw) : undefined;
	if (!isJsonObject(raw) || summary === undefined) throw unexpectedAnswer('it has no app');
	const list = Array.isArray(raw.inputs) ? raw.inputs : [];
	const inputs = new Map<string, AppInput>();
	for (const input of list.filter(isRecord).map(readInput)) {
		// A second input of the same id could neither be filled in nor be sent.
		if (input && !inputs.has(input.id)) inputs.set(input.id, input);
	}
	return { ...summary, inputs: [...inputs.values()], raw };
};

/**
 * Parses the answer to a submission and returns the run id. Throws an `ApiError` where there is
 * none: the run may have started all the same.
 */
export const parseStartedRun = (body: unknown): string => {
	const raw = unwrap(body);
	const run_id = isRecord(raw)
		? readId(raw.workflow_run_identifier, raw.run_id, raw.workflowRunIdentifier)
		: undefined;
	if (run_id === undefined) throw unexpectedAnswer('it has no run id');
	return run_id;
};

/** ISO 8601; the API's own text, or a Unix time in s or ms, also as text. */
export const readTime = (value: unknown): string | null => {
	const unix = numberOrNull(value);
	if (unix === null) return textOrNull(value);
	const date = new Date(Math.abs(unix) < 1e11 ? unix * 1000 : unix);
	return Number.isNaN(date.getTime()) ? null : date.toISOString();
};

/** The assets of a list; those without a URL are left out. A bare URL is an asset too. */
export const readAssets = (value: unknown): Asset[] =>
	(Array.isArray(value) ? value : []).flatMap((entry: unknown) => {
		const raw = isRecord(entry) ? entry : { url: entry };
		const url = firstText(raw.url);
		if (url === undefined) return [];
		return {
			...raw,
			id: readId(raw.id) ?? null,
			url,
			tool: textOrNull(raw.tool),
			width: numberOrNull(raw.width),
			height: numberOrNull(raw.height),
			duration: numberOrNull(raw.duration),
			created_at: readTime(raw.created_at),
		};
	});

const readResult = (value: unknown): RunResult | null => {
	const raw = Array.isArray(value) ? { files: value } : value;
	return isRecord(raw)
		? {
				...raw,
				images: readAssets(raw.images),
				videos: readAssets(raw.videos),
				audios: readAssets(raw.audios),
			}
		: null;
};

const readErrorMessage = (raw: JsonRecord): string | null =>
	[raw.error_message, raw.error]
		.map((said) => (isRecord(said) ? said.message : said))
		.find((said) => typeof said === 'string') ?? null;

/** Fields that are read under another name. */
const ALIASES = ['workflow_run_identifier', 'workflowRunIdentifier', 'flow_id', 'error'];

const withoutAliases = (raw: JsonRecord): JsonRecord =>
	Object.fromEntries(Object.entries(raw).filter(([name]) => !ALIASES.includes(name)));

const hasFiles = (result: RunResult | null): boolean =>
	Object.values(result ?? {}).some(
		(list) => Array.isArray(list) && list.some((entry) => isRecord(entry) && 'url' in entry),
	);

/** The documented status for one that came later, where the run shows that it is over. */
const endingOf = (
	status: string,
	{ completed_at, error_message, result }: Pick<Run, 'completed_at' | 'error_message' | 'result'>,
): string => {
	const synonym = SYNONYMS.get(status);
	if (synonym !== undefined) return synonym;
	const made = hasFiles(result);
	const isOver = completed_at !== null || (made && !STILL_GOING.has(status));
	if (isKnownStatus(status) || !isOver) return status;
	if (!made) return 'failed';
	return error_message === null ? 'completed' : 'completed_with_errors';
};

/**
 * Parses a run's status. `run_id` is what was asked for, in case the answer leaves it out.
 * Throws an `ApiError` where there is no status in it.
 */
export const parseRun = (body: unknown, run_id: string): Run => {
	const raw = unwrap(body);
	const told = isRecord(raw) ? firstText(raw.status)?.trim().toLowerCase() : undefined;
	if (!isRecord(raw) || told === undefined) throw unexpectedAnswer('it has no run status');
	const known = {
		started_at: readTime(raw.started_at),
		completed_at: readTime(raw.completed_at),
		error_message: readErrorMessage(raw),
		result: readResult(raw.result),
	};
	const status = endingOf(told, known);
	return {
		...withoutAliases(raw),
		run_id: readId(raw.run_id, raw.workflow_run_identifier) ?? run_id,
		status,
		app_id: readId(raw.app_id, raw.flow_id) ?? null,
		...known,
		...(status === told ? {} : { api_status: told }),
	};
};

const readHeaders = (value: unknown): Record<string, string> =>
	Object.fromEntries(
		Object.entries(isRecord(value) ? value : {}).flatMap(([name, header]) => {
			const text = Array.isArray(header) ? header.join(',') : header;
			return typeof text === 'string' || typeof text === 'number' ? [[name, String(text)]] : [];
		}),
	);

const readUploadTarget = (file: unknown): UploadTarget | undefined => {
	if (!isRecord(file)) return undefined;
	const upload_url = firstText(file.upload_url);
	const asset_url = firstText(file.asset_url);
	if (upload_url === undefined || asset_url === undefined) return undefined;
	const file_id = readId(file.file_id);
	const expiresIn = numberOrNull(file.asset_url_expires_in);
	return {
		upload_url,
		asset_url,
		headers: readHeaders(file.headers),
		...(file_id === undefined ? {} : { file_id }),
		...(expiresIn === null ? {} : { asset_url_expires_in: expiresIn }),
	};
};

/**
 * Parses the answer to an upload request: the targets up to the first that is not one, since a
 * target belongs to a file by its place. Throws an `ApiError` where there is none at all.
 */
export const parseUploadTargets = (body: unknown): UploadTarget[] => {
	const raw = unwrap(body);
	const files = isRecord(raw) && Array.isArray(raw.files) ? raw.files : [];
	const targets: UploadTarget[] = [];
	for (const file of files) {
		const target = readUploadTarget(file);
		if (!target) break;
		targets.push(target);
	}
	if (targets.length === 0) throw unexpectedAnswer('it has no upload address');
	return targets;
};
