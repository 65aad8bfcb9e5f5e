import type { RunApi } from '../../../nodes/Magnific/api/client';
import { isEnded, type Run } from '../../../nodes/Magnific/api/types';
import { carryRuns } from '../../../nodes/Magnific/runs/carry';
import type { Heard } from '../../../nodes/Magnific/suspended/heard';
import {
	isOver,
	noteLate,
	runsOf,
	type QueuedItem,
	type WaitedFor,
} from '../../../nodes/Magnific/suspended/late';
import {
	lookAtParked,
	newMemory,
	noteEnd,
	noteStart,
	onlyLooksTell,
	toLookAtBeforeParking,
	trustsCallbacks,
	type ParkedRun,
} from '../../../nodes/Magnific/suspended/looks';
import { Submissions } from '../../../nodes/Magnific/suspended/submissions';
import { watch } from '../../../nodes/Magnific/suspended/watchdog';
import { APP_OF_ALL, CALLBACK_MS, runsOf as runsOfItems, seamsOf, type World } from '../world';

/** Longer than any batch takes: what is shown is the pace, not the deadline. */
const MAX_WAIT_MS = 24 * 60 * 60_000;
/** From the node's end until n8n has saved the execution as waiting. */
const PARKING_MS = 100;
/** From its submission until a run starts, which a callback tells. */
const RUN_STARTS_MS = 1_000;
/** This package, waiting *Until Finished, Polling*. Throws where a run is lost. */
export const magnificPoll = async (world: World, items: readonly number[]): Promise<void> => {
	const outcomes = await carryRuns(runsOfItems(items), seamsOf(world), {
		wait: true,
		maxWaitMs: MAX_WAIT_MS,
		maxConcurrentRuns: 0,
	});
	for (const outcome of outcomes) {
		if (outcome.kind !== 'ended') throw new Error(`A run came to ${outcome.kind}`);
	}
};

/** The node's call to its own parked execution, there and back. */
const SELF_CALL_MS = 50;

/**
 * This package, waiting *Until Finished, Suspended*, with a signing secret. All decisions are those
 * of the shipped code; of n8n there is what matters here: a call that meets an execution not yet
 * parked is refused, and a resumed execution goes on at once.
 */
export const magnificSuspended = async (world: World, items: readonly number[]): Promise<void> => {
	const { clock } = world;
	const seams = seamsOf(world);
	const memory = newMemory();
	let park: WaitedFor = {
		runs: [],
		queued: [],
		parkedAt: 0,
		deadline: Infinity,
		maxWaitMin: MAX_WAIT_MS / 60_000,
	};
	let state: 'executing' | 'parked' | 'resumed' = 'executing';
	let resume = (): void => undefined;
	const resumed = new Promise<void>((resolve) => {
		resume = () => {
			state = 'resumed';
			resolve();
		};
	});
	const over = (): boolean => isOver(park, memory, clock.now());
	const waitedFor = () => ({ runs: runsOf(park, memory), parkedAt: park.parkedAt });

	/** The run of a callback that comes after `ms`; undefined where n8n refuses it. */
	const parkedAfter = async (ms: number, run_id: string): Promise<ParkedRun | undefined> => {
		await clock.sleep(ms + CALLBACK_MS);
		if (state !== 'parked') return undefined;
		const itemIndex = Number(world.api.peek(run_id).inputs['item']);
		const since = clock.now();
		noteLate(memory, itemIndex, { kind: 'started', run_id, since }, since);
		memory.lastCallbackAt = since;
		return waitedFor().runs.find((run) => run.run_id === run_id);
	};
	const callBackAtStart = async (run_id: string): Promise<void> => {
		const parked = await parkedAfter(RUN_STARTS_MS, run_id);
		if (parked) noteStart(memory, parked);
	};
	const callBackAtEnd = async (run_id: string): Promise<void> => {
		const run = world.api.peek(run_id);
		const parked = await parkedAfter(run.endsAt - clock.now(), run_id);
		if (!parked || memory.settled.has(run_id)) return;
		const told: Run = world.api.state(run);
		if (!isEnded(told.status)) throw new Error('A callback came before the end');
		noteEnd(memory, parked, told, clock.now());
		world.toldAt.set(run_id, clock.now());
		if (over()) resume();
		else if (onlyLooksTell(waitedFor(), memory)) void lookAround(false);
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
		await lookAtParked(waitedFor(), memory, { ...seams, api }, isEnd);
		memory.round = undefined;
		if (over()) resume();
	};
	/** What n8n says to the node's own call, and what the parked execution does when it hears it. */
	const callSelf = async (act: () => void): Promise<Heard> => {
		await clock.sleep(SELF_CALL_MS);
		if (state !== 'parked') return state === 'resumed' ? 'gone' : 'running';
		act();
		return 'taken';
	};

	const submissions = new Submissions(
		{ ...seams, api },
		{ maxWaitMs: MAX_WAIT_MS, maxConcurrentRuns: 0 },
	);
	submissions.add(runsOfItems(items).map((run, i) => ({ ...run, itemIndex: items[i] ?? i })));
	await submissions.firstBurst();

	const parkedAt = clock.now();
	const runs: ParkedRun[] = [];
	const queued: QueuedItem[] = [];
	for (const itemIndex of items) {
		const outcome = submissions.outcomes.get(itemIndex);
		const item = { itemIndex, app: APP_OF_ALL };
		if (!outcome) queued.push(item);
		else if (outcome.kind === 'started') runs.push({ ...item, ...outcome });
		else throw new Error(`A run came to ${outcome.kind}`);
	}
	park = { ...park, runs, queued, parkedAt };
	if (queued.length === 0) {
		const mayBeOver = { runs: toLookAtBeforeParking(runs, parkedAt), parkedAt };
		await lookAtParked(mayBeOver, memory, { ...seams, api });
		if (over()) return;
	}

	memory.isSubmitting = queued.length > 0;
	const oldestSince = Math.min(parkedAt, ...runs.map(({ since }) => since));
	const watched = { oldestSince, parkedAt, hasCallbacks: true, isSubmitting: queued.length > 0 };
	void watch({ ...watched, deadline: () => Infinity }, clock, async (what) => {
		const isEnd = what === 'end';
		return await callSelf(() => {
			if (isEnd || !trustsCallbacks(waitedFor(), memory, clock.now())) void lookAround(isEnd);
		});
	});
	void submissions.goOn({
		tell: async () =>
			await callSelf(() => {
				if (over()) resume();
			}),
		isElsewhere: () => false,
		note: (itemIndex, submission) => {
			if (submission.kind !== 'started') throw new Error(`A run came to ${submission.kind}`);
			noteLate(memory, itemIndex, submission, clock.now());
		},
		isOver: (itemIndex) => {
			const submission = memory.late.get(itemIndex);
			return submission?.kind === 'started' && memory.settled.has(submission.run_id);
		},
		callbackUrl: (itemIndex) => `item ${String(itemIndex)}`,
		endsAt: () => Infinity,
	});
	await clock.sleep(PARKING_MS);
	state = 'parked';
	await resumed;
};
