import type { Clock } from './clock';
import { Earliest } from './earliest';
import { Throttle, type RateWindow } from './throttle';

/**
 * What a request is for, most urgent first: a person waits in the editor; a submission starts a
 * run's own clock; a look can wait.
 */
export const REQUEST_KINDS = ['interactive', 'submit', 'prepare', 'poll'] as const;

export type RequestKind = (typeof REQUEST_KINDS)[number];

/** Decides when a request may go. One per API key and process, shared by all executions. */
export interface Budget {
	/**
	 * Resolves when a request of this kind may go, and counts it. Resolves to false, without
	 * counting, once `signal` is aborted.
	 */
	take(kind: RequestKind, signal?: AbortSignal): Promise<boolean>;
	/**
	 * Resolves when a request of this kind might go, and counts nothing: who has something to ask before
	 * each request asks then, so that the request goes when it is counted. To false as `take` does.
	 */
	ready(kind: RequestKind, signal?: AbortSignal): Promise<boolean>;
	/** Lets nothing go before `until` (ms since the epoch); a shorter pause never shortens a longer one. */
	pause(until: number): void;
	/**
	 * The server refused a request that went (429), so somebody else uses the key: pauses until then,
	 * does not count the request, and lets fewer go per minute, which grow again. Where the server itself
	 * has named that time (`isNamed`), those that wait already may go then.
	 */
	refused(until: number, isNamed: boolean): void;
	/** The same budget for one execution: those that wait take turns, whatever each of them has waiting. */
	share(): SharedBudget;
	/** Requests that may go within any 60 s: the plan's limit. */
	readonly requestsPerMinute: number;
	/** How often the server has refused a request so far, since this process began. */
	readonly refusals: number;
}

/** What one execution has of the budget. */
export interface SharedBudget extends Budget {
	/** The execution sends nothing more. */
	leave(): void;
}

const A_MINUTE_MS = 60_000;

/**
 * The vendor's limits: the plan's requests per minute, 50 per 5 s, and 10 per second averaged over
 * 2 minutes. The latter two grow with a plan that allows more per minute than they would.
 */
export const rateWindows = (requestsPerMinute: number): RateWindow[] => [
	{ ms: A_MINUTE_MS, max: requestsPerMinute },
	{ ms: 5_000, max: Math.max(50, Math.ceil(requestsPerMinute / 12)) },
	{ ms: 120_000, max: Math.max(1_200, 2 * requestsPerMinute) },
];

// Requests do not take equally long to arrive: one sent just outside a window here can still be
// inside it there.
const ARRIVAL_MARGIN_MS = 200;
/**
 * After a minute that a process has filled, its submissions leave what is free again to others for so long.
 * Whoever was refused comes back at the full second that `Retry-After` names; who filled the minute
 * would always be there first.
 */
const LEFT_TO_OTHERS_MS = 1_100;
/** It does so after the first full minute, then after every third. */
const FULL_MINUTES = 3;
/** The longest of the windows. */
const KEPT_MS = 2 * A_MINUTE_MS;

/** What each window keeps free of submissions while other executions look at their runs. */
const KEPT_FOR_LOOKS = 0.1;
/** An execution that has not looked for so long leaves the windows to the others. */
const LOOKS_LATELY_MS = 60_000;

interface Waiting {
	party: Party;
	kind: RequestKind;
	/** False: it only wants to know when it might go. */
	counts: boolean;
	/** Place among all that ever waited. */
	ticket: number;
	grant: () => void;
}

/** One of those who share a budget: an execution, or all that belong to none. */
class Party {
	/** Its requests by urgency, and as they came. */
	readonly waiting = new Earliest<Waiting>((one, other) => one.ticket < other.ticket);

	/** The turn in which it was last served, or joined. */
	lastTurn = 0;

	/** When it last asked for a look, or got one, ms since the epoch. */
	lastLookAt = -Infinity;
}

/** Who comes first: interactive requests as they came, then the parties in turn. */
const goesBefore = (one: Waiting, other: Waiting): boolean => {
	const [isOne, isOther] = [one.kind === 'interactive', other.kind === 'interactive'];
	if (isOne !== isOther) return isOne;
	return isOne ? one.ticket < other.ticket : one.party.lastTurn < other.party.lastTurn;
};

