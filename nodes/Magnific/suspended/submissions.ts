import type { RunApi } from '../api/client';
import type { Budget, SharedBudget } from '../api/budget';
import { ApiError } from '../api/errors';
import type { Pacing } from '../api/retry';
import { gate } from '../runs/concurrency';
import type { Ledger } from '../runs/ledger';
import { remembered, Submitter, type PlainRun, type Submission } from '../runs/submit';
import type { Heard } from './heard';

/** How long runs are submitted before the execution is parked, in ms, where not all go at once. */
const BURST_MS = 5_000;
const SEE_EVERY_MS = 50;
/** For so long after it was heard, in ms, the execution counts as parked. */
const HEARD_FOR_MS = 500;
const FIRST_PAUSE_MS = 250;
/** While n8n saves the execution, or tries the node again. */
const LONGEST_PAUSE_RUNNING_MS = 1_000;
const LONGEST_PAUSE_UNHEARD_MS = 15_000;
/** At least so often the parked execution is told that somebody still submits, where it is another process. */
const BEAT_MS = 10_000;
/** More often where that process knows which places have become free. */
const BEAT_FOR_PLACES_MS = 3_000;
const SEE_PLACES_EVERY_MS = 1_000;

/** Others who use the key may take up this much of the plan's requests for long: that much longer it may take. */
const LEAST_PART = 0.2;

/** A run of an item, ready to be submitted. */
export interface ItemRun extends PlainRun {
	itemIndex: number;
}

/** The parked execution, as who submits after the park sees it. */
export interface ParkedSide {
	/** Tells it that runs are being submitted, and what has come of them. Never rejects. */
	tell(): Promise<Heard>;
	/** Whether another process gets its calls, which knows what this one does not. */
	isElsewhere(): boolean;
	note(itemIndex: number, submission: Submission): void;
	/** Where the item's run calls it. */
	callbackUrl(itemIndex: number): string;
	isOver(itemIndex: number): boolean;
	/** From then on nothing is submitted, ms since the epoch. */
	endsAt(): number;
}

export interface SubmissionOptions {
	/** How long a run may take, and 429s and 503s may put off a submission, in ms. */
	maxWaitMs: number;
	/** How many runs may be going at once; 0 = as many as the budget lets through. */
	maxConcurrentRuns: number;
}

const notInTime = (): ApiError =>
	new ApiError({
		kind: 'stopped',
		message: 'No run was started for it before the time was up',
		advice:
			'Nothing was charged for this item: run it again, with a longer Max Wait or fewer items.',
	});

const isAborted = async (signal: AbortSignal): Promise<void> => {
	await new Promise<void>((resolve) => {
		if (signal.aborted) resolve();
		const stop = (): void => {
			resolve();
		};
		signal.addEventListener('abort', stop, { once: true });
	});
};

/** A promise, and what resolves it. */
const deferred = (): { done: Promise<void>; resolve: () => void } => {
	let resolve = (): void => undefined;
	const done = new Promise<void>((settle) => {
		resolve = settle;
	});
	return { done, resolve };
};

/**
 * The submissions of an execution that parks: the first burst goes before the park, the rest after
 * it, while the parked execution is known to wait. n8n refuses callbacks of an execution that is not
 * parked, so between the burst and the park nothing is submitted. One for all tries of *Retry On
 * Fail*. Nothing here rejects.
 */
export class Submissions {
	/** What has come of the items so far, by their index. */
	readonly outcomes = new Map<number, Submission>();

	/** The items of which nothing is known yet. */
	private readonly open = new Set<number>();

	/** Resolves when something is known of all items. */
	private known = deferred();

	private readonly budget: SharedBudget;

	private readonly submitter: Submitter;

	private readonly inTurn = gate(1);

	private readonly inPlace: ReturnType<typeof gate>;

	private readonly stopped = new AbortController();

	/** Held between the burst and the park. */
	private hold: ReturnType<typeof deferred> | undefined;

	private parked: ParkedSide | undefined;

	/** How many submissions were sent and are not answered yet, or wait for another execution's answer. */
	private unanswered = 0;

	/** How many wait for the budget, one after the other. */
	private queued = 0;

	/** Whether the next of them has to wait: for the budget, or for the park. */
	private isHeldUp = false;

	/** When the parked execution last heard this process, ms since the epoch. */
	private heardAt = -Infinity;

	private isTimeUp = false;

	/** What goes on after the park. */
	private rest: Promise<void> | undefined;

