import type { Clock } from '../api/clock';
import { MAY_BE_OVER_MS } from './looks';

/** With callbacks the watchdog only finds what was lost; without them it finds everything. */
const WITH_CALLBACKS = { firstMs: 30_000, longestMs: 5 * 60_000 };
const WITHOUT_CALLBACKS = { firstMs: 5_000, longestMs: 60_000 };
/** The execution is saved as waiting shortly after the node has ended; until then n8n refuses calls. */
const UNTIL_PARKED_MS = 1_000;
/** A first round that found hardly any run over is made again, since the first ones may be long. */
const SOON_AGAIN_MS = [15_000, 30_000, 60_000];
const REFUSALS_BELIEVED = 3;

/** Says something to the parked execution; false where n8n did not take it. */
export type Poke = (what: 'look' | 'end') => Promise<boolean>;

export interface Watched {
	/** When the first of its runs was submitted, ms since the epoch. */
	oldestSince: number;
	parkedAt: number;
	deadline: number;
	/** False where the runs were started without this execution's URL. */
	hasCallbacks: boolean;
}

/** The pauses between a watchdog's rounds, in ms: growing; the first are short where runs may be over. */
export function* watchdogPauses({
	oldestSince,
	parkedAt,
	hasCallbacks,
}: Omit<Watched, 'deadline'>): Generator<number, never> {
	const { firstMs, longestMs } = hasCallbacks ? WITH_CALLBACKS : WITHOUT_CALLBACKS;
	if (hasCallbacks && parkedAt - oldestSince >= MAY_BE_OVER_MS) {
		yield UNTIL_PARKED_MS;
		yield* SOON_AGAIN_MS;
	}
	for (let pause = firstMs; ; pause = Math.min(longestMs, pause * 2)) yield pause;
}

/**
 * Watches over a parked execution from outside of it: makes it look at growing intervals whether
 * runs are over whose callbacks were lost, and ends the wait at the deadline. Stops when n8n does
 * not take its calls any more: the execution has gone on, or was ended. Never throws.
 */
export const watch = async (park: Watched, clock: Clock, poke: Poke): Promise<void> => {
	let refusals = 0;
	for (const pause of watchdogPauses(park)) {
		const left = park.deadline - clock.now();
		await clock.sleep(Math.max(UNTIL_PARKED_MS, Math.min(pause, left)));
		const isOver = clock.now() >= park.deadline;
		const taken = await poke(isOver ? 'end' : 'look');
		if (taken && isOver) return;
		refusals = taken ? 0 : refusals + 1;
		if (refusals >= REFUSALS_BELIEVED) return;
	}
};
