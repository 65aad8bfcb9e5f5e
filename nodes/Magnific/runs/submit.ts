import { ApiError, settle, stoppedError } from '../api/errors';
import { waitAfter, type Pacing } from '../api/retry';
import type { RunApi } from '../api/client';
import type { AppDefinition } from '../api/types';
import { onItsWay, type Ledger, type LedgerEntry } from './ledger';
import type { RunOutcome } from './types';

/** A run as it goes to the API: files are uploaded, values are plain. */
export interface PlainRun {
	app: AppDefinition;
	/** Keyed by input `id`. */
	inputs: Record<string, unknown>;
	/** The ledger's key of this submission. */
	slot: string;
	/** Where the API may call when the run starts and ends. */
	webhook?: string | undefined;
}

export type Submission = Extract<RunOutcome, { kind: 'started' | 'not_started' | 'unknown' }>;

const stillUnknown = (message: string, reused: boolean): ApiError =>
	new ApiError({
		kind: 'network',
		message: reused
			? `The same was sent before, but its answer was lost (${message}), and the option Reuse Runs keeps it from being sent again`
			: `An earlier try was sent, but its answer was lost (${message})`,
		advice: '',
	});

/** A submission that was made before, as the outcome of one that is not made again. */
export const remembered = (entry: LedgerEntry): Submission =>
	'run_id' in entry
		? { kind: 'started', run_id: entry.run_id, since: 0 }
		: {
				kind: 'unknown',
				error: stillUnknown(entry.unknown, entry.reused === true),
				...(entry.sentAt === undefined ? {} : { sentAt: entry.sentAt }),
			};

/** 429 and 503 alone say that no run was started, and that one may be started later. */
const maySendAgain = ({ kind }: ApiError): boolean =>
	kind === 'rate_limited' || kind === 'unavailable';

/** Whether the answer leaves it open if a run was started and charged. */
const isOpen = (error: ApiError): boolean =>
	error.kind === 'network' ||
	error.kind === 'server' ||
	error.kind === 'not_json' ||
	error.kind === 'unexpected_answer' ||
	error.httpCode === 408;

/** Which further submissions would get the same answer as this one's. */
const concerns = ({ kind, stopsSubmissions }: ApiError): 'all' | 'app' | 'itself' => {
	if (stopsSubmissions) return 'all';
	return kind === 'forbidden' || kind === 'plan' ? 'app' : 'itself';
};

/**
 * Submits the runs of one execution. A refused key, or no credits left, stops all that were not sent
 * yet; an app that the account may not run, those of this app.
 */
export class Submitter {
	/** Why nothing more is sent; of single apps, by their id. */
	private obstacle: ApiError | undefined;

	private readonly obstacles = new Map<string, ApiError>();

	/**
	 * Those that wait, with their app where what holds up the app ends the wait; a signal of its own for
	 * each, since Node warns of many listeners on one.
	 */
	private readonly waits = new Map<AbortController, string | undefined>();

	private readonly whenStopped = (): void => {
		for (const wait of this.waits.keys()) wait.abort();
	};

	constructor(
		private readonly seams: Pacing & { api: RunApi; ledger: Ledger },
		/** How long one submission may be put off by 429s and 503s, in ms. */
		private readonly patienceMs: number,
	) {
		seams.signal?.addEventListener('abort', this.whenStopped);
	}

	/** Lets go of the execution's signal, which lives for all rounds of a loop. */
	close(): void {
		this.seams.signal?.removeEventListener('abort', this.whenStopped);
	}

	/**
	 * Starts one run, paced by the budget, or takes up the one that the ledger has for the same. The
	 * ledger is told what is known of it, from before it is sent: n8n saves a stopped execution
	 * without waiting. Sent again only after 429 and 503. Never throws.
	 *
	 * @param webhook asked whenever the run is sent, where the API may call
	 */
	async submit(
		run: PlainRun,
		webhook = (): string | undefined => run.webhook,
	): Promise<Submission> {
		const { api, clock, ledger } = this.seams;
		let giveUpAt = Infinity;
		let refusal: ApiError | undefined;
		for (let attempt = 1; ; attempt++) {
			const taken = await this.waiting(undefined, (signal) => ledger.claim(run.slot, signal));
			if (taken) return remembered(taken);
			if (!(await this.mayGo(run.app.sqid))) {
				ledger.forget(run.slot);
				const error = this.obstacleTo(run.app.sqid) ?? stoppedError();
				return { kind: 'not_started', error, refusal };
			}
			if (attempt === 1) giveUpAt = clock.now() + this.patienceMs;

			const sentAt = clock.now();
			ledger.remember(run.slot, onItsWay(sentAt));
			const outcome = await settle(() => api.startRun(run.app, run.inputs, webhook()));
			if ('value' in outcome) {
				ledger.remember(run.slot, { run_id: outcome.value });
				return { kind: 'started', run_id: outcome.value, since: clock.now() };
			}
			const { error } = outcome;
			if (isOpen(error)) {
				ledger.remember(run.slot, { unknown: error.message, sentAt });
				return { kind: 'unknown', error, sentAt };
			}
			refusal = error;
			ledger.forget(run.slot);
			this.endWaits(error, run.app.sqid);
			const sendAgainAt = clock.now() + (error.retryAfterMs ?? 0);
			if (!maySendAgain(error) || sendAgainAt >= giveUpAt) return { kind: 'not_started', error };
			await this.waiting(run.app.sqid, (signal) =>
				waitAfter(error, attempt, { ...this.seams, signal }),
			);
		}
	}

	/** A further try of *Retry On Fail* sends again what was refused: credits may be there by now. */
	tryAnew(): void {
		this.obstacle = undefined;
		this.obstacles.clear();
	}

	private obstacleTo(appId: string): ApiError | undefined {
		return this.obstacle ?? this.obstacles.get(appId);
	}

	private endWaits(error: ApiError, appId: string): void {
		const concerned = concerns(error);
		if (concerned === 'itself') return;
		if (concerned === 'all') this.obstacle = error;
		else this.obstacles.set(appId, error);
		for (const [wait, waitingApp] of this.waits) {
			if (waitingApp === undefined) continue;
			if (concerned === 'all' || waitingApp === appId) wait.abort();
		}
	}

	private async waiting<T>(
		appId: string | undefined,
		wait: (signal: AbortSignal) => Promise<T>,
	): Promise<T> {
		const own = new AbortController();
		if (this.seams.signal?.aborted === true) own.abort();
		this.waits.set(own, appId);
		try {
			return await wait(own.signal);
		} finally {
			this.waits.delete(own);
		}
	}

	/** Waits for the budget; false once the execution is stopped, or no run of the app is to be sent. */
	private async mayGo(appId: string): Promise<boolean> {
		const { budget, signal } = this.seams;
		if (this.obstacleTo(appId) || signal?.aborted === true) return false;
		const granted = await this.waiting(appId, (own) => budget.take('submit', own));
		return granted && !this.obstacleTo(appId);
	}
}
