interface Entry<T> {
	item: T;
	at: number;
}

/**
 * Things in the order of a number, most often a time: the first is at hand, and putting one in,
 * moving it and taking it out cost the logarithm of how many there are (a binary heap that knows
 * the place of each).
 */
export class Earliest<T> {
	private readonly heap: Array<Entry<T>> = [];

	private readonly places = new Map<T, number>();

	/** `goesBefore` decides between two of the same number; it must not change while they are in. */
	constructor(private readonly goesBefore: (one: T, other: T) => boolean = () => false) {}

	get size(): number {
		return this.heap.length;
	}

	first(): Readonly<Entry<T>> | undefined {
		return this.heap[0];
	}

	has(item: T): boolean {
		return this.places.has(item);
	}

	/** In no order. */
	items(): T[] {
		return [...this.places.keys()];
	}

	/** Puts it in, or moves it. */
	set(item: T, at: number): void {
		const place = this.places.get(item) ?? this.heap.length;
		this.settle({ item, at }, place);
	}

	/** False where it was not in. */
	delete(item: T): boolean {
		const place = this.places.get(item);
		if (place === undefined) return false;
		this.places.delete(item);
		const last = this.heap.pop();
		if (last && last.item !== item) this.settle(last, place);
		return true;
	}

	/** Finds the place of an entry for which the one at `place` is free. */
	private settle(entry: Entry<T>, place: number): void {
		let free = place;
		for (;;) {
			const above = (free - 1) >> 1;
			const other = this.heap[above];
			if (free === 0 || !other || !this.isBefore(entry, other)) break;
			this.put(other, free);
			free = above;
		}
		for (;;) {
			const [left, right] = [2 * free + 1, 2 * free + 2];
			const [one, other] = [this.heap[left], this.heap[right]];
			const below = one && other && this.isBefore(other, one) ? right : left;
			const next = this.heap[below];
			if (!next || !this.isBefore(next, entry)) break;
			this.put(next, free);
			free = below;
		}
		this.put(entry, free);
	}

	private put(entry: Entry<T>, place: number): void {
		this.heap[place] = entry;
		this.places.set(entry.item, place);
	}

	private isBefore(one: Entry<T>, other: Entry<T>): boolean {
		return one.at === other.at ? this.goesBefore(one.item, other.item) : one.at < other.at;
	}
}
