import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { isRecord } from '../api/guards';
import type { AppSummary, Run } from '../api/types';
import type { Failure } from '../runs/failures';
import type { ItemOptions } from '../batch/options';
import type { ParkKey } from './callbackUrl';
import type { QueuedItem, WaitedFor } from './late';
import type { ParkedRun } from './looks';

interface WithOptions {
	options: ItemOptions;
}

export interface ParkedItem extends ParkedRun, WithOptions {
	/** Another item or execution has started it. */
	reused?: boolean | undefined;
}

/** An item that has no run yet. */
export type ParkedQueuedItem = QueuedItem & WithOptions;

/** All that the resuming call needs to know of a parked execution. */
export interface Park extends ParkKey, WaitedFor<ParkedItem, ParkedQueuedItem> {
	resumeUrl: string;
	/** Runs that were over before the park. */
	settled: Run[];
	/** Items that had failed before the park. */
	failures: Failure[];
}

const KEY = 'park';

/** One item: its index, the places of its app and its options, then its metadata where it has some … */
type SavedItem = [
	itemIndex: number,
	app: number,
	options: number,
	metadata: ItemOptions['metadata'] | 0,
	/** … and its run where it has one, with when that was started. */
	...run: [] | [run_id: string, since: number, reused?: true],
];

/** A park as it is saved. n8n reads it at every call, so what items have in common stands there once. */
interface SavedPark extends Omit<Park, 'runs' | 'queued'> {
	apps: AppSummary[];
	options: Array<Omit<ItemOptions, 'metadata'>>;
	items: SavedItem[];
}

/** Gives the place of a value in a list of different ones, where it is put at its first time. */
const placer = <T>(list: T[]): ((value: T) => number) => {
	const places = new Map<string, number>();
	return (value) => {
		const text = JSON.stringify(value);
		const place = places.get(text) ?? list.push(value) - 1;
		places.set(text, place);
		return place;
	};
};

const summaryOf = ({ sqid, name, total_cost }: AppSummary): AppSummary => ({
	sqid,
	name,
	total_cost,
});

const packed = ({ runs, queued, ...park }: Park): SavedPark => {
	const saved: SavedPark = { ...park, apps: [], options: [], items: [] };
	const [appPlace, optionsPlace] = [placer(saved.apps), placer(saved.options)];
	const pack = ({ itemIndex, app, options: { metadata, ...options } }: ParkedQueuedItem) =>
		[
			itemIndex,
			app ? appPlace(summaryOf(app)) : -1,
			optionsPlace(options),
			Object.keys(metadata).length > 0 ? metadata : 0,
		] as const;
	saved.items = [
		...runs.map(
			(run): SavedItem =>
				run.reused === true
					? [...pack(run), run.run_id, run.since, true]
					: [...pack(run), run.run_id, run.since],
		),
		...queued.map((item): SavedItem => [...pack(item)]),
	];
	return saved;
};

const unpacked = ({ apps, options, items, ...park }: SavedPark): Park => {
	const unpack = ([itemIndex, app, place, metadata]: SavedItem): ParkedQueuedItem[] => {
		const own = options[place];
		return own
			? [
					{
						itemIndex,
						app: apps[app],
						options: { ...own, metadata: metadata === 0 ? {} : metadata },
					},
				]
			: [];
	};
	const runs = items.flatMap((item) => {
		const [, , , , run_id, since = 0, reused] = item;
		return run_id === undefined
			? []
			: unpack(item).map((own) => ({ ...own, run_id, since, reused }));
	});
	const queued = items.flatMap((item) => (item.length > 4 ? [] : unpack(item)));
	return { ...park, runs, queued };
};

/** Keeps the park in the node's context, which n8n saves with the execution. */
export const savePark = (context: IExecuteFunctions, park: Park): void => {
	context.getContext('node')[KEY] = JSON.stringify(packed(park));
};

const isCommon = (value: unknown): value is Omit<Park, 'runs' | 'queued'> =>
	isRecord(value) &&
	typeof value.id === 'string' &&
	typeof value.secret === 'string' &&
	typeof value.resumeUrl === 'string' &&
	URL.canParse(value.resumeUrl) &&
	typeof value.parkedAt === 'number' &&
	typeof value.deadline === 'number' &&
	Array.isArray(value.settled) &&
	Array.isArray(value.failures);

const isSaved = (value: unknown): value is SavedPark =>
	isCommon(value) &&
	'items' in value &&
	'apps' in value &&
	'options' in value &&
	Array.isArray(value.apps) &&
	Array.isArray(value.options) &&
	Array.isArray(value.items) &&
	value.items.every((item) => Array.isArray(item) && typeof item[0] === 'number');

/** As it was saved by versions that submitted all runs before the park. */
const isPlain = (value: unknown): value is Omit<Park, 'queued'> =>
	isCommon(value) &&
	'runs' in value &&
	Array.isArray(value.runs) &&
	value.runs.every((run) => isRecord(run) && typeof run.run_id === 'string');

const parsed = (saved: string): unknown => {
	try {
		const park: unknown = JSON.parse(saved);
		// Version 0.1.0 signed with the API key. Its ids are random too and were shown to nobody.
		return isRecord(park) ? { secret: park.id, ...park } : undefined;
	} catch {
		return undefined;
	}
};

const parkIn = (value: unknown): Park | undefined => {
	if (isSaved(value)) return unpacked(value);
	return isPlain(value) ? { ...value, queued: [] } : undefined;
};

/** A name as a JavaScript string in which nothing can end the string or the expression around it. */
export const quoted = (name: string): string =>
	`"${name.replace(/[^a-z0-9]/gi, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;

/** The parks that were read last, by execution: as many calls as there are runs find the same text. */
const lastRead = new Map<string, { saved: string; park: Park | undefined }>();
const MOST_READ = 20;

const readOnce = (executionId: string, saved: string): Park | undefined => {
	const last = lastRead.get(executionId);
	const read = last?.saved === saved ? last : { saved, park: parkIn(parsed(saved)) };
	lastRead.delete(executionId);
	lastRead.set(executionId, read);
	const [oldest] = lastRead.keys();
	if (oldest !== undefined && lastRead.size > MOST_READ) lastRead.delete(oldest);
	return read.park;
};

/**
 * The park of the execution that a webhook call is for; undefined where it has none that can be
 * read. Read by an expression: n8n gives a webhook no other way to the node's context.
 */
export const readPark = (context: IWebhookFunctions): Park | undefined => {
	const saved: unknown = context.evaluateExpression(
		`{{ $node[${quoted(context.getNode().name)}].context[${quoted(KEY)}] }}`,
	);
	return typeof saved === 'string' ? readOnce(context.getExecutionId(), saved) : undefined;
};
