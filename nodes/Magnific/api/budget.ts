import type { Clock } from './clock';

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
	/** Lets nothing go before `until` (ms since the epoch); a shorter pause never shortens a longer one. */
	pause(until: number): void;
	/**
	 * The server refused a request that went (429), so somebody else uses the key: pauses until then,
	 * does not count the request, and lets no more go per minute than went through, which grows again.
	 */
	refused(until: number): void;
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

interface RateWindow {
	ms: number;
	max: number;
}

/**
 * The vendor's limits: the plan's requests per minute, 50 per 5 s, and 10 per second averaged over
 * 2 minutes. The latter two grow with a plan that allows more per minute than they would.
 */
export const rateWindows = (requestsPerMinute: number): RateWindow[] => [
	{ ms: 60_000, max: requestsPerMinute },
	{ ms: 5_000, max: Math.max(50, Math.ceil(requestsPerMinute / 12)) },
	{ ms: 120_000, max: Math.max(1_200, 2 * requestsPerMinute) },
];

// Requests do not take equally long to arrive: one sent just outside a window here can still be
// inside it there.
const ARRIVAL_MARGIN_MS = 200;

/** What each window keeps free of submissions while other executions look at their runs. */
const KEPT_FOR_LOOKS = 0.1;
/** An execution that has not looked for so long leaves the windows to the others. */
const LOOKS_LATELY_MS = 60_000;
/** After refusals the requests per minute grow by so much a minute, until the plan's limit is reached. */
const REGAINED_PER_MINUTE = 5;
/** However much others use the key, this part of the plan's limit is tried for. */
const LEAST_PART = 0.2;

interface Waiting {
	grant: () => void;
	/** Place among all that ever waited. */
	ticket: number;
}

/** One of those who share a budget: an execution, or all that belong to none. */
interface Party {
	waiting: Record<RequestKind, Waiting[]>;
	/** The turn in which it was last served, or joined. */
	lastTurn: number;
	/** When its last look went, ms since the epoch. */
	lastLookAt: number;
}

const newParty = (): Party => ({
	waiting: { interactive: [], submit: [], prepare: [], poll: [] },
	lastTurn: 0,
	lastLookAt: -Infinity,
});

const isIdle = ({ waiting }: Party): boolean =>
	REQUEST_KINDS.every((kind) => waiting[kind].length === 0);

export class SlidingWindowBudget implements Budget {
	private perMinute: number;

	private windows: RateWindow[];

	/** When the requests of the longest window went, oldest first. */
	private granted: number[] = [];

	/** Those with requests waiting. */
	private readonly parties = new Set<Party>();

	private readonly common = newParty();

	/** The executions that look at their runs. */
	private readonly lookers = new Set<Party>();

	private tickets = 0;

	private turns = 0;

	private pausedUntil = 0;

	/** What went through when the server last refused a request, and when that was. */
	private throttle: { perMinute: number; since: number } | undefined;

	private refusedSoFar = 0;

	private pumping = false;

	private wake: AbortController | undefined;

	constructor(
		private readonly clock: Clock,
		requestsPerMinute: number,
	) {
		this.perMinute = requestsPerMinute;
		this.windows = rateWindows(requestsPerMinute);
	}

	get requestsPerMinute(): number {
		return this.perMinute;
	}

	get refusals(): number {
		return this.refusedSoFar;
	}

	/** Takes over a changed limit; what has gone already still counts. */
	setRequestsPerMinute(requestsPerMinute: number): void {
		if (requestsPerMinute === this.perMinute) return;
		this.perMinute = requestsPerMinute;
		this.windows = rateWindows(requestsPerMinute);
		this.wake?.abort();
	}

	async take(kind: RequestKind, signal?: AbortSignal): Promise<boolean> {
		return await this.takeFor(this.common, kind, signal);
	}

	pause(until: number): void {
		this.pausedUntil = Math.max(this.pausedUntil, until);
	}

	refused(until: number): void {
		this.refusedSoFar += 1;
		this.pause(until);
		this.granted.pop();
		const now = this.clock.now();
		const wentThrough = this.granted.filter((at) => at > now - 60_000).length;
		this.throttle = { perMinute: Math.max(LEAST_PART * this.perMinute, wentThrough), since: now };
	}

