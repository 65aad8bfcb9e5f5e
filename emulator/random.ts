import { randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A short identifier of letters and digits, in the form of the API's SQIDs. */
export function sqid(length = 10): string {
	return Array.from(randomBytes(length), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join(
		'',
	);
}

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** A seed for a text, so that equal texts give equal pictures (FNV-1a). */
export function seedOf(text: string): number {
	let hash = 0x811c9dc5;
	for (const character of text) {
		hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
	}
	return hash >>> 0;
}

/** A new order in which, of two or more, nothing stays where it was (Sattolo's shuffle). */
export function reordered<T>(items: readonly T[], random: () => number): T[] {
	const order = items.map((_, index) => index);
	for (let last = order.length - 1; last > 0; last -= 1) {
		const other = Math.floor(random() * last);
		const moved = order[last] ?? 0;
		order[last] = order[other] ?? 0;
		order[other] = moved;
	}
	return order.flatMap((index) => items.slice(index, index + 1));
}
