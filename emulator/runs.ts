import type { App } from './apps/app';
import { failureOf, JobValues, WorkFailed, type InputValue, type Product } from './apps/work';
import type { Family, Outcome } from './control/specs';
import type { Asset, RunRecord, RunResult, Settings } from './control/types';
import { loadCreation } from './creations';
import { isRecord } from './guards';
import { Occurrences } from './occurrence';
import type { FileStore } from './files';
import { shortened } from './requestLog';
import { seededRandom, sqid } from './random';
import { digestOf, type Rendering, type Renderer } from './renderer';
import type { GivenValue } from './validate';

const RESULT_LIFETIME_MS = 12 * 60 * 60 * 1000;
const TERMINAL = ['completed', 'completed_with_errors', 'failed', 'cancelled'];

export interface Run extends RunRecord {
	outcome: Outcome;
	/** Epoch ms, real time. */
	startsAt: number;
	endsAt: number;
	/** Over, or in a state that it will never leave. */
	settled: boolean;
}

export type RunEvent = 'initialized' | 'finished' | 'failed';

interface Dependencies {
	files: FileStore;
	renderer: Renderer;
	settings: () => Settings;
	onEvent: (run: Run, event: RunEvent) => void;
	log: (line: string) => void;
}

/** All runs and their lives: pending → running → an end, each at its time. */
export class Runs {
	private runs = new Map<string, Run>();
	private readonly outcomes = new Occurrences<Outcome>(1);
	private readonly timers = new Set<NodeJS.Timeout>();
	private readonly startsPerApp = new Map<string, number>();
	private lastSeq = 0;

	constructor(private readonly deps: Dependencies) {}

	addOutcome(outcome: Outcome): void {
		this.outcomes.add(outcome);
	}

	clearOutcomes(): void {
		this.outcomes.clear();
	}

	/** Forgets all runs; those on their way never end. */
	clear(): void {
		for (const timer of this.timers) clearTimeout(timer);
		this.timers.clear();
		this.runs = new Map();
		this.startsPerApp.clear();
		this.outcomes.clear();
	}

	get(runId: string): Run | undefined {
		return this.runs.get(runId);
	}

	all(): Run[] {
		return [...this.runs.values()];
	}

	get active(): number {
		return this.all().filter((run) => !run.settled).length;
	}

	start(
		app: App,
		family: Family,
		request: { inputs: Record<string, unknown>; given: GivenValue[]; webhook: string | null },
	): Run {
		const outcome =
			this.outcomes.takeFirst((spec) => spec.app_id === undefined || spec.app_id === app.sqid) ??
			{};
		const now = Date.now();
		const lifeMs = (this.durationS(app, outcome) * 1000) / this.deps.settings().timeScale;
		const pendingMs = Math.min(lifeMs / 10, 1_000 / this.deps.settings().timeScale);
		this.lastSeq += 1;
		const run: Run = {
			seq: this.lastSeq,
			run_id: sqid(),
			app_id: app.sqid,
			app_name: app.name,
			family,
			status: 'pending',
			submitted_at: now,
			settled_at: null,
			started_at: null,
			completed_at: null,
			error_message: null,
			result: null,
			credits: app.totalCost ?? 0,
			inputs: shortenedInputs(request.inputs),
			webhook: request.webhook,
			polls: 0,
			outcome,
			startsAt: now + pendingMs,
			endsAt: now + lifeMs,
			settled: false,
		};
		this.runs.set(run.run_id, run);
		this.deps.log(`run ${run.run_id} of ${app.name} accepted (${String(run.credits)} credits)`);
		const rendering = this.needsWork(outcome) ? this.render(app, run, request.given) : undefined;
		this.at(run.startsAt, () => {
			this.begin(run);
		});
		this.at(run.endsAt, () => {
			void this.end(run, rendering);
		});
		return run;
	}

	private at(time: number, action: () => void): void {
		const timer = setTimeout(
			() => {
				this.timers.delete(timer);
				action();
			},
			Math.max(0, time - Date.now()),
		);
		this.timers.add(timer);
	}

	private durationS(app: App, outcome: Outcome): number {
		const count = this.startsPerApp.get(app.sqid) ?? 0;
		this.startsPerApp.set(app.sqid, count + 1);
		const { durations, jitter } = this.deps.settings();
		const set = durations[app.sqid] ?? app.durationS;
		const duration =
			outcome.duration_s ?? (Array.isArray(set) ? set[count % set.length] : set) ?? app.durationS;
		const stray = (seededRandom(this.lastSeq)() * 2 - 1) * jitter;
		return duration * (1 + stray);
	}

