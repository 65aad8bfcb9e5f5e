import { Earliest } from '../api/earliest';
import { Durations } from './durations';

const FIRST_LOOK_MS = 2_000;
/** A probe waits so long after the one before, and so long as these many requests take on average … */
const PROBE_EVERY_MS = 3_000;
const PROBE_EVERY_REQUESTS = 2.5;
/** … of long runs this part of the time waited so far … */
const PROBE_EVERY_SHARE = 0.01;
/** … but until the oldest run is this old … */
const SOON_MS = 36_000;
/** … only so long … */
const SOON_EVERY_MS = 1_000;
const SOON_EVERY_MS_PER_RUN = 200;
/** … while all that was sent, and a look at each run, come to no more than this part of a minute's requests. */
const SOON_PART = 0.8;
/** A probe that is not back after this is not waited for. */
const PROBE_TAKES_MS = 3_000;
const A_MINUTE_MS = 60_000;
/** A run gets a last look this long before its deadline, so that no end shortly before it is missed. */
const LAST_LOOK_MS = 1_000;

interface Scheduled {
	readonly run_id: string;
	/** Place among all that were ever added. */
	readonly place: number;
	app: AppRuns;
	/** When the run was submitted, ms since the epoch. */
	readonly since: number;
	/** When its last look is due whatever is known, ms since the epoch. */
	readonly lastLookDueAt: number;
	/** Looks that found it going. */
	looks: number;
	/** The greatest age at which it was seen going, ms. */
	seenAge: number;
	lastLookAt: number;
}

/** Of two looks due at the same time: the run looked at least, then the one that goes longest. */
const goesBefore = (run: Scheduled, other: Scheduled): boolean =>
	(run.looks - other.looks || run.since - other.since || run.place - other.place) < 0;

/** The runs of one app, and what they teach about each other. */
class AppRuns {
	readonly durations = new Durations();

	/** All that wait, by `since`. */
	readonly waiting = new Earliest<Scheduled>();

	/** How many runs ever were this app's. */
	ever = 0;

	/** When a look that found a run still going was made, ms since the epoch. */
	lastMissAt: number | undefined;

	/** The run under a look that nothing but time suggested: one at a time. */
	probed: { run: Scheduled; at: number } | undefined;

	/** Those never seen going, by `since`: their ends are expected in this order. */
	readonly unseen = new Earliest<Scheduled>(goesBefore);

	/** Those whose ends are foretold, by when their looks are due. */
	private readonly foretold = new Earliest<Scheduled>(goesBefore);

	/** Those of which nothing but time suggests a look: probed in turn. */
	private readonly inTurn = new Earliest<Scheduled>(goesBefore);

	/** What `foretold` and `inTurn` were told by. */
	private curve = this.durations.curve();

	/** The run is looked at when what is known of the app says so. */
	enter(run: Scheduled): void {
		if (run.looks === 0) {
			this.unseen.set(run, run.since);
			return;
		}
		const likely = this.durations.likelyEnd(run.seenAge);
		if (likely === undefined) this.inTurn.set(run, 0);
		else this.foretold.set(run, Math.max(run.since + likely, run.lastLookAt + SOON_EVERY_MS));
	}

	leave(run: Scheduled): void {
		for (const line of [this.unseen, this.foretold, this.inTurn]) line.delete(run);
	}

	/** The looks that come first, by each reason to look; `probeAt`: when the next probe is due. */
	next(probeAt: number): Look[] {
		this.keepUp();
		const probe = ({ item }: { item: Scheduled }): number =>
			Math.max(item.since + FIRST_LOOK_MS, probeAt);
		const likely = this.durations.likelyEnd(0);
		return [
			look(this.unseen, likely === undefined ? probe : ({ at }) => at + likely),
			look(this.foretold),
			look(this.inTurn, probe),
		].flatMap((found) => found ?? []);
	}

	private keepUp(): void {
		const curve = this.durations.curve();
		if (curve === this.curve) return;
		this.curve = curve;
		for (const run of [...this.foretold.items(), ...this.inTurn.items()]) {
			this.leave(run);
			this.enter(run);
		}
	}
}

interface Look {
	run: Scheduled;
	/** Ms since the epoch; may be past. */
	dueAt: number;
}

const look = (
	line: Earliest<Scheduled>,
	dueAt: (first: { item: Scheduled; at: number }) => number = ({ at }) => at,
): Look | undefined => {
	const first = line.first();
	return first && { run: first.item, dueAt: dueAt(first) };
};

/**
 * When to look at which run. An execution goes on when its last run is over, so a look that finds a
 * run going is worth little, and one that comes late costs little as long as other runs go: a run is
 * looked at when it is likely over, by what the app's other runs took. Where that is not known, one
 * run after the other is probed at intervals that grow with the time waited; the first end found
 * sets the time for the rest. Pure: knows no clock and no API.
 */
export class Schedule {
	private readonly runs = new Map<string, Scheduled>();

	private readonly apps = new Map<string, AppRuns>();

	/** Those whose next look is due at a given time, whatever the app's other runs tell. */
	private readonly told = new Earliest<Scheduled>(goesBefore);

	/** Those that had no last look, by when it is due. */
	private readonly lastLooks = new Earliest<Scheduled>(goesBefore);

	/** How many runs were ever added. */
	private added = 0;

	/** How many looks were ever begun. */
	private looks = 0;

