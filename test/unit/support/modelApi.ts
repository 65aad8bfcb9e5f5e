import type { RunApi } from '../../../nodes/Magnific/api/client';
import type { Clock } from '../../../nodes/Magnific/api/clock';
import { networkError, refusalError, type ApiError } from '../../../nodes/Magnific/api/errors';
import type { AppDefinition, Run } from '../../../nodes/Magnific/api/types';

export interface RateLimit {
	/** Length of the window, ms. */
	ms: number;
	/** Requests that are let through within any window of that length. */
	max: number;
}

/** What the vendor documents for a key of 50 requests per minute. */
export const DOCUMENTED_LIMITS: RateLimit[] = [
	{ ms: 60_000, max: 50 },
	{ ms: 5_000, max: 50 },
	{ ms: 120_000, max: 1_200 },
];

const A_MINUTE_MS = 60_000;

/** One request as the server sees it. */
export interface ModelCall {
	operation: 'getApp' | 'startRun' | 'getRun';
	/** The app's id, or the run's. */
	id: string;
	/** Place among the calls of this operation, from 0. */
	index: number;
	/** When the client sent it, ms since the epoch. */
	sentAt: number;
	/** When the server got it, ms since the epoch. */
	arrivedAt: number;
	/** When the client had the answer, ms since the epoch; Infinity until then. */
	answeredAt: number;
	/** The status of the answer; 0 where the client got none. */
	statusCode: number;
}

export interface ModelRun {
	run_id: string;
	app: AppDefinition;
	inputs: Record<string, unknown>;
	/** Place among all runs, from 0. */
	index: number;
	startedAt: number;
	/** Infinity: it never ends. */
	endsAt: number;
}

/** A trouble that one call meets. */
export type Fault =
	/** Refused before anything is done. */
	| { statusCode: number; body?: unknown; retryAfter?: string }
	/** The connection breaks with this network code: before the server got the request, or after it did what was asked. */
	| { networkCode: string; done: boolean }
	/** The server does what was asked, but the answer is this. */
	| { answer: ApiError }
	/** All goes well, only this much later. */
	| { delayMs: number };

export interface ModelOptions {
	clock: Clock;
	apps: AppDefinition[];
	/** How long a run takes, in ms. */
	durationMs: (run: Pick<ModelRun, 'app' | 'inputs' | 'index'>) => number;
	/** The status with which a run ends; `completed` where not given. */
	ending?: (run: ModelRun) => string;
	/** The status of a run that is not over; `running` where not given. */
	going?: (run: ModelRun) => string;
	/** Time of a request on its way to the server, and of its answer back, in ms each; may differ by the place among all calls. */
	latencyMs?: number | ((place: number) => number);
	limits?: RateLimit[];
	/** Whether a 429 says when to come again. */
	tellsRetryAfter?: boolean;
	/** Requests per minute that others send with the same key, evenly spread. */
	othersPerMinute?: number;
	/** Whether those count also where the limit is reached, and did so for a minute: others get their share whatever we do. */
	othersGoFirst?: boolean;
	fault?: (call: Readonly<ModelCall>) => Fault | undefined;
}

/**
 * The API in memory, on a clock: runs that take their time, rate limits, faults, and a log. It
 * gives and throws what `client.ts` does, made by the same functions.
 */
export class ModelApi implements RunApi {
	/** All calls in the order in which they were sent. */
	readonly calls: ModelCall[] = [];

	readonly runs: ModelRun[] = [];

	private readonly limits: RateLimit[];

	private readonly counts = { getApp: 0, startRun: 0, getRun: 0 };

	private readonly runsById = new Map<string, ModelRun>();

	/** When the requests arrived that were let through, ours and others'. */
	private readonly letThrough: number[] = [];

	private othersNextAt: number;

	constructor(private readonly options: ModelOptions) {
		this.limits = options.limits ?? DOCUMENTED_LIMITS;
		this.othersNextAt = options.clock.now() - (options.othersGoFirst === true ? A_MINUTE_MS : 0);
	}

	async getApp(appId: string): Promise<AppDefinition> {
		return await this.serve('getApp', appId, () => this.app(appId));
	}

	async startRun(app: AppDefinition, inputs: Record<string, unknown>): Promise<string> {
		return await this.serve('startRun', app.sqid, () => {
			const index = this.runs.length;
			const run = { app: this.app(app.sqid), inputs, index };
			const startedAt = this.options.clock.now();
			const run_id = `run${String(index).padStart(5, '0')}`;
			const endsAt = startedAt + this.options.durationMs(run);
			const started = { ...run, run_id, startedAt, endsAt };
			this.runs.push(started);
			this.runsById.set(run_id, started);
			return run_id;
		});
	}

	async getRun(runId: string): Promise<Run> {
		return await this.serve('getRun', runId, () => {
			const run = this.runsById.get(runId);
			if (!run) throw this.refusal({ statusCode: 404 });
			return this.state(run);
		});
	}

