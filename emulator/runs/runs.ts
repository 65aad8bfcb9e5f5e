import type { App } from '../apps/app';
import { failureOf, WorkFailed } from '../apps/work';
import type { Family, Outcome } from '../control/specs';
import type { RunRecord, Settings } from '../control/types';
import type { FileStore } from '../files';
import { Occurrences } from '../occurrence';
import { seededRandom, sqid } from '../random';
import type { Renderer, Rendering } from '../renderer';
import { shortened } from '../requestLog';
import type { GivenValue } from '../validate';
import { storeResult } from './results';
import { isoTime, isTerminal, lastEvent, type Run, type RunEvent } from './run';
import { loadValues } from './values';

interface Dependencies {
	files: FileStore;
	renderer: Renderer;
	settings: () => Settings;
	onEvent: (run: Run, event: RunEvent) => void;
	log: (line: string) => void;
}

interface RunRequest {
	inputs: Record<string, unknown>;
	given: GivenValue[];
	webhook: string | null;
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

	start(app: App, family: Family, request: RunRequest): Run {
		const outcome = this.outcomes.takeFirst(
			(spec) => spec.app_id === undefined || spec.app_id === app.sqid,
		);
		const { timeScale } = this.deps.settings();
		this.lastSeq += 1;
		const record = this.newRecord(app, family, request);
		const { run_id: runId, submitted_at: now, credits } = record;
		const lifeMs = (this.durationS(app, outcome ?? {}) * 1000) / timeScale;
		const run: Run = { record, outcome: outcome ?? {}, endsAt: now + lifeMs, settled: false };
		this.runs.set(runId, run);
		this.deps.log(`run ${runId} of ${app.name} accepted (${String(credits)} credits)`);
		const rendering = makesFiles(run.outcome) ? this.render(app, run, request.given) : undefined;
		this.at(now + Math.min(lifeMs / 10, 1_000 / timeScale), () => {
			this.begin(run);
		});
		this.at(run.endsAt, () => {
			void this.end(run, rendering);
		});
		return run;
	}

	private newRecord(app: App, family: Family, { inputs, webhook }: RunRequest): RunRecord {
		return {
			seq: this.lastSeq,
			run_id: sqid(),
			app_id: app.sqid,
			app_name: app.name,
			family,
			status: 'pending',
			submitted_at: Date.now(),
			settled_at: null,
			started_at: null,
			completed_at: null,
			error_message: null,
			result: null,
			credits: app.totalCost ?? 0,
			inputs: Object.fromEntries(
				Object.entries(inputs).map(([name, value]) => [name, shortened(value)]),
			),
			webhook,
			polls: 0,
		};
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
		const usual = Array.isArray(set) ? set[count % set.length] : set;
		const stray = (seededRandom(this.lastSeq)() * 2 - 1) * jitter;
		return (outcome.duration_s ?? usual ?? app.durationS) * (1 + stray);
	}

	private async render(app: App, run: Run, given: GivenValue[]): Promise<Rendering> {
		try {
			const { values, digest } = await loadValues(given, this.deps.files);
			const key = [app.sqid, app.fresh ? run.record.run_id : '', digest].join('|');
			const { imageSize } = this.deps.settings();
			return await this.deps.renderer.render(key, app.work, values, imageSize);
		} catch (error) {
			return failureOf(error);
		}
	}

	private begin(run: Run): void {
		const { record, settled } = run;
		if (settled || record.started_at !== null) return;
		record.status = 'running';
		record.started_at = isoTime(Date.now());
		this.deps.onEvent(run, 'initialized');
	}

	private async end(run: Run, rendering: Promise<Rendering> | undefined): Promise<void> {
		const product = await rendering;
		const { record, outcome } = run;
		if (this.runs.get(record.run_id) !== run) return;
		this.begin(run);
		if (product instanceof WorkFailed) {
			this.settle(run, 'failed', product.message);
		} else if (product === undefined) {
			this.settle(run, outcome.status ?? 'failed', failureText(outcome.status));
		} else {
			const { fileHours: hours } = this.deps.settings();
			const at = Date.now();
			record.result = storeResult(product, this.deps.files, { by: record.app_name, at, hours });
			const natural = product.error === undefined ? 'completed' : 'completed_with_errors';
			const status = outcome.status ?? natural;
			this.settle(run, status, product.error ?? failureText(status), at);
		}
	}

	private settle(run: Run, status: string, message: string | null, at = Date.now()): void {
		const { record, outcome } = run;
		record.status = status;
		record.settled_at = at;
		run.settled = true;
		if (!isTerminal(status)) return;
		record.completed_at = isoTime(record.settled_at);
		record.error_message = outcome.error_message ?? message;
		if (outcome.result !== undefined) record.result = outcome.result;
		this.deps.log(`run ${record.run_id} of ${record.app_name} ${status}`);
		this.deps.onEvent(run, lastEvent(run));
	}
}

/** Whether the app's work is to be done, or the run ends without results anyway. */
function makesFiles({ status }: Outcome): boolean {
	return status === undefined || status === 'completed' || status === 'completed_with_errors';
}

function failureText(status: string | undefined): string | null {
	if (status === 'completed_with_errors') return 'One of the nodes failed.';
	if (status === 'failed' || status === undefined) return 'The run failed.';
	return null;
}
