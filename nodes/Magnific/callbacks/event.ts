import { firstText, isRecord, type JsonRecord } from '../api/guards';
import { isEnded, parseRun, type Run } from '../api/types';

/** What a callback says. The API does not publish its envelope; see `parseEvent` for what is taken. */
export interface RunEvent {
	run_id: string;
	app_id: string | null;
	/** `started`, or one of the statuses that a run ends with. */
	event: 'started' | 'completed' | 'completed_with_errors' | 'failed' | 'cancelled';
	/**
	 * The run as the callback tells it; null where the API must be asked: a success without a run
	 * status of its own, with an `error_message` or without a result, a body that says two things, or
	 * a run id that may be the id of something else.
	 */
	run: Run | null;
}

/** Says that a run is over, not how: an event's name, and no status of a run. */
const OVER = 'finished';

const ENDINGS = new Map<string, RunEvent['event']>([
	[OVER, 'completed'],
	['completed', 'completed'],
	['completed_with_errors', 'completed_with_errors'],
	['failed', 'failed'],
	['cancelled', 'cancelled'],
	['canceled', 'cancelled'],
]);

const STARTS = new Set(['initialized', 'started', 'running', 'pending']);

/** Objects of an envelope that may hold the run, or be it. */
const WRAPPERS = ['data', 'payload', 'body', 'object'];
const RUNS = ['run', 'flow_run', 'flowRun', 'app_run', 'appRun', 'workflow_run', 'workflowRun'];
const APPS = ['app', 'flow'];

const RUN_IDS = [
	'run_id',
	'workflow_run_identifier',
	'workflowRunIdentifier',
	'runId',
	'run_identifier',
	'runIdentifier',
	'workflow_run_id',
	'workflowRunId',
	'flow_run_id',
	'flowRunId',
];
const APP_IDS = ['app_id', 'flow_id', 'appId', 'flowId'];
const STATUSES = ['status', 'run_status', 'runStatus'];
const EVENTS = ['event', 'type', 'event_type', 'eventType'];

/** What is no part of the run. */
const ENVELOPE = new Set([
	...WRAPPERS,
	...RUNS,
	...RUN_IDS,
	...APP_IDS,
	...EVENTS,
	'id',
	'timestamp',
	'webhook',
]);

interface Layer {
	fields: JsonRecord;
	/** True: it is called a run, so its `id` is the run's. */
	isRun: boolean;
}

/** Deeper than any envelope of sense. */
const DEEPEST = 4;

/** The body and the objects that it wraps, from the outside in. */
const layersOf = (fields: JsonRecord, isRun = false, depth = 1): Layer[] => [
	{ fields, isRun },
	...[...WRAPPERS, ...RUNS].flatMap((name) => {
		const inner = fields[name];
		return isRecord(inner) && depth < DEEPEST
			? layersOf(inner, RUNS.includes(name), depth + 1)
			: [];
	}),
];

const valuesOf = (layers: Layer[], names: string[]): unknown[] =>
	layers.flatMap(({ fields }) => names.map((name) => fields[name]));

const idIn = (values: unknown[]): string | undefined =>
	firstText(
		...values.map((value) => (Number.isSafeInteger(value) ? String(value) : value)),
	)?.trim();

const runIdIn = (layers: Layer[]): { id: string; isCertain: boolean } | undefined => {
	const certain =
		idIn(valuesOf(layers, RUN_IDS)) ??
		idIn(
			valuesOf(
				layers.filter(({ isRun }) => isRun),
				['id'],
			),
		);
	if (certain !== undefined) return { id: certain, isCertain: true };
	// The envelope's own `id` is likelier that of the delivery than that of what it wraps.
	const likely = idIn(valuesOf(layers.toReversed(), ['id']));
	return likely === undefined ? undefined : { id: likely, isCertain: false };
};

const appIdIn = (layers: Layer[]): string | null =>
	idIn(valuesOf(layers, APP_IDS)) ??
	idIn(valuesOf(layers, APPS).flatMap((app) => (isRecord(app) ? [app.sqid, app.id] : []))) ??
	null;

