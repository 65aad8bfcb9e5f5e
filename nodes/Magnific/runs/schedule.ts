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

export interface Awaited {
	run_id: string;
	/** Null where it is not known yet: the first look tells. */
	app_id: string | null;
	/** When it was submitted, ms since the epoch. */
	since: number;
	/** When to give up, ms since the epoch. */
	deadline: number;
	/** True where the run may be over already. */
	lookNow?: boolean;
}

interface Scheduled extends Readonly<Awaited> {
	app: AppRuns;
	/** Place among all that were ever added. */
	readonly place: number;
	/** Where set, the next look is due then whatever the app's other runs tell. */
	dueAt: number | undefined;
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

	/** The curve of `durations` by which its runs are scheduled. */
	curve = this.durations.curve();

	/** How many runs ever were this app's. */
	ever = 0;

	/** When the last of them was submitted, ms since the epoch. */
	lastSince = 0;

	/** All that wait, by `since`. */
	readonly waiting = new Earliest<Scheduled>();

	/** Those never seen going, by `since`: their ends are likely in this order. */
	readonly unseen = new Earliest<Scheduled>(goesBefore);

	/** Those seen going for longer than can be foretold: probed in turn. */
	readonly inTurn = new Earliest<Scheduled>(goesBefore);

	/** When a look that found a run still going was made, ms since the epoch. */
	lastMissAt: number | undefined;

	/** The run under a look that nothing but time suggested: one at a time. */
	probed: { run: Scheduled; at: number } | undefined;
}

/**
 * When to look at which run. An execution goes on when its last run is over, so a look that finds a
 * run going is worth little, and one that comes late costs little as long as other runs go: a run is
 * looked at when it is likely over, by what the app's other runs took. Where that is not known, one
 * run after the other is probed at intervals that grow with the time waited; the first end found
 * sets the time for the rest. Pure: knows no clock and no API.
 */
export class Schedule {
	private readonly runs = new Map<string, Scheduled>();

	private readonly apps = new Map<string | null, AppRuns>();

	/** All but those under a look, by when the next is due whatever becomes of other runs. */
	private readonly due = new Earliest<Scheduled>(goesBefore);

	/** How many runs were ever added. */
	private added = 0;

	/** How many looks were ever begun. */
	private looks = 0;

	constructor(private readonly requestsPerMinute = 50) {}

	add(run: Awaited): void {
		const scheduled = {
			...run,
			app: this.app(run.app_id),
			place: this.added++,
			dueAt: run.lookNow ? run.since : undefined,
			looks: 0,
			seenAge: 0,
			lastLookAt: run.since,
		};
		this.runs.set(run.run_id, scheduled);
		this.join(scheduled, scheduled.app);
	}

	/** The look that comes first, and when it is due (ms since the epoch; may be past). */
	next(): { run_id: string; dueAt: number } | undefined {
		const apps = [...this.apps.values()].filter(({ waiting }) => waiting.size > 0);
		for (const app of apps) this.keepUp(app);
		const first = this.due.first();
		let best = first && { run: first.item, dueAt: first.at };
		for (const app of apps) {
			const probeAt = this.probeAt(app, apps.length);
			const likely = app.durations.likelyEnd(0);
			for (const run of [app.unseen.first()?.item, app.inTurn.first()?.item]) {
				if (!run) continue;
				const isForetold = run.looks === 0 && likely !== undefined;
				const dueAt = isForetold
					? run.since + likely
					: Math.max(run.since + FIRST_LOOK_MS, probeAt);
				const isBefore = best && dueAt === best.dueAt && goesBefore(run, best.run);
				if (!best || dueAt < best.dueAt || isBefore) best = { run, dueAt };
			}
		}
		return best && { run_id: best.run.run_id, dueAt: best.dueAt };
	}