export class SlidingWindowBudget implements Budget {
	refusals = 0;

	/** When the requests that windows may still count went, oldest first. */
	private readonly granted: number[] = [];

	/** Those with requests waiting. */
	private readonly parties = new Set<Party>();

	private readonly common = new Party();

	/** The executions that look at their runs. */
	private readonly lookers = new Set<Party>();

	private tickets = 0;

	private turns = 0;

	private pausedUntil = 0;

	/** When the minute last had room for others, ms since the epoch. */
	private roomAt = -Infinity;

	/** When it last had some since it was left to them. */
	private leftAt = -Infinity;

	private readonly throttle = new Throttle();

	private pumping = false;

	private wake: AbortController | undefined;

	constructor(
		private readonly clock: Clock,
		public requestsPerMinute: number,
	) {}

	/** Takes over a changed limit; what has gone already still counts. */
	setRequestsPerMinute(requestsPerMinute: number): void {
		this.requestsPerMinute = requestsPerMinute;
		this.wake?.abort();
	}

	async take(kind: RequestKind, signal?: AbortSignal): Promise<boolean> {
		return await this.takeFor(this.common, kind, signal);
	}

	async ready(kind: RequestKind, signal?: AbortSignal): Promise<boolean> {
		return await this.takeFor(this.common, kind, signal, false);
	}

	pause(until: number): void {
		this.pausedUntil = Math.max(this.pausedUntil, until);
	}

	refused(until: number, isNamed: boolean): void {
		const now = this.clock.now();
		const isLate = now < this.pausedUntil;
		this.refusals += 1;
		this.pause(until);
		this.granted.pop();
		const wentThrough = this.granted.filter((at) => at > now - A_MINUTE_MS).length;
		this.throttle.refused({
			now,
			until,
			requestsPerMinute: this.requestsPerMinute,
			wentThrough,
			isLate,
		});
		if (isNamed) this.wake?.abort();
	}

	share(): SharedBudget {
		const party = new Party();
		const whole = (): Budget => this;
		return {
			take: async (kind, signal) => await this.takeFor(party, kind, signal),
			ready: async (kind, signal) => await this.takeFor(party, kind, signal, false),
			pause: this.pause.bind(this),
			refused: this.refused.bind(this),
			share: this.share.bind(this),
			leave: () => {
				this.lookers.delete(party);
				this.wake?.abort();
			},
			get requestsPerMinute() {
				return whole().requestsPerMinute;
			},
			get refusals() {
				return whole().refusals;
			},
		};
	}

	private async takeFor(
		party: Party,
		kind: RequestKind,
		signal?: AbortSignal,
		counts = true,
	): Promise<boolean> {
		if (signal?.aborted) return false;
		return await new Promise<boolean>((resolve) => {
			const giveUp = (): void => {
				this.leave(request);
				this.wake?.abort();
				resolve(false);
			};
			const grant = (): void => {
				signal?.removeEventListener('abort', giveUp);
				resolve(true);
			};
			const request = { party, kind, counts, ticket: this.tickets++, grant };
			signal?.addEventListener('abort', giveUp, { once: true });
			this.enter(request);
			void this.pump();
		});
	}

	private enter(request: Waiting): void {
		const { party, kind } = request;
		party.waiting.set(request, REQUEST_KINDS.indexOf(kind));
		if (!this.parties.has(party)) party.lastTurn = Math.max(party.lastTurn, this.turns);
		this.parties.add(party);
		if (kind === 'poll') this.looks(party);
		if (party.waiting.first()?.item === request) this.wake?.abort();
	}

	private leave(request: Waiting): void {
		const { party } = request;
		party.waiting.delete(request);
		if (party.waiting.size === 0) this.parties.delete(party);
	}

	private looks(party: Party): void {
		party.lastLookAt = this.clock.now();
		if (party !== this.common) this.lookers.add(party);
	}

