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
	/** Requests that may go within any 60 s: the plan's limit. */
	readonly requestsPerMinute: number;
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
const ARRIVAL_MARGIN_MS = 250;

interface Waiting {
	grant: () => void;
}

export class SlidingWindowBudget implements Budget {
	private perMinute: number;

	private windows: RateWindow[];

	/** When the requests of the longest window went, oldest first. */
	private granted: number[] = [];

	private waiting: Record<RequestKind, Waiting[]> = {
		interactive: [],
		submit: [],
		prepare: [],
		poll: [],
	};

	private pausedUntil = 0;

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

	/** Takes over a changed limit; what has gone already still counts. */
	setRequestsPerMinute(requestsPerMinute: number): void {
		if (requestsPerMinute === this.perMinute) return;
		this.perMinute = requestsPerMinute;
		this.windows = rateWindows(requestsPerMinute);
		this.wake?.abort();
	}

	async take(kind: RequestKind, signal?: AbortSignal): Promise<boolean> {
		if (signal?.aborted) return false;
		return await new Promise<boolean>((resolve) => {
			const giveUp = (): void => {
				this.waiting[kind] = this.waiting[kind].filter((other) => other !== entry);
				if (this.isIdle) this.wake?.abort();
				resolve(false);
			};
			const entry: Waiting = {
				grant: () => {
					signal?.removeEventListener('abort', giveUp);
					resolve(true);
				},
			};
			signal?.addEventListener('abort', giveUp, { once: true });
			this.waiting[kind].push(entry);
			void this.pump();
		});
	}

	pause(until: number): void {
		this.pausedUntil = Math.max(this.pausedUntil, until);
	}

	private next(): Waiting | undefined {
		for (const kind of REQUEST_KINDS) {
			const entry = this.waiting[kind].shift();
			if (entry) return entry;
		}
		return undefined;
	}

	private get isIdle(): boolean {
		return REQUEST_KINDS.every((kind) => this.waiting[kind].length === 0);
	}

	/** How long until all windows have room, in ms. */
	private delay(now: number): number {
		const waits = this.windows.map(({ ms, max }) => {
			const blocking = this.granted.at(-max);
			return blocking === undefined ? 0 : blocking + ms + ARRIVAL_MARGIN_MS - now;
		});
		return Math.max(0, this.pausedUntil - now, ...waits);
	}

	private async pump(): Promise<void> {
		if (this.pumping) return;
		this.pumping = true;
		while (!this.isIdle) {
			const now = this.clock.now();
			const delay = this.delay(now);
			if (delay > 0) {
				this.wake = new AbortController();
				await this.clock.sleep(delay, this.wake.signal);
				this.wake = undefined;
				continue;
			}
			this.next()?.grant();
			const oldest = now - Math.max(...this.windows.map(({ ms }) => ms)) - ARRIVAL_MARGIN_MS;
			this.granted = this.granted.filter((at) => at > oldest);
			this.granted.push(now);
		}
		this.pumping = false;
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