	constructor(private readonly requestsPerMinute = 50) {}

	/** `since`: when it was submitted; `lookNow` where it may be over already. Times in ms since the epoch. */
	add({
		run_id,
		app_id,
		since,
		deadline,
		lookNow,
	}: {
		run_id: string;
		app_id: string;
		since: number;
		deadline: number;
		lookNow: boolean;
	}): void {
		const app = this.app(app_id);
		const run = {
			run_id,
			place: this.added++,
			app,
			since,
			lastLookDueAt: deadline - LAST_LOOK_MS,
			looks: 0,
			seenAge: 0,
			lastLookAt: since,
		};
		this.runs.set(run_id, run);
		app.ever += 1;
		app.waiting.set(run, since);
		this.enter(run, lookNow ? since : undefined);
	}

	/** The look that comes first, and when it is due (ms since the epoch; may be past). */
	next(): { run_id: string; dueAt: number } | undefined {
		const apps = [...this.apps.values()].filter(({ waiting }) => waiting.size > 0);
		let best: Look | undefined;
		for (const candidate of [
			look(this.told),
			look(this.lastLooks),
			...apps.flatMap((app) => app.next(this.probeAt(app, apps.length))),
		]) {
			if (candidate && (!best || comesBefore(candidate, best))) best = candidate;
		}
		return best && { run_id: best.run.run_id, dueAt: best.dueAt };
	}

	/** A look is on its way: the run is not looked at again before it came back. */
	lookStarts(run_id: string, now: number): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		this.leave(run);
		this.looks += 1;
		run.lastLookAt = now;
		if (run.app.durations.likelyEnd(run.seenAge) === undefined) run.app.probed = { run, at: now };
	}

	/** Tells the app of a run for which it was not known. */
	belongsTo(run_id: string, app_id: string): void {
		const run = this.runs.get(run_id);
		const app = this.app(app_id);
		if (!run || run.app === app) return;
		this.leave(run);
		run.app.durations.forget(run_id);
		run.app.waiting.delete(run);
		run.app.ever -= 1;
		run.app = app;
		app.ever += 1;
		app.waiting.set(run, run.since);
		this.enter(run);
	}

	/** The look found the run still going. */
	stillGoing(run_id: string): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		const { app } = run;
		this.leave(run);
		run.looks += 1;
		run.seenAge = run.lastLookAt - run.since;
		app.durations.sawGoing(run_id, run.seenAge);
		app.lastMissAt = Math.max(app.lastMissAt ?? 0, run.lastLookAt);
		this.enter(run);
	}

	/** The look could not be made; the next one is due at `dueAt`. */
	lookAgainAt(run_id: string, dueAt: number): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		this.leave(run);
		this.enter(run, dueAt);
	}

	/** The look found the run over, after `duration` ms (null where that is not known). */
	ended(run_id: string, duration: number | null): void {
		this.runs.get(run_id)?.app.durations.sawEnded(run_id, duration);
		this.remove(run_id);
	}

	remove(run_id: string): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		this.leave(run);
		this.runs.delete(run_id);
		run.app.waiting.delete(run);
		run.app.durations.forget(run_id);
	}

	private app(app_id: string): AppRuns {
		const known = this.apps.get(app_id) ?? new AppRuns();
		this.apps.set(app_id, known);
		return known;
	}

	/** The run may be looked at: at `dueAt`, or when what is known says so. */
	private enter(run: Scheduled, dueAt?: number): void {
		if (dueAt === undefined) run.app.enter(run);
		else this.told.set(run, dueAt);
		if (run.lastLookAt < run.lastLookDueAt) this.lastLooks.set(run, run.lastLookDueAt);
	}

	/** Takes a run out of all lines; one under a look comes back by its answer. */
	private leave(run: Scheduled): void {
		this.told.delete(run);
		this.lastLooks.delete(run);
		run.app.leave(run);
		if (run.app.probed?.run === run) run.app.probed = undefined;
	}

	/** When the next probe of an app is due, if there is none before. */
	private probeAt({ probed, lastMissAt, waiting, ever }: AppRuns, apps: number): number {
		if (probed) return probed.at + PROBE_TAKES_MS;
		if (lastMissAt === undefined) return -Infinity;
		const waited = lastMissAt - (waiting.first()?.at ?? lastMissAt);
		return lastMissAt + this.interval(waited, ever) * apps;
	}

	/**
	 * How long the next probe of an app waits after the last. Probes leave so much of a minute's
	 * requests free that all runs can be looked at once the first is found over.
	 */
	private interval(waited: number, batch: number): number {
		const waiting = this.runs.size;
		const needed = this.added + this.looks + waiting;
		if (waited < SOON_MS && needed < SOON_PART * this.requestsPerMinute) {
			return Math.max(SOON_EVERY_MS, SOON_EVERY_MS_PER_RUN * batch);
		}
		const interval = Math.max(
			PROBE_EVERY_MS,
			PROBE_EVERY_REQUESTS * (A_MINUTE_MS / this.requestsPerMinute),
			PROBE_EVERY_SHARE * waited,
			A_MINUTE_MS / Math.max(1, this.requestsPerMinute - waiting),
		);
		return Math.min(A_MINUTE_MS, interval);
	}
}

const comesBefore = (one: Look, other: Look): boolean =>
	one.dueAt === other.dueAt ? goesBefore(one.run, other.run) : one.dueAt < other.dueAt;