	private needsWork(outcome: Outcome): boolean {
		const { status } = outcome;
		return status === undefined || status === 'completed' || status === 'completed_with_errors';
	}

	private async render(app: App, run: Run, given: GivenValue[]): Promise<Rendering> {
		const values = new Map<string, InputValue>();
		try {
			for (const { name, label, value, facts } of given) {
				if (typeof value !== 'object' || Array.isArray(value)) {
					values.set(name, value);
					continue;
				}
				const media = await loadCreation(value, this.deps.files, label);
				if (facts.mediaType !== undefined && media.mediaType !== facts.mediaType) {
					return new WorkFailed(
						`Node '${label}' failed: expected ${facts.mediaType}, got ${media.contentType}`,
					);
				}
				values.set(name, media);
			}
		} catch (error) {
			return failureOf(error);
		}
		const key = [app.sqid, app.fresh ? run.run_id : '', digestOf(values)].join('|');
		const { imageSize } = this.deps.settings();
		return this.deps.renderer.render(key, app.work, new JobValues(values), imageSize);
	}

	private begin(run: Run): void {
		if (run.settled) return;
		run.status = 'running';
		run.started_at = isoTime(Date.now());
		this.deps.onEvent(run, 'initialized');
	}

	private async end(run: Run, rendering: Promise<Rendering> | undefined): Promise<void> {
		const product = await rendering;
		if (this.runs.get(run.run_id) !== run) return;
		if (run.started_at === null) this.begin(run);
		const { status, error_message: message } = run.outcome;
		if (product instanceof WorkFailed) {
			this.settle(run, 'failed', message ?? product.message);
		} else if (product !== undefined) {
			run.result = this.store(product);
			const natural = product.error === undefined ? 'completed' : 'completed_with_errors';
			const reached = status ?? natural;
			const partial = reached === 'completed_with_errors' ? 'One of the nodes failed' : null;
			this.settle(run, reached, message ?? product.error ?? partial);
		} else {
			const reached = status ?? 'failed';
			this.settle(run, reached, message ?? (reached === 'failed' ? 'The run failed' : null));
		}
	}

	private settle(run: Run, status: string, message: string | null): void {
		run.status = status;
		run.settled = true;
		run.settled_at = Date.now();
		if (!TERMINAL.includes(status)) return;
		run.completed_at = isoTime(Date.now());
		run.error_message = message;
		if (run.outcome.result !== undefined) run.result = run.outcome.result;
		this.deps.log(`run ${run.run_id} of ${run.app_name} ${status}`);
		this.deps.onEvent(run, status.startsWith('completed') ? 'finished' : 'failed');
	}

	private store(product: Product): RunResult {
		const lifetimeMs = RESULT_LIFETIME_MS / this.deps.settings().timeScale;
		const result: RunResult = { images: [], videos: [], audios: [] };
		for (const produced of product.files) {
			const file = this.deps.files.add({
				origin: 'result',
				contentType: produced.contentType,
				bytes: produced.bytes,
				lifetimeMs,
			});
			const asset: Asset = {
				id: file.id,
				url: this.deps.files.url(file),
				tool: produced.tool,
				width: produced.width,
				height: produced.height,
				duration: produced.duration,
				created_at: isoTime(file.createdAt),
			};
			result[produced.list].push(asset);
		}
		return result;
	}
}

function shortenedInputs(inputs: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(inputs).map(([name, value]) => [name, shortened(value)]),
	);
}

/** The API's form: whole seconds and a numeric offset. */
export function isoTime(ms: number): string {
	return `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
}

/** The run as the status endpoint tells it. */
export function statusOf(run: Run): Record<string, unknown> {
	return {
		run_id: run.run_id,
		status: run.status,
		app_id: run.app_id,
		started_at: run.started_at,
		completed_at: run.completed_at,
		error_message: run.error_message,
		result: run.result,
		...run.outcome.extra,
	};
}

/** What a test may know about a run. */
export function recordOf(run: Run): RunRecord {
	const {
		outcome: _outcome,
		startsAt: _startsAt,
		endsAt: _endsAt,
		settled: _settled,
		...record
	} = run;
	return record;
}

/** The assets of a run whose result has the usual shape. */
export function assetsOf(run: RunRecord): { list: keyof RunResult; url: string }[] {
	const { result } = run;
	if (!isRecord(result)) return [];
	const lists: (keyof RunResult)[] = ['images', 'videos', 'audios'];
	return lists.flatMap((list) => {
		const assets = result[list];
		if (!Array.isArray(assets)) return [];
		return assets.flatMap((asset: unknown) =>
			isRecord(asset) && typeof asset.url === 'string' ? [{ list, url: asset.url }] : [],
		);
	});
}
