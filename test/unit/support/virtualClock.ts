import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../nodes/Magnific/api/clock';
import { Earliest } from '../../../nodes/Magnific/api/earliest';

interface Sleeper {
	/** Place among all that ever slept. */
	place: number;
	wake: () => void;
}

const A_DAY_MS = 24 * 60 * 60 * 1000;
/** More than any batch of the tests needs at one point in time. */
const MOST_WAKES_AT_ONCE = 20_000;

/**
 * A clock whose time passes only when it is told to. Sleepers wake one by one in the order of their
 * times (of their calls where the times are equal), and what each sets going runs until it sleeps
 * or waits for somebody else, before the next one wakes: as timers of a real process do.
 */
export class VirtualClock implements Clock {
	/** By the virtual time at which they wake, ms since the epoch. */
	private readonly sleepers = new Earliest<Sleeper>((one, other) => one.place < other.place);

	private sleeps = 0;

	/** `start`: ms since the epoch. */
	constructor(private time = Date.UTC(2026, 10, 1)) {}

	now(): number {
		return this.time;
	}

	/** How many sleeps have neither ended nor been aborted. */
	get sleeping(): number {
		return this.sleepers.size;
	}

	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		if (signal?.aborted) return;
		await new Promise<void>((resolve) => {
			const stop = (): void => {
				this.sleepers.delete(sleeper);
				resolve();
			};
			const sleeper: Sleeper = {
				place: this.sleeps++,
				wake: () => {
					signal?.removeEventListener('abort', stop);
					resolve();
				},
			};
			signal?.addEventListener('abort', stop, { once: true });
			this.sleepers.set(sleeper, this.time + Math.max(0, ms));
		});
	}

	/** Lets `ms` of virtual time pass. */
	async advance(ms: number): Promise<void> {
		const end = this.time + ms;
		do await nextTurn();
		while (this.wakeNext(end));
		this.time = end;
	}

	/**
	 * Lets time pass until the promise settles, and gives its value. Throws where nobody sleeps who
	 * could settle it, where it has not settled within `limitMs` of virtual time, and where somebody
	 * keeps on sleeping for no time.
	 */
	async run<T>(promise: Promise<T>, limitMs = A_DAY_MS): Promise<T> {
		const start = this.time;
		let standing = { at: start, wakes: 0 };
		const state = { isSettled: false };
		const settled = (): void => {
			state.isSettled = true;
		};
		promise.then(settled, settled);
		for (;;) {
			await nextTurn();
			if (state.isSettled) return await promise;
			if (this.wakeNext(start + limitMs)) {
				standing =
					standing.at === this.time
						? { at: this.time, wakes: standing.wakes + 1 }
						: { at: this.time, wakes: 0 };
				if (standing.wakes > MOST_WAKES_AT_ONCE) {
					throw new Error(`Time stands still after ${String(this.time - start)} virtual ms`);
				}
				continue;
			}
			throw new Error(
				this.sleepers.size === 0
					? `Stuck after ${String(this.time - start)} virtual ms: nobody sleeps, and nothing settles`
					: `Not settled within ${String(limitMs)} virtual ms`,
			);
		}
	}

	/** False where nobody wakes until `end`. */
	private wakeNext(end: number): boolean {
		const next = this.sleepers.first();
		if (!next || next.at > end || next.at === Infinity) return false;
		this.sleepers.delete(next.item);
		this.time = next.at;
		next.item.wake();
		return true;
	}
}