/** `run.finished`, `flow:finished` and `FINISHED` say what `finished` says. */
const lastWord = (value: unknown): string =>
	(firstText(value) ?? '')
		.trim()
		.replace(/(?<=[a-z])(?=[A-Z])/g, '_')
		.toLowerCase()
		.split(/[.:/]/)
		.at(-1)
		?.replace(/[\s-]+/g, '_') ?? '';

const isKnown = (word: string): boolean => ENDINGS.has(word) || STARTS.has(word);

/** `run_finished` says it too, where it names an event: a status like `not_finished` is another one. */
const eventWord = (value: unknown): string => {
	const word = lastWord(isRecord(value) ? (value.type ?? value.name) : value);
	return isKnown(word) ? word : (word.split('_').at(-1) ?? '');
};

interface Told {
	event: RunEvent['event'];
	/** Whether a status says so, and nothing says something else. */
	isStatus: boolean;
	isContradicted: boolean;
}

const toldIn = (layers: Layer[]): Told | undefined => {
	// A status tells more than the event's name, whichever layer it is in.
	const statuses = valuesOf(layers, STATUSES).map(lastWord);
	const words = [...statuses, ...valuesOf(layers, EVENTS).map(eventWord)].filter(isKnown);
	const isOver = words.some((word) => ENDINGS.has(word));
	const hasStart = words.some((word) => STARTS.has(word));
	const endings = words.filter((word) => word !== OVER).flatMap((word) => ENDINGS.get(word) ?? []);
	const event = endings[0] ?? (isOver ? 'completed' : hasStart ? 'started' : undefined);
	return (
		event && {
			event,
			isStatus: statuses.some((word) => word !== OVER && ENDINGS.get(word) === event),
			isContradicted: (isOver && hasStart) || new Set(endings).size > 1,
		}
	);
};

/** The run id that a body names as one: its `id` may be that of a delivery, and does not count. */
export const certainRunId = (body: unknown): string | undefined => {
	const found = isRecord(body) ? runIdIn(layersOf(body)) : undefined;
	return found?.isCertain === true ? found.id : undefined;
};

/** The run id in a callback's body, whatever else it says. */
export const readRunId = (body: unknown): string | undefined =>
	isRecord(body) ? runIdIn(layersOf(body))?.id : undefined;

/**
 * Reads a callback's body: run id under `run_id`, `workflow_run_identifier`,
 * `workflowRunIdentifier`, `id` or the like; event under `event`, `type` or `status`; bare, or under
 * `data`, `payload`, `run` or the like. Undefined where it has no run id or says nothing that is
 * known.
 */
export const parseEvent = (body: unknown): RunEvent | undefined => {
	if (!isRecord(body)) return undefined;
	const layers = layersOf(body);
	const run_id = runIdIn(layers);
	const told = toldIn(layers);
	if (run_id === undefined || told === undefined) return undefined;
	const app_id = appIdIn(layers);
	const known = { run_id: run_id.id, app_id, status: told.event };
	const isToldOnce = run_id.isCertain && !told.isContradicted && isEnded(told.event);
	return {
		run_id: run_id.id,
		app_id,
		event: told.event,
		run: isToldOnce ? runIn(layers, known, told.isStatus) : null,
	};
};

const runIn = (
	layers: Layer[],
	known: { run_id: string; app_id: string | null; status: string },
	isStatus: boolean,
): Run | null => {
	const merged = Object.fromEntries(
		layers.flatMap(({ fields }) => Object.entries(fields)).filter(([name]) => !ENVELOPE.has(name)),
	);
	const run = parseRun({ data: { ...merged, ...known } }, known.run_id);
	const lists = isRecord(merged.result)
		? [merged.result.images, merged.result.videos, merged.result.audios].filter(Array.isArray)
		: [];
	if (run.status === 'failed' || run.status === 'cancelled') {
		return lists.every(({ length }) => length === 0) ? run : null;
	}
	const saysWhy = (run.error_message ?? '').trim() !== '';
	const isFlawless = run.status !== 'completed' || !saysWhy;
	return isStatus && isFlawless && lists.length > 0 ? run : null;
};