	/** The calls of one operation. */
	of(operation: ModelCall['operation']): ModelCall[] {
		return this.calls.filter((call) => call.operation === operation);
	}

	/** How many calls were answered with this status. */
	answered(statusCode: number): number {
		return this.calls.filter((call) => call.statusCode === statusCode).length;
	}

	private latencyOf(place: number): number {
		const { latencyMs = 0 } = this.options;
		return typeof latencyMs === 'number' ? latencyMs : latencyMs(place);
	}

	private app(appId: string): AppDefinition {
		const app = this.options.apps.find(({ sqid }) => sqid === appId);
		if (!app) throw this.refusal({ statusCode: 404 });
		return app;
	}

	/** The run as the server knows it. */
	peek(runId: string): ModelRun {
		const run = this.runsById.get(runId);
		if (!run) throw new Error(`There is no run ${runId}`);
		return run;
	}

	/** What the API would answer about it now. */
	state(run: ModelRun): Run {
		const { clock, ending, going } = this.options;
		const isOver = clock.now() >= run.endsAt;
		const status = isOver ? (ending?.(run) ?? 'completed') : (going?.(run) ?? 'running');
		const image = {
			id: `${run.run_id}-0`,
			url: `https://files.example/${run.run_id}.png?token=secret`,
			tool: 'model',
			width: 1024,
			height: 1024,
			duration: null,
			created_at: null,
		};
		return {
			run_id: run.run_id,
			status,
			app_id: run.app.sqid,
			started_at: new Date(run.startedAt).toISOString(),
			completed_at: isOver ? new Date(run.endsAt).toISOString() : null,
			error_message: status === 'failed' ? 'The model made it fail' : null,
			result: status.startsWith('completed') ? { images: [image], videos: [], audios: [] } : null,
		};
	}

	private async serve<T>(operation: ModelCall['operation'], id: string, act: () => T): Promise<T> {
		const { clock, fault } = this.options;
		const latencyMs = this.latencyOf(this.calls.length);
		const index = this.counts[operation]++;
		const sentAt = clock.now();
		const call: ModelCall = {
			operation,
			id,
			index,
			sentAt,
			arrivedAt: sentAt + latencyMs,
			answeredAt: Infinity,
			statusCode: 0,
		};
		this.calls.push(call);
		if (latencyMs > 0) await clock.sleep(latencyMs);

		const answer = this.answer(call, fault?.(call), act);
		if (typeof answer.delayMs === 'number') await clock.sleep(answer.delayMs);
		if (latencyMs > 0) await clock.sleep(latencyMs);
		call.answeredAt = clock.now();
		if ('error' in answer) throw answer.error;
		return answer.value;
	}

	private answer<T>(
		call: ModelCall,
		fault: Fault | undefined,
		act: () => T,
	): ({ value: T } | { error: unknown }) & { delayMs?: number } {
		const refuse = (refusal: Refusal): { error: unknown } => {
			call.statusCode = refusal.statusCode;
			return { error: this.refusal(refusal) };
		};
		const busy = this.busyMs(call.arrivedAt);
		if (busy > 0) return refuse({ statusCode: 429, ...this.retryAfter(busy) });
		this.letThrough.push(call.arrivedAt);

		if (fault && 'statusCode' in fault) return refuse(fault);
		if (fault && 'networkCode' in fault) {
			if (fault.done) act();
			return { error: networkError({ code: fault.networkCode }) };
		}
		try {
			const value = act();
			call.statusCode = call.operation === 'startRun' ? 202 : 200;
			if (fault && 'answer' in fault) return { error: fault.answer };
			return { value, ...fault };
		} catch (error) {
			call.statusCode = 404;
			return { error };
		}
	}

	/** How long no request is let through, ms; counts those of others that came until now. */
	private busyMs(now: number): number {
		const { othersPerMinute = 0, othersGoFirst = false } = this.options;
		while (othersPerMinute > 0 && this.othersNextAt <= now) {
			if (othersGoFirst || this.waitMs(this.othersNextAt) === 0)
				this.letThrough.push(this.othersNextAt);
			this.othersNextAt += 60_000 / othersPerMinute;
		}
		return this.waitMs(now);
	}

	private waitMs(now: number): number {
		const waits = this.limits.map(({ ms, max }) => {
			const blocking = this.letThrough.at(-max);
			return blocking === undefined ? 0 : blocking + ms - now;
		});
		return Math.max(0, ...waits);
	}

	private retryAfter(busyMs: number): { retryAfter?: string } {
		return this.options.tellsRetryAfter === false
			? {}
			: { retryAfter: String(Math.ceil(busyMs / 1_000)) };
	}

	private refusal({ statusCode, body = {}, retryAfter }: Refusal): ApiError {
		return refusalError({
			statusCode,
			body,
			retryAfter,
			now: this.options.clock.now(),
			secrets: [],
		});
	}
}

type Refusal = Extract<Fault, { statusCode: number }>;
