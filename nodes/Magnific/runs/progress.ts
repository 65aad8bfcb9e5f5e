import type { Clock } from '../api/clock';
import type { RunOutcome } from './types';

const EVERY_MS = 60_000;
const A_MINUTE_MS = 60_000;

/** What of a batch is still to come. */
export interface Rest {
	/** Runs that are not submitted yet. */
	queued: number;
	/** How long all of it likely takes; undefined while nothing is known. */
	msLeft: number | undefined;
}

const RESULTS = new Set(['completed', 'completed_with_errors']);

/** Of a time in ms: nobody needs to know it better than to the minute. */
const inWords = (ms: number): string => {
	const minutes = Math.round(ms / A_MINUTE_MS);
	return minutes < 1 ? 'less than a minute' : `about ${String(minutes)} min`;
};

/**
 * Tells how far a batch is, once a minute and at its end, never per run: whoever looks at n8n's log
 * or at the editor's console sees that it goes on. `write` gets whole lines.
 */
export class Progress {
	private over = 0;

	private withoutResult = 0;

	private credits = 0;

	private readonly done = new AbortController();

	constructor(
		private readonly clock: Clock,
		private readonly of: number,
		private readonly write: (line: string) => void,
		private readonly rest: () => Rest,
	) {
		void this.tell();
	}

	/** A run came to some end, or could not be waited for. `credits`: what it costs, where known. */
	note(outcome: RunOutcome, credits: number | null): void {
		this.over += 1;
		if (outcome.kind !== 'ended' || !RESULTS.has(outcome.run.status)) this.withoutResult += 1;
		if (outcome.kind !== 'not_started') this.credits += credits ?? 0;
	}

	/** Tells the last time. */
	end(): void {
		if (this.done.signal.aborted) return;
		this.done.abort();
		this.write(this.line());
	}

	private async tell(): Promise<void> {
		for (;;) {
			await this.clock.sleep(EVERY_MS, this.done.signal);
			if (this.done.signal.aborted) return;
			const { queued, msLeft } = this.rest();
			const toStart = queued > 0 ? `, ${String(queued)} still to be started` : '';
			const left = msLeft === undefined ? '' : `, ${inWords(msLeft)} left`;
			this.write(`${this.line()}${toStart}${left}`);
		}
	}

	private line(): string {
		const without =
			this.withoutResult > 0 ? `, ${String(this.withoutResult)} without a result` : '';
		const credits = this.credits > 0 ? `, ${String(this.credits)} credits` : '';
		return `Magnific: ${String(this.over)} of ${String(this.of)} runs are over${without}${credits}`;
	}
}
