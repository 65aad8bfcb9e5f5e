import { Durations } from './durations';

const FIRST_LOOK_MS = 2_000;
/** A probe waits so long after the one before, and so long as these many requests take on average … */
const PROBE_EVERY_MS = 3_000;
const PROBE_EVERY_REQUESTS = 2.5;
/** … but until the oldest run is this old … */
const SOON_MS = 36_000;
/** … only so long … */
const SOON_EVERY_MS = 1_000;
const SOON_EVERY_MS_PER_RUN = 200;
/** … while all that was sent, and a look at each run, come to no more than this part of a minute's requests. */
const SOON_PART = 0.8;
/** A probe that is not back after this is not waited for. */
const PROBE_TAKES_MS = 3_000;
/** Of long runs a probe waits for a part of the time waited so far: this for each run of the batch, within limits. */
const SHARE_PER_RUN = 0.001;
const SMALLEST_SHARE = 0.01;
const LARGEST_SHARE = 0.1;
const A_MINUTE_MS = 60_000;
/** A run gets a last look this long before its deadline, so that no end shortly before it is missed. */
const LAST_LOOK_MS = 1_000;

interface Scheduled {
	run_id: string;
	app_id: string;
	/** When the run was submitted, ms since the epoch. */
	since: number;
	deadline: number;
	/** Where set, the next look is due then whatever the app's other runs tell. */
	dueAt: number | undefined;
	looks: number;
	/** The greatest age at which it was seen going, ms. */
	seenAge: number;
	lastLookAt: number;
	looking: boolean;
}

/** What the runs of one app teach about each other. */
interface AppKnowledge {
	durations: Durations;
	/** When a look that found a run still going was made, ms since the epoch. */
	lastMissAt: number | undefined;
	/** The run under a look that nothing but time suggested: one at a time. */
	probed: { run_id: string; at: number } | undefined;
	/** How many runs were ever added. */
	runs: number;
}

/** The runs of an app that wait. */
interface AppRuns {
	count: number;
	oldestSince: number;
}

/** Of two looks due at the same time: the run looked at least, then the one that goes longest. */
const goesBefore = (run: Scheduled, other: Scheduled): boolean =>
	run.looks === other.looks ? run.since < other.since : run.looks < other.looks;

/**
 * When to look at which run. An execution goes on when its last run is over, so a look that finds a
 * run going is worth little, and one that comes late costs little as long as other runs go: a run is
 * looked at when it is likely over, by what the app's other runs took. Where that is not known, one
 * run after the other is probed at intervals that grow with the time waited; the first end found
 * sets the time for the rest. Pure: knows no clock and no API.
 */
export class Schedule {
	private readonly runs = new Map<string, Scheduled>();

	private readonly apps = new Map<string, AppKnowledge>();

	/** Submissions and looks so far. */
	private sent = 0;

	constructor(private readonly requestsPerMinute = 50) {}

	/** `since`: when it was submitted; `lookNow` where it may be over already. Times in ms since the epoch. */
	add(run: {
		run_id: string;
		app_id: string;
		since: number;
		deadline: number;
		lookNow: boolean;
	}): void {
		this.sent += 1;
		this.app(run.app_id).runs += 1;
		this.runs.set(run.run_id, {
			run_id: run.run_id,
			app_id: run.app_id,
			since: run.since,
			deadline: run.deadline,
			dueAt: run.lookNow ? run.since : undefined,
			looks: 0,
			seenAge: 0,
			lastLookAt: run.since,
			looking: false,
		});
	}