	/** Lets requests go as long as some wait, each when the windows have room for it. */
	private async pump(): Promise<void> {
		if (this.pumping) return;
		this.pumping = true;
		while (this.parties.size > 0) {
			const { request, inMs } = this.next(this.clock.now());
			if (request) {
				this.grant(request);
			} else {
				this.wake = new AbortController();
				await this.clock.sleep(inMs, this.wake.signal);
				this.wake = undefined;
			}
		}
		this.pumping = false;
	}

	/** The request that goes now; where none may, in how many ms one might. */
	private next(now: number): { request: Waiting | undefined; inMs: number } {
		const looking = [...this.lookers].filter(
			({ lastLookAt }) => lastLookAt > now - LOOKS_LATELY_MS,
		);
		const limit = this.requestsPerMinute;
		const windows = this.throttle.narrow(rateWindows(limit), now, limit);
		const delay = this.delay(windows, now);
		const submitDelay = this.delay(windows, now, { isSubmission: true });
		const besideLooks = this.delay(windows, now, { isSubmission: true, kept: KEPT_FOR_LOOKS });
		let request: Waiting | undefined;
		let inMs = Infinity;
		for (const party of this.parties) {
			const first = party.waiting.first()?.item;
			if (!first) continue;
			const isBesideLooks = looking.some((other) => other !== party);
			const toSubmit = isBesideLooks ? besideLooks : submitDelay;
			const own = first.kind === 'submit' ? toSubmit : delay;
			inMs = Math.min(inMs, own);
			if (own === 0 && (!request || goesBefore(first, request))) request = first;
		}
		return { request, inMs };
	}

	private grant(request: Waiting): void {
		const { party, kind, counts } = request;
		const now = this.clock.now();
		this.leave(request);
		if (!counts) {
			request.grant();
			return;
		}
		party.lastTurn = ++this.turns;
		if (kind === 'poll') this.looks(party);
		this.noteRoom(now);
		while ((this.granted[0] ?? now) <= now - KEPT_MS - ARRIVAL_MARGIN_MS) this.granted.shift();
		this.granted.push(now);
		request.grant();
	}

	/**
	 * How long until all windows have room, in ms; a submission has more patience. `kept`: the part of
	 * the windows that must stay free.
	 */
	private delay(
		windows: RateWindow[],
		now: number,
		{ isSubmission = false, kept = 0 } = {},
	): number {
		const waits = windows.map(({ ms, max }) => {
			const blocking = this.granted.at(-Math.max(1, max - Math.floor(max * kept)));
			const isLeft = isSubmission && ms === A_MINUTE_MS && this.leavesRoom(now);
			const margin = isLeft ? LEFT_TO_OTHERS_MS : ARRIVAL_MARGIN_MS;
			return blocking === undefined ? 0 : blocking + ms + margin - now;
		});
		return Math.max(0, this.pausedUntil - now, ...waits);
	}

	/** Whether it is the others' turn to find room. */
	private leavesRoom(now: number): boolean {
		const isFull = now - this.roomAt >= A_MINUTE_MS;
		return isFull && now - this.leftAt >= FULL_MINUTES * A_MINUTE_MS;
	}

	/** To be called when a request goes, before it is counted. */
	private noteRoom(now: number): void {
		const free = now - A_MINUTE_MS - (this.granted.at(-this.requestsPerMinute) ?? -Infinity);
		if (free < LEFT_TO_OTHERS_MS - ARRIVAL_MARGIN_MS) return;
		if (free < A_MINUTE_MS && this.leavesRoom(now)) this.leftAt = now;
		this.roomAt = now;
	}
}

const budgets = new Map<string, SlidingWindowBudget>();

/**
 * The process's budget for a key (any string that stands for the key, e.g. its digest). A changed
 * limit is taken over by the budget that is there.
 */
export const budgetFor = (key: string, requestsPerMinute: number, clock: Clock): Budget => {
	const budget = budgets.get(key) ?? new SlidingWindowBudget(clock, requestsPerMinute);
	budget.setRequestsPerMinute(requestsPerMinute);
	budgets.set(key, budget);
	return budget;
};
