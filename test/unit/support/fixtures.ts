import { setMaxListeners } from 'node:events';
import { SlidingWindowBudget } from '../../../nodes/Magnific/api/budget';
import { ApiError, networkError, refusalError } from '../../../nodes/Magnific/api/errors';
import type { Pacing } from '../../../nodes/Magnific/api/retry';
import type { AppDefinition, AppInput, Run } from '../../../nodes/Magnific/api/types';
import { ledgerIn, type Ledger } from '../../../nodes/Magnific/runs/ledger';
import type { PlainRun } from '../../../nodes/Magnific/runs/submit';
import type { BinaryFile } from '../../../nodes/Magnific/runs/types';
import { ModelApi, type ModelOptions } from './modelApi';
import { VirtualClock } from './virtualClock';

export const input = (own: Partial<AppInput> & Pick<AppInput, 'id'>): AppInput => ({
	api_key: null,
	key: null,
	label: own.id,
	type: 'text',
	media_type: null,
	required: false,
	default: null,
	options: [],
	...own,
});

export const app = (own: Partial<AppDefinition> = {}): AppDefinition => ({
	sqid: 'uqzQLDr2Aw',
	name: 'Product Photo',
	total_cost: 5,
	inputs: [],
	raw: {},
	...own,
});

export const run = (own: Partial<Run> = {}): Run => ({
	run_id: 'vCrK3Aa47y',
	status: 'completed',
	app_id: 'uqzQLDr2Aw',
	started_at: '2026-11-01T00:00:00Z',
	completed_at: '2026-11-01T00:00:20Z',
	error_message: null,
	result: null,
	...own,
});

export const file = (own: Partial<BinaryFile> = {}): BinaryFile => ({
	itemIndex: 0,
	field: 'data',
	fileKey: 'file-1',
	mimeType: 'image/png',
	bytes: 1_000,
	...own,
});

/** `count` runs of one app, each in a slot of its own. */
export const plainRuns = (count: number, definition = app()): PlainRun[] =>
	Array.from({ length: count }, (_, i) => ({
		app: definition,
		inputs: { prompt: `item ${String(i)}` },
		slot: `slot:${String(i)}`,
	}));

/** What the API's answer of this status throws. */
export const refused = (statusCode: number, body: unknown = {}, retryAfter?: string): ApiError =>
	refusalError({ statusCode, body, retryAfter, now: 0, secrets: [] });

/** What a connection that breaks with this code throws. */
export const broken = (code: string): ApiError => networkError({ code });

/** Everything that carrying runs needs, on virtual time. */
export interface World {
	clock: VirtualClock;
	api: ModelApi;
	budget: SlidingWindowBudget;
	store: Record<string, unknown>;
	ledger: Ledger;
	stop: AbortController;
	/** As the code under test is handed them. */
	seams: Pacing & { api: ModelApi; ledger: Ledger };
}

export const world = (
	model: Partial<Omit<ModelOptions, 'clock'>> = {},
	requestsPerMinute = 50,
): World => {
	const clock = new VirtualClock();
	const api = new ModelApi({
		clock,
		apps: [app()],
		durationMs: () => 20_000,
		latencyMs: 60,
		...model,
	});
	const budget = new SlidingWindowBudget(clock, requestsPerMinute);
	const store: Record<string, unknown> = {};
	const ledger = ledgerIn(store);
	const stop = new AbortController();
	// As n8n does with an execution's signal.
	setMaxListeners(Infinity, stop.signal);
	const seams = { api, budget, clock, ledger, signal: stop.signal, random: () => 0.5 };
	return { clock, api, budget, store, ledger, stop, seams };
};

/** The most of these times (ascending, ms) that lie within any window of `ms`. */
export const mostWithin = (times: number[], ms: number): number =>
	times.reduce(
		(most, start) => Math.max(most, times.filter((at) => at >= start && at < start + ms).length),
		0,
	);
