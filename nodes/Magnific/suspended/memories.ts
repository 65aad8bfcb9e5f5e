import type { ParkMemory } from './looks';

/** When this process began to serve, ms since the epoch: callbacks from before are not known to it. */
export const servesSince = Date.now();

/** A parked execution that is not resumed here is resumed elsewhere, or was deleted. */
const MOST_PARKS = 1_000;

/** What this process knows of parked executions, by the park's id. */
class ParkMemories {
	private readonly memories = new Map<string, ParkMemory>();

	of(parkId: string, create: () => ParkMemory): ParkMemory {
		const known = this.memories.get(parkId) ?? create();
		this.memories.delete(parkId);
		this.memories.set(parkId, known);
		const [oldest] = this.memories.keys();
		if (oldest !== undefined && this.memories.size > MOST_PARKS) this.memories.delete(oldest);
		return known;
	}
}

export const parkMemories = new ParkMemories();
