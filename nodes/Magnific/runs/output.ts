import { redact } from '../api/redact';
import { isJsonObject, isRecord, type JsonObject } from '../api/guards';
import { readAssets, type AppSummary, type Asset, type Run, type RunResult } from '../api/types';
import { fileExpiry } from './expiry';
import type { RunOutcome } from './types';

const MEDIA_TYPES = new Map([
	['images', 'image'],
	['videos', 'video'],
	['audios', 'audio'],
]);

/** A file that a run made, with its place among all of the run's files. */
export interface RunFile {
	/** `image`, `video`, `audio`, or of a list that came later, its name in the singular. */
	media_type: string;
	index: number;
	asset: Asset;
}

const singular = (list: string): string => {
	if (list.endsWith('ies')) return `${list.slice(0, -3)}y`;
	if (/(?:ss|x|z|ch|sh)es$/.test(list)) return list.slice(0, -2);
	return /[^s]s$/.test(list) ? list.slice(0, -1) : list;
};

const isFile = (entry: unknown): boolean =>
	isRecord(entry) && typeof entry.url === 'string' && /^https?:\/\//i.test(entry.url);

/** The files of the documented lists, then those of lists that came later, in the API's order. */
export const filesOf = (result: RunResult | null): RunFile[] =>
	[
		...[...MEDIA_TYPES].flatMap(([list, media_type]) =>
			readAssets(result?.[list]).map((asset) => ({ media_type, asset })),
		),
		...Object.entries(result ?? {}).flatMap(([list, entries]) =>
			MEDIA_TYPES.has(list) || !Array.isArray(entries)
				? []
				: readAssets(entries.filter(isFile)).map((asset) => ({
						media_type: singular(list),
						asset,
					})),
		),
	].map((file, index) => ({ ...file, index }));

/** A later one has no ISO form. */
const LAST_DATE_MS = 8.64e15;

const isoTime = (ms: number): string | null =>
	Math.abs(ms) <= LAST_DATE_MS ? new Date(ms).toISOString() : null;

/** When the first of the run's URLs stops working, ISO 8601; null while that is not known. */
export const expiresAt = ({ completed_at, result }: Run): string | null => {
	if (result === null) return null;
	const urls = filesOf(result).map(({ asset }) => asset.url);
	const times = (urls.length > 0 ? urls : ['']).map((url) => fileExpiry(url, completed_at));
	return isoTime(Math.min(...times.filter((time) => time !== undefined)));
};

type App = AppSummary | undefined;

const appFields = (
	app: App,
	app_id: string | null = null,
): { app_id: string | null; app_name: string | null } => ({
	app_id: app?.sqid ?? app_id,
	app_name: app?.name ?? null,
});

/** n8n takes an item with this field for a failed one. */
const NEVER_OUTPUT = 'error';

/** What the API says beyond its documentation. */
const moreOf = (run: Run): JsonObject => {
	const more = Object.fromEntries(Object.entries(run).filter(([name]) => name !== NEVER_OUTPUT));
	return isJsonObject(more) ? more : {};
};

/** The output of one run as one item's json: the documented fields first, then what else there is. */
export const runJson = (run: Run, app: App): JsonObject => {
	const documented = documentedJson(run, app);
	return { ...documented, ...moreOf(run), ...documented };
};

const documentedJson = (run: Run, app: App): JsonObject => ({
	run_id: run.run_id,
	...appFields(app, run.app_id),
	status: run.status,
	started_at: run.started_at,
	completed_at: run.completed_at,
	error_message: run.error_message === null ? null : redact(run.error_message),
	result: run.result,
	credits: app?.total_cost ?? null,
	expires_at: expiresAt(run),
});

/** The output of one file as one item's json. */
export const fileJson = (run: Run, app: App, file: RunFile): JsonObject => {
	const { id, url, tool, width, height, duration, created_at } = file.asset;
	return {
		run_id: run.run_id,
		...appFields(app, run.app_id),
		status: run.status,
		media_type: file.media_type,
		index: file.index,
		id,
		url,
		tool,
		width,
		height,
		duration,
		created_at,
		expires_at: isoTime(fileExpiry(url, run.completed_at) ?? NaN),
	};
};

/** The output of a run that was started and is not over: not waited for, or for too long. */
export const unfinishedJson = (
	outcome: Extract<RunOutcome, { kind: 'started' | 'timed_out' | 'unreadable' }>,
	app: App,
): JsonObject => ({
	run_id: outcome.run_id,
	...appFields(app),
	status: outcome.kind === 'started' ? 'running' : (outcome.status ?? 'running'),
	credits: app?.total_cost ?? null,
	...(outcome.kind === 'started' ? {} : { timed_out: true }),
});

/** Names of the binary fields: `data`, `data_1`, `data_2` … */
export const binaryFieldName = (first: string, index: number): string =>
	index === 0 ? first : `${first}_${String(index)}`;
