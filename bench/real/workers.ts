import { setTimeout as delay } from 'node:timers/promises';
import { startEmulator, type Emulator, type RequestLogEntry } from '../../emulator';
import { startN8nQueue, type N8nQueue } from '../../scripts/lib/n8n/queue';
import type { WorkflowJson } from '../../scripts/lib/n8n/workflow';
import type { Report } from '../../scripts/lib/progress';
import {
	seconds,
	shareOf,
	unfairnessOf,
	withoutLook,
	type SeenRequest,
	type Share,
	type Span,
} from './shares';
import { items, magnific, start, workflowOf } from './workflows';

/** How many workers there are, one measurement after the other. */
export const WORKERS: readonly number[] = [2, 4];

const REQUESTS_PER_MINUTE = 50;
const MINUTES = 10;
const A_MINUTE_MS = 60_000;
const RUN_S = 10;
/** More than one gets through in that time, be it alone. */
const ITEMS = 400;
const FEW_ITEMS = 5;
const FEW_TIMEOUT_MS = 10 * A_MINUTE_MS;
const BEGIN_TIMEOUT_MS = 5 * A_MINUTE_MS;
const LOOK_EVERY_MS = 200;

/** How the key's limit is cut: each worker finds its share by what it is refused, or is told it. */
const CUTS = ['found', 'fixed'] as const;

/** How workers shared a key, by the log of the local Magnific. */
export interface WorkersRow {
	workers: number;
	cut: (typeof CUTS)[number];
	/** From the first request of the first execution to that of the last one, in s. */
	begun_within_s: number;
	/** The greatest distance of an execution's requests from an equal share, as a part of that. */
	unfairness: number;
	/** The part of the key's limit that was used. */
	used: number;
	/** Since the first execution began. */
	http_429: number;
	executions: Share[];
	/** A batch of 5 items in the place of one of the large ones, beside the others. */
	few: {
		/** From its first request to its last one, in s; null where it was not over after ten minutes. */
		done_s: number | null;
		/** The longest time that it had runs and no look was let through, in s. */
		without_look_s: number;
	};
}

/** Each execution runs an app of its own, so that the log tells whose each request is, a refused one too. */
const appOf = (execution: number): string => `Batch${String(execution).padStart(5, '0')}`;

const FEW = 'FewItems';

const KINDS: Partial<Record<RequestLogEntry['route'], SeenRequest['kind']>> = {
	run: 'submission',
	get_run: 'look',
};

const seenBy = async ({ control }: Emulator): Promise<SeenRequest[]> =>
	(await control.requests()).map(({ app_id = '', at, route, status }) => ({
		by: app_id,
		at,
		kind: KINDS[route] ?? 'other',
		isLetThrough: status !== 429,
	}));

/** When each app was first asked for, ms since the epoch, as soon as all have been. */
const untilAllBegan = async (emulator: Emulator, apps: readonly string[]): Promise<number[]> => {
	const deadline = Date.now() + BEGIN_TIMEOUT_MS;
	for (;;) {
		const seen = await seenBy(emulator);
		const begins = apps.flatMap((app) => seen.find(({ by }) => by === app)?.at ?? []);
		if (begins.length === apps.length) return begins;
		if (Date.now() > deadline) {
			throw new Error(`Of ${String(apps.length)} executions ${String(begins.length)} began`);
		}
		await delay(LOOK_EVERY_MS);
	}
};

const batchOf = (app: string, count: number): WorkflowJson =>
	workflowOf(
		app,
		[start, items(count), magnific(app, { wait: 'poll' })],
		[
			['Start', 'Items'],
			['Items', 'Magnific'],
		],
	);

/**
 * Starts an execution for each app, all at the same time: by hand, since n8n 2.41 in queue mode marks
 * one that a webhook process started as stopped, but does not tell the worker.
 */
const startAll = async (
	{ api }: N8nQueue,
	apps: readonly string[],
	count: number,
): Promise<string[]> => {
	const workflows = [];
	for (const app of apps) workflows.push(await api.importWorkflow(batchOf(app, count)));
	return await Promise.all(workflows.map(async (id) => await api.startWorkflow(id)));
};

/** @throws where it was over by itself, since from then on the others had its share */
const stop = async ({ api }: N8nQueue, id: string): Promise<void> => {
	const { hasEnded, status, error } = await api.getExecution(id);
	if (hasEnded) {
		throw new Error(`Execution ${id} ended too early, ${status}: ${String(error?.message)}`);
	}
	await api.stopExecution(id);
	await api.waitForEnd(id);
};

