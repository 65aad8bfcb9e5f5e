import { seededRandom } from './random';

export interface Occurrence {
	skip?: number | undefined;
	times?: number | undefined;
	probability?: number | undefined;
	seed?: number | undefined;
}

interface Entry<T> {
	id: number;
	spec: T;
	skip: number;
	/** Infinity for "always". */
	left: number;
	random: () => number;
}

/** Things that are due a given number of times, each with its own count, in the order given. */
export class Occurrences<T extends Occurrence> {
	private entries: Entry<T>[] = [];
	private lastId = 0;

	/** @param defaultTimes what a spec without `times` means; -1 is always */
	constructor(private readonly defaultTimes: number) {}

	add(spec: T): number {
		const times = spec.times ?? this.defaultTimes;
		this.lastId += 1;
		this.entries.push({
			id: this.lastId,
			spec,
			skip: spec.skip ?? 0,
			left: times === -1 ? Number.POSITIVE_INFINITY : times,
			random: seededRandom(spec.seed ?? this.lastId),
		});
		return this.lastId;
	}

	clear(): void {
		this.entries = [];
	}

	/** The first that matches and is due. Those after it only count the match towards their `skip`. */
	takeFirst(matches: (spec: T) => boolean): T | undefined {
		let taken: T | undefined;
		for (const entry of this.entries) {
			if (!matches(entry.spec)) continue;
			if (taken === undefined) taken = isDue(entry) ? entry.spec : undefined;
			else entry.skip = Math.max(0, entry.skip - 1);
		}
		return taken;
	}

	takeAll(matches: (spec: T) => boolean): T[] {
		return this.entries
			.filter((entry) => matches(entry.spec) && isDue(entry))
			.map((entry) => entry.spec);
	}
}

function isDue<T extends Occurrence>(entry: Entry<T>): boolean {
	if (entry.left === 0) return false;
	if (entry.spec.probability !== undefined && entry.random() >= entry.spec.probability)
		return false;
	if (entry.skip > 0) {
		entry.skip -= 1;
		return false;
	}
	entry.left -= 1;
	return true;
}
