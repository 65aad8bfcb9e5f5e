import type { RunApi } from '../api/client';
import { Earliest } from '../api/earliest';
import { settle, stoppedError, type ApiError } from '../api/errors';
import { pauseAfter, type Pacing } from '../api/retry';
import { isEnded, type Run } from '../api/types';
import { Schedule, type Awaited } from './schedule';
import type { RunOutcome } from './types';

export type { Awaited };

type Ending = Extract<RunOutcome, { kind: 'ended' | 'timed_out' | 'unreadable' }>;

interface Waiting extends Awaited {
	status: string | null;
	/** Why the last look told nothing; undefined after one that did. */
	lastError: ApiError | undefined;
	/** While a look is under way: when it began, ms since the epoch. */
	lookingSince: number | undefined;
	/** When the last look came back, ms since the epoch; when it was submitted before the first. */
	lookedAt: number;
	failedLooks: number;
	/** How many of the last looks in a row did not find the run. */
	notFound: number;
	settle: (outcome: Ending) => void;
}

/** A run just submitted may not be readable everywhere at once; three times is no coincidence. */
const NOT_FOUND_TRIES = 3;
const NOT_FOUND_WAIT_MS = 3_000;
const MOST_LOOKS_AT_ONCE = 10;

/** A run that was looked at this shortly before its deadline has had its last look. */
const SEEN_LATELY_MS = 20_000;
/** A look that takes longer than this hangs. */
const LOOK_TAKES_MS = 10_000;

/** How long a run took: by the API's own clock, but no longer than was waited for it. */
const durationOf = (run: Run, waited: number): number => {
	const took = Date.parse(run.completed_at ?? '') - Date.parse(run.started_at ?? '');
	return took > 0 ? Math.min(took, waited) : waited;
};

/**
 * Waits for the runs of one execution by looking at them: one loop, one schedule, each look paced
 * by the budget. Stop ends it at once, and no wait goes on past its deadline.
 */
export class Poller {
	private readonly waiting = new Map<string, Waiting>();

	private readonly endings = new Map<string, Promise<Ending>>();

	/** When each is given up, at the earliest: looks that go by may put it off. */
	private readonly giveUps = new Earliest<Waiting>();

	private readonly schedule: Schedule;

	private looksUnderWay = 0;

	private looping = false;

	private wake: AbortController | undefined;

	constructor(private readonly seams: Pacing & { api: Pick<RunApi, 'getRun'> }) {
		this.schedule = new Schedule(seams.budget.requestsPerMinute);
	}

	/**
	 * Resolves when the run is over, or could not be waited for longer; never rejects. A run asked
	 * for twice is waited for once.
	 */
	async wait(run: Awaited): Promise<Ending> {
		const ending = this.endings.get(run.run_id) ?? this.start(run);
		this.endings.set(run.run_id, ending);
		return await ending;
	}

	/** How long the rest likely takes, in ms; `queued`: runs that are still to be submitted. */
	msLeft(queued: number): number | undefined {
		return this.schedule.msLeft(this.seams.clock.now(), queued);
	}

	private async start(run: Awaited): Promise<Ending> {
		return await new Promise<Ending>((resolve) => {
			const waiting: Waiting = {
				...run,
				status: null,
				lastError: undefined,
				lookingSince: undefined,
				lookedAt: run.since,
				failedLooks: 0,
				notFound: 0,
				settle: resolve,
			};
			if (this.seams.signal?.aborted) {
				this.settleUnreadable(waiting, stoppedError());
				return;
			}
			this.waiting.set(run.run_id, waiting);
			this.giveUps.set(waiting, this.givesUpAt(waiting));
			this.schedule.add(run);
			this.wake?.abort();
			if (!this.looping) void this.loop();
		});
	}

	private async loop(): Promise<void> {
		const { clock, signal } = this.seams;
		const stop = (): void => {
			this.settleAllUnreadable(stoppedError());
		};
		signal?.addEventListener('abort', stop);
		this.looping = true;
		while (this.waiting.size > 0) {
			this.giveUpAfterDeadline();
			const isFull = this.looksUnderWay >= MOST_LOOKS_AT_ONCE;
			const dueAt = (isFull ? undefined : this.schedule.next()?.dueAt) ?? Infinity;
			const now = clock.now();
			if (dueAt <= now) {
				await this.lookAtNext();
			} else if (this.waiting.size > 0) {
				this.wake = new AbortController();
				await clock.sleep(Math.min(dueAt, this.firstGiveUp()) - now, this.wake.signal);
				this.wake = undefined;
			}
		}
		this.looping = false;
		signal?.removeEventListener('abort', stop);
	}