const untilOver = async ({ api }: N8nQueue, id: string, timeoutMs: number): Promise<boolean> => {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const { hasEnded, status } = await api.getExecution(id);
		if (hasEnded && status !== 'success') throw new Error(`Execution ${id} ended with ${status}`);
		if (hasEnded || Date.now() > deadline) return hasEnded;
		await delay(LOOK_EVERY_MS);
	}
};

/** Carries the small batch on the worker that has become free. */
const measureFew = async (queue: N8nQueue, emulator: Emulator): Promise<WorkersRow['few']> => {
	const [id = ''] = await startAll(queue, [FEW], FEW_ITEMS);
	const isOver = await untilOver(queue, id, FEW_TIMEOUT_MS);
	const seen = await seenBy(emulator);
	const moments = seen.filter(({ by }) => by === FEW).map(({ at }) => at);
	const [first, last] = [Math.min(...moments), Math.max(...moments)];
	if (!isOver) await stop(queue, id);
	return {
		done_s: isOver ? seconds(last - first) : null,
		without_look_s: withoutLook(FEW, seen, isOver ? last : Date.now()),
	};
};

/** Adds the apps, and a credential that everything imported from now on uses. */
const introduce = async (
	{ api, workers: { length: workers } }: N8nQueue,
	emulator: Emulator,
	cut: WorkersRow['cut'],
	apps: readonly string[],
): Promise<void> => {
	for (const app of apps) {
		await emulator.control.addApp({ sqid: app, name: app, duration_s: RUN_S });
	}
	const share = cut === 'fixed' ? REQUESTS_PER_MINUTE / workers : REQUESTS_PER_MINUTE;
	await api.importCredential({
		name: 'Magnific API',
		type: 'magnificApi',
		data: {
			apiKey: emulator.apiKey,
			baseUrl: emulator.url,
			endpointFamily: 'apps',
			requestsPerMinute: Math.floor(share),
		},
	});
};

const measureCut = async (
	queue: N8nQueue,
	cut: WorkersRow['cut'],
	report: Report,
): Promise<WorkersRow> => {
	const workers = queue.workers.length;
	const apps = queue.workers.map((_, execution) => appOf(execution));
	// A key of its own: a worker remembers for minutes what it was refused with a key.
	const apiKey = `key-of-${String(workers)}-workers-${cut}`;
	const emulator = await startEmulator({ apiKey, settings: { imageSize: 64 } });
	try {
		await introduce(queue, emulator, cut, [...apps, FEW]);
		const ids = await startAll(queue, apps, ITEMS);
		const begins = await untilAllBegan(emulator, apps);
		const from = Math.max(...begins);
		const span: Span = { from, to: from + MINUTES * A_MINUTE_MS };
		report(`${String(workers)} workers with one key for ten minutes, shares ${cut}`);
		await delay(span.to - Date.now());
		const seen = (await seenBy(emulator)).filter(({ at }) => at < span.to);
		report(`5 items in the place of one of ${String(workers)} large batches, shares ${cut}`);
		const [first = '', ...others] = ids;
		await stop(queue, first);
		const few = await measureFew(queue, emulator);
		for (const id of others) await stop(queue, id);

		const executions = apps.map((app) => shareOf(app, seen, span));
		const got = executions.map(({ per_minute }) => per_minute.reduce((sum, n) => sum + n, 0));
		return {
			workers,
			cut,
			begun_within_s: seconds(from - Math.min(...begins)),
			unfairness: unfairnessOf(got),
			used: got.reduce((sum, n) => sum + n, 0) / (MINUTES * REQUESTS_PER_MINUTE),
			http_429: seen.filter(({ isLetThrough }) => !isLetThrough).length,
			executions,
			few,
		};
	} finally {
		await emulator.close();
	}
};

/**
 * How workers of a real n8n in queue mode share the limit of one key, each with a large polling batch
 * of its own, for ten minutes; in real time.
 *
 * @param counts of workers; each takes about 25 minutes
 */
export const measureWorkers = async (
	tarball: string,
	counts: readonly number[],
	report: Report,
): Promise<WorkersRow[]> => {
	const rows: WorkersRow[] = [];
	for (const workers of counts) {
		report(`starting n8n with ${String(workers)} workers`);
		const queue = await startN8nQueue({ tarball, workers, concurrency: 1 });
		try {
			for (const cut of CUTS) rows.push(await measureCut(queue, cut, report));
		} finally {
			await queue.close();
		}
	}
	return rows;
};
