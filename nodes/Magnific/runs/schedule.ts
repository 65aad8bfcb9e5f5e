const FIRST_LOOK_MS = 2_500;
const SHORTEST_INTERVAL_MS = 3_000;
const LONGEST_INTERVAL_MS = 15_000;
/** An interval is this part of the time waited so far: short runs are looked at often, long ones rarely. */
const INTERVAL_SHARE = 0.1;
/** A run is first looked at after this part of the duration that its app's finished runs took. */
const LEARNED_SHARE = 0.9;
const INTERVAL_GROWTH = 1.5;
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
	/** Looks since the app's duration was learned. */
	misses: number;
	lastLookAt: number;
	looking: boolean;
}

/** What the runs of one app teach about each other. */
interface AppKnowledge {
	/** How long finished runs took, in ms, ascending. */
	durations: number[];
	lastLookAt: number | undefined;
}

const clamp = (value: number, least: number, most: number): number =>
	Math.min(most, Math.max(least, value));

/** Of two looks due at the same time: the run looked at least, then the one that goes longest. */
const goesBefore = (run: Scheduled, other: Scheduled): boolean =>
	run.looks === other.looks ? run.since < other.since : run.looks < other.looks;

const interval = (waited: number): number =>
	clamp(waited * INTERVAL_SHARE, SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS);

/**
 * When to look at which run. Runs of one app take alike: until one has finished they are looked at
 * in turn, so that the batch is looked at often while each run is looked at rarely; the first end
 * found sets the time for the rest. Pure: knows no clock and no API.
 */
export class Schedule {
	private readonly runs = new Map<string, Scheduled>();

	private readonly apps = new Map<string, AppKnowledge>();

	/** `since`: when it was submitted; `lookNow` where it may be over already. Times in ms since the epoch. */
	add(run: {
		run_id: string;
		app_id: string;
		since: number;
		deadline: number;
		lookNow: boolean;
	}): void {
		this.runs.set(run.run_id, {
			run_id: run.run_id,
			app_id: run.app_id,
			since: run.since,
			deadline: run.deadline,
			dueAt: run.lookNow ? run.since : undefined,
			looks: 0,
			misses: 0,
			lastLookAt: run.since,
			looking: false,
		});
	}

	remove(run_id: string): void {
		this.runs.delete(run_id);
	}

	/** The look that comes first, and when it is due (ms since the epoch; may be past). */
	next(): { run_id: string; dueAt: number } | undefined {
		const oldest = this.oldestPerApp();
		let best: { run: Scheduled; dueAt: number } | undefined;
		for (const run of this.runs.values()) {
			if (run.looking) continue;
			const dueAt = this.dueAt(run, oldest.get(run.app_id) ?? run.since);
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
		run.looking = true;
		run.lastLookAt = now;
		this.app(run.app_id).lastLookAt = now;
	}

	/** Tells the app of a run for which it was not known. */
	belongsTo(run_id: string, app_id: string): void {
		const run = this.runs.get(run_id);
		if (run) run.app_id = app_id;
	}

	/** The look found the run still going. */
	stillGoing(run_id: string, now: number): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		run.looking = false;
		run.looks += 1;
		run.lastLookAt = now;
		run.dueAt = undefined;
		if (this.app(run.app_id).durations.length > 0) run.misses += 1;
	}

	/** The look could not be made; the next one is due at `dueAt`. */
	lookAgainAt(run_id: string, dueAt: number): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		run.looking = false;
		run.dueAt = dueAt;
	}

	/** The look found the run over, after `duration` ms (null where that is not known). */
	ended(run_id: string, duration: number | null): void {
		const run = this.runs.get(run_id);
		if (!run) return;
		this.runs.delete(run_id);
		if (duration === null) return;
		const { durations } = this.app(run.app_id);
		durations.push(duration);
		durations.sort((a, b) => a - b);
	}

	private app(app_id: string): AppKnowledge {
		let known = this.apps.get(app_id);
		if (!known) {
			known = { durations: [], lastLookAt: undefined };
			this.apps.set(app_id, known);
		}
		return known;
	}

	private oldestPerApp(): Map<string, number> {
		const oldest = new Map<string, number>();
		for (const { app_id, since } of this.runs.values()) {
			oldest.set(app_id, Math.min(since, oldest.get(app_id) ?? since));
		}
		return oldest;
	}

	private dueAt(run: Scheduled, oldestSince: number): number {
		const dueAt = run.dueAt ?? this.dueByKnowledge(run, oldestSince);
		const lastLook = run.deadline - LAST_LOOK_MS;
		return run.lastLookAt < lastLook ? Math.min(dueAt, lastLook) : dueAt;
	}

	private dueByKnowledge(run: Scheduled, oldestSince: number): number {
		const { durations, lastLookAt } = this.app(run.app_id);
		const learned = durations[Math.floor(durations.length / 2)];
		if (learned === undefined) {
			const first = run.since + FIRST_LOOK_MS;
			return lastLookAt === undefined
				? first
				: Math.max(first, lastLookAt + interval(lastLookAt - oldestSince));
		}
		if (run.misses > 0) {
			const wait = SHORTEST_INTERVAL_MS * INTERVAL_GROWTH ** (run.misses - 1);
			return run.lastLookAt + Math.min(LONGEST_INTERVAL_MS, wait);
		}
		const expected = run.since + learned * LEARNED_SHARE;
		return run.looks === 0 ? expected : Math.max(expected, run.lastLookAt + SHORTEST_INTERVAL_MS);
	}
}
