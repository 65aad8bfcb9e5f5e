import { settle, stoppedError, type ApiError } from '../api/errors';
import { waitAfter, type Pacing } from '../api/retry';
import type { RunApi } from '../api/client';
import type { AppDefinition } from '../api/types';
import type { Ledger } from './ledger';
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

/** Submits the runs of one execution. A refused key stops all that were not sent yet. */
export class Submitter {
	private keyTrouble: ApiError | undefined;

	/** Those that wait for the budget; a signal of its own for each, since Node warns of many listeners on one. */
	private readonly queued = new Set<AbortController>();

	constructor(
		private readonly seams: Pacing & { api: RunApi; ledger: Ledger },
		/** How long one submission may be put off by 429s and 503s, in ms. */
		private readonly patienceMs: number,
	) {}

	/**
	 * Starts one run, paced by the budget, and remembers in the ledger what is known of it. Sent
	 * again only after 429 and 503. Never throws.
	 */
	async submit(run: PlainRun): Promise<Submission> {
		const { api, clock, ledger } = this.seams;
		let giveUpAt = Infinity;
		for (let attempt = 1; ; attempt++) {
			if (!(await this.mayGo())) {
				return { kind: 'not_started', error: this.keyTrouble ?? stoppedError() };
			}
			if (attempt === 1) giveUpAt = clock.now() + this.patienceMs;

			const outcome = await settle(() => api.startRun(run.app, run.inputs, run.webhook));
			if ('value' in outcome) {
				ledger.remember(run.slot, { run_id: outcome.value });
				return { kind: 'started', run_id: outcome.value, since: clock.now() };
			}
			const { error } = outcome;
			if (isOpen(error)) {
				ledger.remember(run.slot, { unknown: error.message });
				return { kind: 'unknown', error };
			}
			if (error.concernsTheKey) this.stopQueued(error);
			const sendAgainAt = clock.now() + (error.retryAfterMs ?? 0);
			if (!maySendAgain(error) || sendAgainAt >= giveUpAt) return { kind: 'not_started', error };
			await waitAfter(error, attempt, this.seams);
		}
	}

	private stopQueued(keyTrouble: ApiError): void {
		this.keyTrouble = keyTrouble;
		for (const turn of this.queued) turn.abort();
	}

	/** Waits for the budget; false once the execution is stopped, or another submission met a refused key. */
	private async mayGo(): Promise<boolean> {
		if (this.keyTrouble) return false;
		const { budget, signal } = this.seams;
		const turn = new AbortController();
		this.queued.add(turn);
		const either = signal ? AbortSignal.any([signal, turn.signal]) : turn.signal;
		const granted = await budget.take('submit', either);
		this.queued.delete(turn);
		return granted && !this.keyTrouble;
	}
}