	private giveUpAfterDeadline(): void {
		const now = this.seams.clock.now();
		for (let run = this.giveUps.first()?.item; run && this.firstGiveUp() <= now; ) {
			const { run_id, status, lastError } = run;
			const givesUpAt = this.givesUpAt(run);
			if (givesUpAt > now) this.giveUps.set(run, givesUpAt);
			else if (lastError) this.settleUnreadable(run, lastError);
			else this.settle(run, { kind: 'timed_out', run_id, status });
			run = this.giveUps.first()?.item;
		}
	}

	private firstGiveUp(): number {
		return this.giveUps.first()?.at ?? Infinity;
	}

	/**
	 * The deadline; for a run that the budget was too busy to look at lately, as much later as a look
	 * at every run takes at most: submissions go before looks, and no run is given up unseen.
	 */
	private givesUpAt({ deadline, lookingSince, lookedAt }: Waiting): number {
		if (lookingSince !== undefined) return Math.max(deadline, lookingSince + LOOK_TAKES_MS);
		if (lookedAt >= deadline - SEEN_LATELY_MS) return deadline;
		const perLook = 60_000 / this.seams.budget.requestsPerMinute;
		return deadline + 2 * this.endings.size * perLook;
	}

	private async lookAtNext(): Promise<void> {
		const { budget, clock, signal } = this.seams;
		// The budget may make this wait long: no longer than the first deadline, and which run is
		// looked at is decided when the request may go, since the order may have changed meanwhile.
		const patience = new AbortController();
		const stop = (): void => {
			patience.abort();
		};
		signal?.addEventListener('abort', stop, { once: true });
		void clock.sleep(this.firstGiveUp() - clock.now(), patience.signal).then(stop);
		const granted = await budget.take('poll', patience.signal);
		patience.abort();
		signal?.removeEventListener('abort', stop);
		const next = granted ? this.schedule.next() : undefined;
		const run = next && this.waiting.get(next.run_id);
		if (!run) return;

		this.looksUnderWay += 1;
		void this.look(run).finally(() => {
			this.looksUnderWay -= 1;
			this.wake?.abort();
		});
	}

	private async look(run: Waiting): Promise<void> {
		const { api, clock } = this.seams;
		run.lookingSince = clock.now();
		this.giveUps.set(run, this.givesUpAt(run));
		this.schedule.lookStarts(run.run_id, run.lookingSince);
		const outcome = await settle(() => api.getRun(run.run_id));
		if (!this.waiting.has(run.run_id)) return;
		run.lookingSince = undefined;
		run.lookedAt = clock.now();
		this.giveUps.set(run, this.givesUpAt(run));
		if ('error' in outcome) this.lookFailed(run, outcome.error);
		else this.lookTold(run, outcome.value);
	}

	private lookTold(run: Waiting, told: Run): void {
		// Of a run that may have been over before anybody looked, the time says nothing.
		const isTimeKnown = run.status !== null || run.lookNow !== true;
		run.status = told.status;
		run.lastError = undefined;
		run.failedLooks = 0;
		run.notFound = 0;
		if (told.app_id !== null) this.schedule.belongsTo(run.run_id, told.app_id);
		if (isEnded(told.status)) {
			const waited = run.lookedAt - run.since;
			this.schedule.ended(run.run_id, isTimeKnown ? durationOf(told, waited) : null);
			this.settle(run, { kind: 'ended', run: told });
		} else {
			this.schedule.stillGoing(run.run_id);
		}
	}

	private lookFailed(run: Waiting, error: ApiError): void {
		const { clock } = this.seams;
		run.lastError = error;
		run.failedLooks += 1;
		run.notFound = error.kind === 'not_found' ? run.notFound + 1 : 0;
		const now = clock.now();
		if (error.concernsTheKey) {
			this.settleAllUnreadable(error);
		} else if (error.kind === 'not_found' && run.notFound < NOT_FOUND_TRIES) {
			this.schedule.lookAgainAt(run.run_id, now + NOT_FOUND_WAIT_MS);
		} else if (error.isPassing) {
			const pause = pauseAfter(error, run.failedLooks, this.seams);
			this.schedule.lookAgainAt(run.run_id, now + pause);
		} else {
			this.settleUnreadable(run, error);
		}
	}

	private settleAllUnreadable(error: ApiError): void {
		for (const run of [...this.waiting.values()]) this.settleUnreadable(run, error);
	}

	private settleUnreadable(run: Waiting, error: ApiError): void {
		this.settle(run, { kind: 'unreadable', run_id: run.run_id, status: run.status, error });
	}

	private settle(run: Waiting, outcome: Ending): void {
		this.waiting.delete(run.run_id);
		this.giveUps.delete(run);
		this.schedule.remove(run.run_id);
		this.wake?.abort();
		run.settle(outcome);
	}
}
