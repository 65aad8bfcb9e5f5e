import type { RunApi } from '../../../nodes/Magnific/api/client';
import { isEnded, type Run } from '../../../nodes/Magnific/api/types';
import { carryRuns } from '../../../nodes/Magnific/runs/carry';
import {
	allOver,
	lookAtParked,
	newMemory,
	noteEnd,
	noteStart,
	onlyLooksTell,
	toLookAtBeforeParking,
	trustsCallbacks,
} from '../../../nodes/Magnific/suspended/looks';
import type { RunOutcome } from '../../../nodes/Magnific/runs/types';
import { watch } from '../../../nodes/Magnific/suspended/watchdog';
import { APP_OF_ALL, runsOf, seamsOf, type World } from '../world';

/** Longer than any batch takes: what is shown is the pace, not the deadline. */
const MAX_WAIT_MS = 24 * 60 * 60_000;
/** From the node's end until n8n has saved the execution as waiting. */
const PARKING_MS = 100;
/** From its submission until a run starts, which a callback tells. */
const RUN_STARTS_MS = 1_000;
/** A callback on its way. */
const CALLBACK_MS = 75;
/** From a resumed execution to the next pass of a loop in it. */
const NEXT_PASS_MS = 50;

export const BATCH_SIZE = 50;

/** This package, waiting *Until Finished, Polling*. Throws where a run is lost. */
export const magnificPoll = async (world: World, items: readonly number[]): Promise<void> => {
	const outcomes = await carryRuns(runsOf(items), seamsOf(world), {
		wait: true,
		maxWaitMs: MAX_WAIT_MS,
		maxConcurrentRuns: 0,
	});
	for (const outcome of outcomes) {
		if (outcome.kind !== 'ended') throw new Error(`A run came to ${outcome.kind}`);
	}
};

interface Started {
	itemIndex: number;
	run_id: string;
	since: number;
	app: typeof APP_OF_ALL;
}

const startedOf = (outcome: RunOutcome, itemIndex: number): Started => {
	if (outcome.kind !== 'started') throw new Error(`A run came to ${outcome.kind}`);
	return { itemIndex, run_id: outcome.run_id, since: outcome.since, app: APP_OF_ALL };
};

/**
 * This package, waiting *Until Finished, Suspended*, with a signing secret. All decisions are those
 * of the shipped code; of n8n there is what matters here: a callback that meets an execution not yet
 * parked is refused and lost, and a resumed execution goes on at once.
 */
export const magnificSuspended = async (world: World, items: readonly number[]): Promise<void> => {
	const { clock } = world;
	const seams = seamsOf(world);
	const memory = newMemory();
	let runs: Started[] = [];
	let state: 'executing' | 'parked' | 'resumed' = 'executing';
	let resume = (): void => undefined;
	const resumed = new Promise<void>((resolve) => {
		resume = () => {
			state = 'resumed';
			resolve();
		};
	});

	let parkedAt = 0;

	const callBackAtStart = async (run_id: string): Promise<void> => {
		await clock.sleep(RUN_STARTS_MS + CALLBACK_MS);
		const parked = runs.find((run) => run.run_id === run_id);
		if (state !== 'parked' || !parked) return;
		noteStart(memory, parked);
		memory.lastCallbackAt = clock.now();
	};
	const callBackAtEnd = async (run_id: string): Promise<void> => {
		const run = world.api.peek(run_id);
		await clock.sleep(run.endsAt - clock.now() + CALLBACK_MS);
		const parked = runs.find((run) => run.run_id === run_id);
		if (state !== 'parked' || !parked || memory.settled.has(run_id)) return;
		const told: Run = world.api.state(run);
		if (!isEnded(told.status)) throw new Error('A callback came before the end');
		noteEnd(memory, parked, told, clock.now());
		memory.lastCallbackAt = clock.now();
		world.toldAt.set(run_id, clock.now());
		if (allOver(runs, memory)) resume();
		else if (onlyLooksTell({ runs, parkedAt }, memory)) void lookAround(false);
	};
	const api: RunApi = {
		getApp: async (appId) => await seams.api.getApp(appId),
		getRun: async (runId) => await seams.api.getRun(runId),
		startRun: async (app, inputs) => {
			const run_id = await seams.api.startRun(app, inputs);
			void callBackAtStart(run_id);
			void callBackAtEnd(run_id);
			return run_id;
		},
	};
	const lookAround = async (isEnd: boolean): Promise<void> => {
		if (memory.round) return;
		memory.round = new AbortController();
		await lookAtParked({ runs, parkedAt }, memory, { ...seams, api }, isEnd);
		memory.round = undefined;
		if (allOver(runs, memory)) resume();
	};

	const outcomes = await carryRuns(
		runsOf(items),
		{ ...seams, api },
		{ wait: false, maxWaitMs: MAX_WAIT_MS, maxConcurrentRuns: 0 },
	);
	runs = outcomes.map(startedOf);
	parkedAt = clock.now();
	const mayBeOver = { runs: toLookAtBeforeParking(runs, parkedAt), parkedAt };
	await lookAtParked(mayBeOver, memory, { ...seams, api });
	if (allOver(runs, memory)) return;

	parkedAt = clock.now();
	const park = { runs, parkedAt, deadline: parkedAt + MAX_WAIT_MS, hasCallbacks: true };
	const oldestSince = Math.min(...runs.map(({ since }) => since));
	void watch({ ...park, oldestSince }, clock, async (what) => {
		await clock.sleep(0);
		if (state !== 'parked') return state === 'resumed' ? 'gone' : 'running';
		const isEnd = what === 'end';
		if (isEnd || !trustsCallbacks(park, memory, clock.now())) void lookAround(isEnd);
		return 'taken';
	});
	await clock.sleep(PARKING_MS);
	state = 'parked';
	await resumed;
};

/** The same in *Loop Over Items* with batches of 50: one park after the other. */
export const magnificSuspendedLoop = async (
	world: World,
	items: readonly number[],
): Promise<void> => {
	for (let start = 0; start < items.length; start += BATCH_SIZE) {
		if (start > 0) await world.clock.sleep(NEXT_PASS_MS);
		await magnificSuspended(world, items.slice(start, start + BATCH_SIZE));
	}
};
