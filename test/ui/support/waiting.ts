import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

/** Milliseconds: an n8n editor on a busy machine of two cores takes most of a minute to appear. */
export const PATIENCE_MS = 60_000;
const LOOK_INTERVAL_MS = 100;

/** Reads until it gives `expected`, and fails as `toEqual` does when it never does. */
export async function expectSoon<T>(read: () => Promise<T>, expected: T): Promise<void> {
	const deadline = Date.now() + PATIENCE_MS;
	for (;;) {
		const found = await read();
		if (isDeepStrictEqual(found, expected) || Date.now() > deadline) {
			expect(found).toEqual(expected);
			return;
		}
		await delay(LOOK_INTERVAL_MS);
	}
}