	constructor(
		private readonly seams: Pacing & { api: RunApi; ledger: Ledger },
		private readonly options: SubmissionOptions,
	) {
		const { api, ledger, clock, random } = seams;
		this.budget = seams.budget.share();
		this.inPlace = gate(options.maxConcurrentRuns);
		const unanswered = async <T>(call: Promise<T>): Promise<T> => {
			this.unanswered += 1;
			return await call.finally(() => {
				this.unanswered -= 1;
			});
		};
		const countedApi: RunApi = {
			getApp: async (appId) => await api.getApp(appId),
			getRun: async (runId) => await api.getRun(runId),
			startRun: async (...call) => await unanswered(api.startRun(...call)),
		};
		const countedLedger: Ledger = {
			...ledger,
			claim: async (...slot) => await unanswered(ledger.claim(...slot)),
		};
		const { signal } = this.stopped;
		const own = {
			clock,
			random,
			signal,
			api: countedApi,
			ledger: countedLedger,
			budget: this.paced(),
		};
		this.submitter = new Submitter(own, options.maxWaitMs);
	}

	/** Whether some items wait for their turn. */
	get isWaiting(): boolean {
		return this.open.size > 0;
	}

	/** Whether runs wait for others to be over. */
	get isLimited(): boolean {
		return this.options.maxConcurrentRuns > 0;
	}

	/** Whether the item is among those that wait for their turn. */
	waitsFor(itemIndex: number): boolean {
		return this.open.has(itemIndex);
	}

	/** How long it may take to submit `count` runs, in ms, whatever others do with the key. */
	longestMs(count: number, requestsPerMinute: number): number {
		const { maxWaitMs, maxConcurrentRuns } = this.options;
		const paced = (60_000 * count) / (requestsPerMinute * LEAST_PART);
		const rounds = this.isLimited ? Math.ceil(count / maxConcurrentRuns) : 0;
		return Math.max(paced, rounds * maxWaitMs);
	}

	/** Takes runs in, in their order: those that are in already are not submitted again. */
	add(runs: ItemRun[]): void {
		if (!this.isWaiting) {
			this.parked = undefined;
			this.known = deferred();
			this.seams.signal?.addEventListener('abort', this.stop);
			if (this.seams.signal?.aborted === true) this.stop();
		}
		this.submitter.tryAnew();
		const added = runs.filter(({ itemIndex }) => !this.open.has(itemIndex));
		for (const { itemIndex } of added) {
			this.outcomes.delete(itemIndex);
			this.open.add(itemIndex);
		}
		for (const run of added) {
			void this.inPlace(async () => {
				await this.carry(run);
			});
		}
		if (!this.isWaiting) this.leave();
	}

	/** Resolves at the end of the first burst: all have their outcomes, or the others have to wait. */
	async firstBurst(): Promise<void> {
		const { clock } = this.seams;
		const all = new AbortController();
		const end = clock.now() + BURST_MS;
		const others = async (): Promise<void> => {
			while (!all.signal.aborted) {
				await clock.sleep(SEE_EVERY_MS, all.signal);
				if (!this.haveToWait()) continue;
				if (this.unanswered === 0 || clock.now() >= end) return;
			}
		};
		await Promise.race([this.answered(), others()]);
		all.abort();
		if (this.isWaiting) this.hold ??= deferred();
	}

	/** Whether some wait for the budget, for a place, or for a time that a refusal named. */
	private haveToWait(): boolean {
		return this.isHeldUp || this.open.size > this.unanswered + this.queued;
	}

	/** Submits all before the park, however long it takes. */
	async all(): Promise<void> {
		this.letGo();
		await this.answered();
	}

	/**
	 * Goes on when the execution is going to be parked, until all have their outcomes and it has heard
	 * so, or it does not wait any more. Outlives the execution of the node.
	 */
	async goOn(parked: ParkedSide): Promise<void> {
		this.parked = parked;
		for (const [itemIndex, outcome] of this.outcomes) parked.note(itemIndex, outcome);
		this.letGo();
		this.rest ??= this.submitRest();
		await this.rest;
	}

	/** Submits nothing more: who still waits comes out as not started. */
	readonly stop = (): void => {
		this.stopped.abort();
		this.letGo();
	};

	/** At the end of the time: resolves when what was sent is answered, or after `patienceMs`. */
	async end(patienceMs: number): Promise<void> {
		this.timeIsUp();
		const patience = new AbortController();
		await Promise.race([this.answered(), this.seams.clock.sleep(patienceMs, patience.signal)]);
		patience.abort();
	}

	private async submitRest(): Promise<void> {
		const { clock } = this.seams;
		const { signal } = this.stopped;
		const beatMs = this.isLimited ? BEAT_FOR_PLACES_MS : BEAT_MS;
		while (this.isWaiting && !signal.aborted) {
			const beat = new AbortController();
			await Promise.race([this.answered(), clock.sleep(beatMs, beat.signal)]);
			beat.abort();
			const isQuiet = clock.now() - this.heardAt >= beatMs;
			if (clock.now() >= (this.parked?.endsAt() ?? Infinity)) this.timeIsUp();
			else if (isQuiet && this.parked?.isElsewhere() === true) await this.isHeard(signal);
		}
		await this.answered();
		await this.isHeard(signal);
		this.rest = undefined;
	}

