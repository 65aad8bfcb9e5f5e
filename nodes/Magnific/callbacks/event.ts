import { firstText, isRecord, type JsonRecord } from '../api/guards';
import { isEnded, parseRun, type Run } from '../api/types';

/** What a callback says. The API does not publish its envelope; see `parseEvent` for what is taken. */
export interface RunEvent {
	run_id: string;
	/** `started`, or one of the statuses that a run ends with. */
	app_id: string | null;
	event: 'started' | 'completed' | 'completed_with_errors' | 'failed' | 'cancelled';
	/** The run as the callback tells it; null where it has no result to a success, so the API must be asked. */
	run: Run | null;
}

const ENDINGS = new Map<string, RunEvent['event']>([
	['finished', 'completed'],
	['completed', 'completed'],
	['completed_with_errors', 'completed_with_errors'],
	['failed', 'failed'],
	['cancelled', 'cancelled'],
	['canceled', 'cancelled'],
]);

const STARTS = new Set(['initialized', 'started', 'running', 'pending']);

/** `run.finished`, `flow:finished` and `FINISHED` say what `finished` says. */
const lastWord = (value: unknown): string =>
	(firstText(value) ?? '')
		.trim()
		.toLowerCase()
		.split(/[.:/\s]/)
		.at(-1) ?? '';

const meaning = (words: string[]): RunEvent['event'] | undefined => {
	// `finished` tells least: the result may be partial.
	const ending =
		words.find((word) => word !== 'finished' && ENDINGS.has(word)) ??
		words.find((word) => ENDINGS.has(word));
	if (ending !== undefined) return ENDINGS.get(ending);
	return words.some((word) => STARTS.has(word)) ? 'started' : undefined;
};

const layersOf = (body: JsonRecord): JsonRecord[] =>
	[body, body.data, body.payload].filter(isRecord);

const runIdIn = (layers: JsonRecord[]): string | undefined =>
	firstText(
		...layers.flatMap((layer) => [
			layer.run_id,
			layer.workflow_run_identifier,
			layer.workflowRunIdentifier,
		]),
	)?.trim();

const appIdIn = (layers: JsonRecord[]): string | null =>
	firstText(...layers.flatMap(({ app_id, flow_id }) => [app_id, flow_id])) ?? null;

/**
 * Reads a callback's body: run id under `run_id`, `workflow_run_identifier` or
 * `workflowRunIdentifier`; event under `event`, `type` or `status`; bare or under `data`.
 * Undefined where it has no run id or says nothing that is known.
 */
export const parseEvent = (body: unknown): RunEvent | undefined => {
	if (!isRecord(body)) return undefined;
	const layers = layersOf(body);
	const run_id = runIdIn(layers);
	// A status tells more than the event's name, whichever layer it is in.
	const event = meaning(
		[
			...layers.map(({ status }) => status),
			...layers.flatMap(({ event: name, type }) => [name, type]),
		].map(lastWord),
	);
	if (run_id === undefined || event === undefined) return undefined;
	return { run_id, app_id: appIdIn(layers), event, run: runIn(layers, run_id, event) };
};

/** What a callback's envelope may hold that says nothing about the run. */
const ENVELOPE = new Set(['data', 'payload', 'event', 'type', 'id', 'timestamp', 'webhook']);

const runIn = (layers: JsonRecord[], run_id: string, event: RunEvent['event']): Run | null => {
	if (!isEnded(event)) return null;
	const merged = Object.fromEntries(
		layers.flatMap((layer) => Object.entries(layer)).filter(([name]) => !ENVELOPE.has(name)),
	);
	const run = parseRun({ data: { ...merged, run_id, status: event } }, run_id);
	const needsResult = event === 'completed' || event === 'completed_with_errors';
	return needsResult && !hasFileLists(merged.result) ? null : run;
};

const hasFileLists = (result: unknown): boolean =>
	isRecord(result) && [result.images, result.videos, result.audios].some(Array.isArray);
