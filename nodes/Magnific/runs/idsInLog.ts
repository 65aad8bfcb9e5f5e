import type { Clock } from '../api/clock';

/** Most of a burst is answered within this time, and told in one line. */
const BURST_MS = 1_000;
/** Where runs start one after the other, no line comes sooner after the last one. */
const BETWEEN_LINES_MS = 5_000;

/**
 * Tells the ids of started runs, one line per burst: whatever ends n8n, they stand somewhere. `write`
 * gets whole lines.
 */
export class StartedLog {
	private burst: string[] = [];

	private pause: AbortController | undefined;

	/** Ms since the epoch. */
	private lastLineAt = -Infinity;

	constructor(
		private readonly clock: Clock,
		private readonly write: (line: string) => void,
	) {}

	note(itemIndex: number, run_id: string): void {
		this.burst.push(`item ${String(itemIndex)}: ${run_id}`);
		if (this.pause) return;
		const pause = new AbortController();
		this.pause = pause;
		const untilNextMs = this.lastLineAt + BETWEEN_LINES_MS - this.clock.now();
		void this.clock.sleep(Math.max(BURST_MS, untilNextMs), pause.signal).then(() => {
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
		this.lastLineAt = this.clock.now();
	}
}