	share(): SharedBudget {
		const party = newParty();
		const whole = (): SlidingWindowBudget => this;
		return {
			take: async (kind, signal) => await this.takeFor(party, kind, signal),
			pause: (until) => {
				this.pause(until);
			},
			refused: (until) => {
				this.refused(until);
			},
			share: () => this.share(),
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

	private async takeFor(party: Party, kind: RequestKind, signal?: AbortSignal): Promise<boolean> {
		if (signal?.aborted) return false;
		return await new Promise<boolean>((resolve) => {
			const giveUp = (): void => {
				party.waiting[kind] = party.waiting[kind].filter((other) => other !== entry);
				if (isIdle(party)) this.parties.delete(party);
				this.wake?.abort();
				resolve(false);
			};
			const entry: Waiting = {
				ticket: this.tickets++,
				grant: () => {
					signal?.removeEventListener('abort', giveUp);
					resolve(true);
				},
			};
			signal?.addEventListener('abort', giveUp, { once: true });
			if (!this.parties.has(party)) {
				this.parties.add(party);
				party.lastTurn = Math.max(party.lastTurn, this.turns);
				this.wake?.abort();
			}
			party.waiting[kind].push(entry);
			if (kind === 'poll' && party !== this.common) this.lookers.add(party);
			void this.pump();
		});
	}

	/** Who comes first: interactive requests as they came, then the parties in turn. */
	private inTurn(): Array<{ party: Party; kind: RequestKind }> {
		const ticket = (party: Party): number => party.waiting.interactive[0]?.ticket ?? Infinity;
		return [...this.parties]
			.sort((a, b) => {
				const [one, other] = [ticket(a), ticket(b)];
				return one === other ? a.lastTurn - b.lastTurn : one - other;
			})
			.flatMap((party) => {
				const kind = REQUEST_KINDS.find((candidate) => party.waiting[candidate].length > 0);
				return kind ? [{ party, kind }] : [];
			});
	}

	private othersLook(party: Party, now: number): boolean {
		return [...this.lookers].some(
			(other) =>
				other !== party &&
				(other.waiting.poll.length > 0 || other.lastLookAt > now - LOOKS_LATELY_MS),
		);
	}

	/** The plan's requests per minute, or fewer after refusals. */
	private allowedPerMinute(now: number): number {
		if (!this.throttle) return this.perMinute;
		const { perMinute, since } = this.throttle;
		const regained = Math.floor(((now - since) / 60_000) * REGAINED_PER_MINUTE);
		return Math.min(this.perMinute, Math.ceil(perMinute + regained));
	}

	/** How long until all windows have room, in ms; `kept`: the part of them that must stay free. */
	private delay(now: number, kept: number): number {
		const waits = this.windows.map(({ ms, max }, i) => {
			const allowed = i === 0 ? Math.min(max, this.allowedPerMinute(now)) : max;
			const blocking = this.granted.at(-Math.max(1, allowed - Math.floor(allowed * kept)));
			return blocking === undefined ? 0 : blocking + ms + ARRIVAL_MARGIN_MS - now;
		});
		return Math.max(0, this.pausedUntil - now, ...waits);
	}

	private async pump(): Promise<void> {
		if (this.pumping) return;
		this.pumping = true;
		while (this.parties.size > 0) {
			const now = this.clock.now();
			let shortest = Infinity;
			let served = false;
			for (const { party, kind } of this.inTurn()) {
				const kept = kind === 'submit' && this.othersLook(party, now) ? KEPT_FOR_LOOKS : 0;
				const delay = this.delay(now, kept);
				if (delay === 0) {
					this.grant(party, kind, now);
					served = true;
					break;
				}
				shortest = Math.min(shortest, delay);
			}
			if (served) continue;
			this.wake = new AbortController();
			await this.clock.sleep(shortest, this.wake.signal);
			this.wake = undefined;
		}
		this.pumping = false;
	}

	private grant(party: Party, kind: RequestKind, now: number): void {
		party.waiting[kind].shift()?.grant();
		party.lastTurn = ++this.turns;
		if (kind === 'poll') party.lastLookAt = now;
		if (isIdle(party)) this.parties.delete(party);
		const oldest = now - Math.max(...this.windows.map(({ ms }) => ms)) - ARRIVAL_MARGIN_MS;
		this.granted = this.granted.filter((at) => at > oldest);
		this.granted.push(now);
	}
}

const budgets = new Map<string, SlidingWindowBudget>();

/**
 * The process's budget for a key (any string that stands for the key, e.g. its digest). A changed
 * limit is taken over by the budget that is there.
 */
export const budgetFor = (key: string, requestsPerMinute: number, clock: Clock): Budget => {
	const known = budgets.get(key);
	if (known) {
		known.setRequestsPerMinute(requestsPerMinute);
		return known;
	}
	const budget = new SlidingWindowBudget(clock, requestsPerMinute);
	budgets.set(key, budget);
	return budget;
};
