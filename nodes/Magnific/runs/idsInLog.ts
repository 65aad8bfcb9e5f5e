import type { Clock } from '../api/clock';

/** Submissions that come within this time are told in one line: the budget lets them through in bursts of 5 s. */
const BURST_MS = 5_000;

/**
 * Tells the ids of started runs, one line per burst: whatever ends n8n, they stand somewhere. `write`
 * gets whole lines.
 */
export class StartedLog {
	private burst: string[] = [];

	private pause: AbortController | undefined;

	constructor(
		private readonly clock: Clock,
		private readonly write: (line: string) => void,
	) {}

	note(itemIndex: number, run_id: string): void {
		this.burst.push(`item ${String(itemIndex)}: ${run_id}`);
		if (this.pause) return;
		const pause = new AbortController();
		this.pause = pause;
		void this.clock.sleep(BURST_MS, pause.signal).then(() => {
			if (this.pause === pause) this.flush();
		});
	}

	/** Tells at once what was not told yet. */
	flush(): void {
		this.pause?.abort();
		this.pause = undefined;
		if (this.burst.length === 0) return;
		this.write(`Magnific: started runs ${this.burst.join(', ')}`);
		this.burst = [];
	}
}