	remove(run_id: string): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		const { durations } = this.lookIsBack(run);
		durations.forget(run_id);
		this.runs.delete(run_id);
	}

	/** The look that comes first, and when it is due (ms since the epoch; may be past). */
	next(): { run_id: string; dueAt: number } | undefined {
		const waiting = this.waitingPerApp();
		let best: { run: Scheduled; dueAt: number } | undefined;
		for (const run of this.runs.values()) {
			if (run.looking) continue;
			const dueAt = this.dueAt(run, waiting);
			if (!best || dueAt < best.dueAt || (dueAt === best.dueAt && goesBefore(run, best.run))) {
				best = { run, dueAt };
			}
		}
		return best && { run_id: best.run.run_id, dueAt: best.dueAt };
	}

	/** A look is on its way: the run is not looked at again before it came back. */
	lookStarts(run_id: string, now: number): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		this.sent += 1;
		run.looking = true;
		run.lastLookAt = now;
		const app = this.app(run.app_id);
		if (app.durations.likelyEnd(run.seenAge) === undefined) app.probed = { run_id, at: now };
	}

	/** Tells the app of a run for which it was not known. */
	belongsTo(run_id: string, app_id: string): void {
		const run = this.runs.get(run_id);
		if (!run || run.app_id === app_id) return;
		this.lookIsBack(run).durations.forget(run_id);
		this.app(run.app_id).runs -= 1;
		this.app(app_id).runs += 1;
		run.app_id = app_id;
	}

	/** The look found the run still going. */
	stillGoing(run_id: string): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		const app = this.lookIsBack(run);
		const age = run.lastLookAt - run.since;
		app.durations.sawGoing(run_id, age, run.seenAge);
		app.lastMissAt = Math.max(app.lastMissAt ?? 0, run.lastLookAt);
		run.looks += 1;
		run.seenAge = age;
		run.dueAt = undefined;
	}

	/** The look could not be made; the next one is due at `dueAt`. */
	lookAgainAt(run_id: string, dueAt: number): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		this.lookIsBack(run);
		run.dueAt = dueAt;
	}

	/** The look found the run over, after `duration` ms (null where that is not known). */
	ended(run_id: string, duration: number | null): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		const { durations } = this.lookIsBack(run);
		this.runs.delete(run_id);
		durations.sawEnded(run_id, run.lastLookAt - run.since, run.seenAge, duration);
	}

	private app(app_id: string): AppKnowledge {
		let known = this.apps.get(app_id);
		if (!known) {
			known = { durations: new Durations(), lastMissAt: undefined, probed: undefined, runs: 0 };
			this.apps.set(app_id, known);
		}
		return known;
	}

	private lookIsBack(run: Scheduled): AppKnowledge {
		const app = this.app(run.app_id);
		run.looking = false;
		if (app.probed?.run_id === run.run_id) app.probed = undefined;
		return app;
	}

	private waitingPerApp(): Map<string, AppRuns> {
		const waiting = new Map<string, AppRuns>();
		for (const { app_id, since } of this.runs.values()) {
			const known = waiting.get(app_id);
			if (!known) {
				waiting.set(app_id, { count: 1, oldestSince: since });
			} else {
				known.count += 1;
				known.oldestSince = Math.min(known.oldestSince, since);
			}
		}
		return waiting;
	}

	private dueAt(run: Scheduled, waiting: Map<string, AppRuns>): number {
		const dueAt = run.dueAt ?? this.dueByKnowledge(run, waiting);
		const lastLook = run.deadline - LAST_LOOK_MS;
		return run.lastLookAt < lastLook ? Math.min(dueAt, lastLook) : dueAt;
	}

	private dueByKnowledge(run: Scheduled, waiting: Map<string, AppRuns>): number {
		const { durations, lastMissAt, probed, runs } = this.app(run.app_id);
		const likely = durations.likelyEnd(run.seenAge);
		if (likely !== undefined) {
			const again = run.looks === 0 ? 0 : run.lastLookAt + SOON_EVERY_MS;
			return Math.max(run.since + likely, again);
		}
		const first = run.since + FIRST_LOOK_MS;
		if (probed) return Math.max(first, probed.at + PROBE_TAKES_MS);
		if (lastMissAt === undefined) return first;
		const oldestSince = waiting.get(run.app_id)?.oldestSince ?? run.since;
		const interval = this.interval(lastMissAt - oldestSince, runs) * waiting.size;
		return Math.max(first, lastMissAt + interval);
	}

	/**
	 * How long the next probe of an app waits after the last. Probes leave so much of a minute's
	 * requests free that all runs can be looked at once the first is found over.
	 */
	private interval(waited: number, batch: number): number {
		const waiting = this.runs.size;
		const needed = this.sent + waiting;
		if (waited < SOON_MS && needed < SOON_PART * this.requestsPerMinute) {
			return Math.max(SOON_EVERY_MS, SOON_EVERY_MS_PER_RUN * batch);
		}
		const share = Math.min(LARGEST_SHARE, Math.max(SMALLEST_SHARE, SHARE_PER_RUN * batch));
		const leavesRoom = A_MINUTE_MS / Math.max(1, this.requestsPerMinute - waiting);
		const every = Math.max(
			PROBE_EVERY_MS,
			PROBE_EVERY_REQUESTS * (A_MINUTE_MS / this.requestsPerMinute),
		);
		return Math.min(A_MINUTE_MS, Math.max(every, waited * share, leavesRoom));
	}
}
