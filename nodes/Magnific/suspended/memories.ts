import { randomUUID } from 'crypto';
import { newMemory, noteEnd, type ParkMemory } from './looks';
import type { Park } from './state';
import { TIMER_AFTER_DEADLINE_MS } from './watchdog';

/** Names this process in its answers to self-calls. */
export const PROCESS = randomUUID();

/** When this process began to serve, ms since the epoch: callbacks from before are not known to it. */
export const servesSince = Date.now();

/** The last resort: parks that went on elsewhere, unknown to this process, before their time is up. */
const MOST_PARKS = 1_000;
const MOST_RESULTS = 20_000;
/** As many ids of parks that have gone on are kept: a late call must not resume one again. */
const MOST_GONE = 5_000;

type Parked = Pick<Park, 'id' | 'parkedAt' | 'deadline' | 'runs' | 'settled'>;

const resultsIn = ({ settled, late }: ParkMemory): number => settled.size + late.size;

/** What this process knows of parked executions, by the park's id. One for the whole process. */
export class ParkMemories {
	private readonly memories = new Map<string, { memory: ParkMemory; forgetAt: number }>();

	private readonly gone = new Set<string>();

	/** Callbacks of parks from before this may be forgotten, ms since the epoch. */
	private knowsSince = servesSince;

	/** What is known of a park at `now`, ms since the epoch; undefined where it has gone on. */
	of(park: Parked, now: number): ParkMemory | undefined {
		if (this.gone.has(park.id)) return undefined;
		const memory = this.memories.get(park.id)?.memory ?? this.begin(park, now);
		this.memories.delete(park.id);
		const forgetAt = park.deadline + TIMER_AFTER_DEADLINE_MS;
		this.memories.set(park.id, { memory, forgetAt: Math.max(forgetAt, now) });
		this.tidy(park.id, now);
		return memory;
	}

	/** The park has gone on or was ended: all that is known of it is dropped, and its watchdog stops. */
	goneOn(id: string): void {
		this.memories.get(id)?.memory.gone.abort();
		this.memories.delete(id);
		this.gone.add(id);
		const [oldest] = this.gone;
		if (oldest !== undefined && this.gone.size > MOST_GONE) this.gone.delete(oldest);
	}

	/** How much is kept, in parks and in results. */
	get size(): { parks: number; results: number } {
		const memories = [...this.memories.values()];
		const results = memories.reduce((sum, { memory }) => sum + resultsIn(memory), 0);
		return { parks: memories.length, results };
	}

	private begin({ parkedAt, runs, settled }: Parked, now: number): ParkMemory {
		const memory = newMemory(this.knowsSince > parkedAt, now);
		const known = new Map(settled.map((run) => [run.run_id, run]));
		for (const parked of runs) {
			const run = known.get(parked.run_id);
			if (run) noteEnd(memory, parked, run, parkedAt);
		}
		return memory;
	}

	/** Drops what nobody will ask for, and the oldest where there is too much all the same. */
	private tidy(inUse: string, now: number): void {
		for (const [id, { forgetAt }] of this.memories) {
			if (forgetAt < now) this.memories.delete(id);
		}
		let { parks, results } = this.size;
		for (const [id, { memory }] of this.memories) {
			if (parks <= MOST_PARKS && results <= MOST_RESULTS) return;
			if (id === inUse || memory.isSubmitting) continue;
			this.memories.delete(id);
			this.knowsSince = now;
			parks -= 1;
			results -= resultsIn(memory);
		}
	}
}

export const parkMemories = new ParkMemories();
