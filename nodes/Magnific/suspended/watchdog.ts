import type { Clock } from '../api/clock';
import type { Heard } from './heard';
import { MAY_BE_OVER_MS } from './looks';

/** With callbacks the watchdog only finds what was lost; without them it finds everything. */
const WITH_CALLBACKS = { firstMs: 30_000, longestMs: 5 * 60_000 };
const WITHOUT_CALLBACKS = { firstMs: 5_000, longestMs: 60_000 };
/** While runs are still being started: who starts them may have ended. */
const LONGEST_WHILE_SUBMITTING_MS = 60_000;
/** The execution is saved as waiting shortly after the node has ended; until then n8n refuses calls. */
const UNTIL_PARKED_MS = 1_000;
/** A first round that found hardly any run over is made again, since the first ones may be long. */
const SOON_AGAIN_MS = [15_000, 30_000, 60_000];
const LONGEST_AT_THE_END_MS = 30_000;
/** Within this time it is noticed that the end has come nearer. */
const SEE_THE_END_MS = 5_000;

/**
 * n8n's own timer is the fallback where no process is left to end the wait. It must not come first:
 * the last looks take their time, and what n8n passes on then are the unfinished runs.
 */
export const TIMER_AFTER_DEADLINE_MS = 150_000;

/** Says something to the parked execution. */
export type Poke = (what: 'look' | 'end') => Promise<Heard>;

export interface Watched {
	/** When the first of its runs was submitted, ms since the epoch. */
	oldestSince: number;
	parkedAt: number;
	/** Ms since the epoch; comes nearer when the last run is started. */
	deadline: () => number;
	/** Runs are started after the park. */
	isSubmitting: boolean;
	/** False where the runs were started without this execution's URL. */
	hasCallbacks: boolean;
}

/** The pauses between a watchdog's rounds, in ms: growing; the first are short where runs may be over. */
export function* watchdogPauses({
	oldestSince,
	parkedAt,
	hasCallbacks,
	isSubmitting,
}: Omit<Watched, 'deadline'>): Generator<number, never> {
	const { firstMs, longestMs: longest } = hasCallbacks ? WITH_CALLBACKS : WITHOUT_CALLBACKS;
	const longestMs = isSubmitting ? LONGEST_WHILE_SUBMITTING_MS : longest;
	if (hasCallbacks && parkedAt - oldestSince >= MAY_BE_OVER_MS) {
		yield UNTIL_PARKED_MS;
		yield* SOON_AGAIN_MS;
	}
	for (let pause = firstMs; ; pause = Math.min(longestMs, pause * 2)) yield pause;
}

/** The pauses between two words that the time is up, in ms. */
function* pausesAtTheEnd(): Generator<number, never> {
	for (let pause = UNTIL_PARKED_MS; ; pause = Math.min(LONGEST_AT_THE_END_MS, pause * 2)) {
		yield pause;
	}
}

/**
 * Watches over a parked execution from outside of it: makes it look at growing intervals whether
 * runs are over whose callbacks were lost, and ends the wait at the deadline. Only n8n's own word
 * that the execution does not wait any more ends it before, or `signal`: an address that cannot be
 * reached for a while, a proxy's page or a busy database are called again. An execution that runs
 * has gone on if it was parked before; else it was not saved yet. Resolves to whether the execution
 * is known to have gone on. Never throws.
 */
export const watch = async (
	park: Watched,
	clock: Clock,
	poke: Poke,
	signal?: AbortSignal,
): Promise<boolean> => {
	const { deadline } = park;
	const [looks, ends] = [watchdogPauses(park), pausesAtTheEnd()];
	let wasParked = false;
	const isTimeUp = (): boolean => clock.now() >= deadline();
	while (clock.now() < deadline() + TIMER_AFTER_DEADLINE_MS) {
		const start = clock.now();
		const wasUp = isTimeUp();
		const wakeAt = start + (wasUp ? ends : looks).next().value;
		const left = (): number =>
			Math.max(start + UNTIL_PARKED_MS, wasUp ? wakeAt : Math.min(wakeAt, deadline())) -
			clock.now();
		while (left() > 0 && signal?.aborted !== true) {
			await clock.sleep(Math.min(SEE_THE_END_MS, left()), signal);
		}
		if (signal?.aborted === true) return true;
		const isOver = isTimeUp();
		const heard = await poke(isOver ? 'end' : 'look');
		if (heard === 'gone' || (heard === 'running' && wasParked)) return true;
		if (heard === 'taken' && isOver) return true;
		wasParked ||= heard === 'taken';
	}
	return false;
};