	/**
	 * How long it likely takes until all are over, in ms, where so many runs more are still to be
	 * submitted; undefined while it is not known how long an app's runs take.
	 */
	msLeft(now: number, queued: number): number | undefined {
		const submitting = (queued * A_MINUTE_MS) / this.requestsPerMinute;
		const ends = [...this.apps.values()]
			.filter(({ waiting }) => waiting.size > 0)
			.map(({ durations, lastSince }) => {
				const lasts = durations.likelyEnd(0);
				return lasts === undefined ? NaN : (queued > 0 ? now + submitting : lastSince) + lasts;
			});
		const left = Math.max(now, ...ends) - now;
		return Number.isNaN(left) || ends.length === 0 ? undefined : left;
	}

	/** A look is on its way: the run is not looked at again before it came back. */
	lookStarts(run_id: string, now: number): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		this.leaveLines(run);
		this.looks += 1;
		run.lastLookAt = now;
		if (run.app.durations.likelyEnd(run.seenAge) === undefined) run.app.probed = { run, at: now };
	}

	/** Tells the app of a run for which it was not known. */
	belongsTo(run_id: string, app_id: string): void {
		const run = this.runs.get(run_id);
		const app = this.app(app_id);
		if (!run || run.app === app) return;
		this.part(run);
		run.app.ever -= 1;
		this.join(run, app);
	}

	/** The look found the run still going. */
	stillGoing(run_id: string): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		const { app, lastLookAt } = run;
		this.leaveLines(run);
		run.looks += 1;
		run.seenAge = lastLookAt - run.since;
		run.dueAt = undefined;
		app.durations.sawGoing(run_id, run.seenAge);
		app.lastMissAt = Math.max(app.lastMissAt ?? 0, lastLookAt);
		this.enterLines(run);
	}

	/** The look could not be made; the next one is due at `dueAt`. */
	lookAgainAt(run_id: string, dueAt: number): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		this.leaveLines(run);
		run.dueAt = dueAt;
		this.enterLines(run);
	}

	/** The look found the run over, after `duration` ms (null where that is not known). */
	ended(run_id: string, duration: number | null): void {
		this.runs.get(run_id)?.app.durations.sawEnded(run_id, duration);
		this.remove(run_id);
	}

	remove(run_id: string): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		this.part(run);
		this.runs.delete(run_id);
	}

	private app(app_id: string | null): AppRuns {
		const known = this.apps.get(app_id) ?? new AppRuns();
		this.apps.set(app_id, known);
		return known;
	}

	private join(run: Scheduled, app: AppRuns): void {
		run.app = app;
		app.ever += 1;
		app.lastSince = Math.max(app.lastSince, run.since);
		app.waiting.set(run, run.since);
		this.enterLines(run);
	}

	private part(run: Scheduled): void {
		this.leaveLines(run);
		run.app.waiting.delete(run);
		run.app.durations.forget(run.run_id);
	}

	private enterLines(run: Scheduled): void {
		const { app, dueAt, looks, since, lastLookAt } = run;
		const likely = looks === 0 ? undefined : app.durations.likelyEnd(run.seenAge);
		const foretold =
			likely === undefined ? Infinity : Math.max(since + likely, lastLookAt + SOON_EVERY_MS);
		const lastLook = run.deadline - LAST_LOOK_MS;
		this.due.set(run, Math.min(dueAt ?? foretold, lastLookAt < lastLook ? lastLook : Infinity));
		if (dueAt !== undefined || likely !== undefined) app.inTurn.delete(run);
		else if (looks === 0) app.unseen.set(run, since);
		else app.inTurn.set(run, 0);
	}

	/** One under a look comes back by its answer. */
	private leaveLines(run: Scheduled): void {
		const { app } = run;
		for (const line of [this.due, app.unseen, app.inTurn]) line.delete(run);
		if (app.probed?.run === run) app.probed = undefined;
	}

	/** Foretells anew the ends of those seen going, where more is known than when it was last done. */
	private keepUp(app: AppRuns): void {
		const curve = app.durations.curve();
		if (curve === app.curve) return;
		app.curve = curve;
		for (const run of app.waiting.items()) {
			if (run.looks > 0 && this.due.has(run)) this.enterLines(run);
		}
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