	private timeIsUp(): void {
		this.isTimeUp ||= this.isWaiting;
		this.stop();
	}

	private letGo(): void {
		this.hold?.resolve();
		this.hold = undefined;
	}

	private async answered(): Promise<void> {
		if (this.isWaiting) await this.known.done;
	}

	/** Lets go of the execution's signal, which lives for all rounds of a loop. */
	private leave(): void {
		this.seams.signal?.removeEventListener('abort', this.stop);
		this.budget.leave();
	}

	private async carry(run: ItemRun): Promise<void> {
		const known = this.seams.ledger.recall(run.slot);
		const webhook = (): string | undefined =>
			this.parked?.callbackUrl(run.itemIndex) ?? run.webhook;
		const outcome = known ? remembered(known) : await this.submitter.submit(run, webhook);
		this.note(run.itemIndex, outcome);
		if (outcome.kind === 'started') await this.untilOver(run.itemIndex);
	}

	private note(itemIndex: number, submission: Submission): void {
		const isLate = submission.kind === 'not_started' && submission.error.kind === 'stopped';
		const outcome =
			isLate && this.isTimeUp
				? { ...submission, error: submission.refusal ?? notInTime() }
				: submission;
		this.outcomes.set(itemIndex, outcome);
		this.parked?.note(itemIndex, outcome);
		this.open.delete(itemIndex);
		if (this.isWaiting) return;
		this.known.resolve();
		this.leave();
	}

	/** With *Max Concurrent Runs* a run keeps its place until it is over, or its time is. */
	private async untilOver(itemIndex: number): Promise<void> {
		if (!this.isLimited) return;
		const { clock } = this.seams;
		const { signal } = this.stopped;
		const deadline = clock.now() + this.options.maxWaitMs;
		while (this.isWaiting && !signal.aborted && clock.now() < deadline) {
			if (this.parked?.isOver(itemIndex) === true) return;
			// Node warns of many listeners on one signal.
			await clock.sleep(SEE_PLACES_EVERY_MS);
		}
	}

	/** The budget, in which one submission after the other takes its turn, once it may go. */
	private paced(): Budget {
		const { budget } = this;
		return {
			take: async (kind, signal = this.stopped.signal) => {
				this.queued += 1;
				return await this.inTurn(async () => {
					this.isHeldUp = true;
					const isReady = (await budget.ready(kind, signal)) && (await this.mayGo(signal));
					this.isHeldUp = false;
					return isReady && (await budget.take(kind, signal)) && (await this.mayGo(signal));
				}).finally(() => {
					this.queued -= 1;
				});
			},
			ready: budget.ready.bind(budget),
			pause: budget.pause.bind(budget),
			refused: budget.refused.bind(budget),
			share: budget.share.bind(budget),
			get requestsPerMinute() {
				return budget.requestsPerMinute;
			},
			get refusals() {
				return budget.refusals;
			},
		};
	}

	/** Always in the first burst; not until the park; then while the execution is known to be parked. */
	private async mayGo(signal: AbortSignal): Promise<boolean> {
		while (this.hold && !signal.aborted) {
			await Promise.race([this.hold.done, isAborted(signal)]);
		}
		if (signal.aborted) return false;
		const isFresh = this.seams.clock.now() - this.heardAt <= HEARD_FOR_MS;
		return !this.parked || isFresh || (await this.isHeard(signal));
	}

	/**
	 * Tells the parked execution how its submissions stand, until it has heard. Only n8n's own word
	 * that it does not wait any more ends them; while it cannot be reached, nothing is submitted.
	 */
	private async isHeard(signal: AbortSignal): Promise<boolean> {
		const { parked } = this;
		const { clock } = this.seams;
		let pause = FIRST_PAUSE_MS;
		while (parked && !signal.aborted && clock.now() < parked.endsAt()) {
			const heard = await parked.tell();
			const wasHeard = this.heardAt > -Infinity;
			if (heard === 'taken') {
				this.heardAt = clock.now();
				return !signal.aborted;
			}
			if (heard === 'gone' || (heard === 'running' && wasHeard)) {
				this.stop();
				return false;
			}
			await clock.sleep(pause, signal);
			const longest = heard === 'running' ? LONGEST_PAUSE_RUNNING_MS : LONGEST_PAUSE_UNHEARD_MS;
			pause = Math.min(longest, 2 * pause);
		}
		if (!signal.aborted) this.timeIsUp();
		return false;
	}
}
