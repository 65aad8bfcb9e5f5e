import { getEventListeners } from 'node:events';
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Carried } from '../../../nodes/Magnific/batch/collect';
import type { Batch } from '../../../nodes/Magnific/batch/runBatch';
import { newMemory, noteEnd } from '../../../nodes/Magnific/suspended/looks';
import { parkMemories } from '../../../nodes/Magnific/suspended/memories';
import { park, parkStarted, resumeUrlOf } from '../../../nodes/Magnific/suspended/park';
import { parkKeyOf } from '../../../nodes/Magnific/suspended/parkKey';
import type { Park } from '../../../nodes/Magnific/suspended/state';
import { Submissions } from '../../../nodes/Magnific/suspended/submissions';
import { overTries, parkingOf } from '../../../nodes/Magnific/suspended/tries';
import { batchOf } from '../support/batch';
import { app, plainRuns, refused, run, world, type World } from '../support/fixtures';
import type { ModelOptions } from '../support/modelApi';
import { nodeContext } from '../support/nodeContext';
import { itemOptions, parkedItem, queuedItem } from '../support/parks';
import { mockTime } from '../support/virtualSystemClock';

jest.mock('../../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('../support/virtualSystemClock'),
);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const RESUME_URL = 'https://n8n.example.com/webhook-waiting/12';
const TIMER_AFTER_MS = 150 * SECOND;

interface Given {
	items?: number;
	continueOnFail?: boolean;
	signal?: AbortSignal;
	workflowId?: string;
	executionId?: string;
	resumeUrl?: unknown;
	model?: Partial<Omit<ModelOptions, 'clock'>>;
}

interface Suspendable {
	here: World;
	context: IExecuteFunctions;
	batch: Batch;
	/** When n8n's timer was set to, ms since the epoch. */
	waits: number[];
	/** How often the node has called its own execution. */
	selfCalls: () => number;
	parked: () => Park | undefined;
}

/** A node whose execution can be suspended, on virtual time. */
const suspendable = async ({
	items = 3,
	continueOnFail = true,
	signal,
	workflowId = 'workflow',
	executionId = '12',
	resumeUrl = RESUME_URL,
	model = {},
}: Given = {}): Promise<Suspendable> => {
	const here = world({ durationMs: () => 3 * MINUTE, ...model });
	mockTime.clock = here.clock;
	const waits: number[] = [];
	let selfCalls = 0;
	const { context } = nodeContext({
		items,
		continueOnFail,
		...(signal ? { signal } : {}),
		more: {
			evaluateExpression: (expression: string) =>
				expression.includes('resumeUrl') ? resumeUrl : 0,
			getExecuteData: () => ({ data: {} }),
			getExecutionId: () => executionId,
			getWorkflow: () => ({ id: workflowId }),
			helpers: {
				httpRequest: async () => {
					selfCalls += 1;
					return await Promise.resolve({ statusCode: 200, body: {} });
				},
			},
			putExecutionToWait: async (until: Date) => {
				waits.push(until.getTime());
				await Promise.resolve();
			},
		},
	});
	const { budget, clock } = here;
	const usual = await batchOf(context);
	const batch: Batch = {
		...usual,
		api: { ...usual.api, getRun: async (run_id) => await here.api.getRun(run_id) },
		budget,
		clock,
		pacing: { budget, clock },
	};
	return {
		here,
		context,
		batch,
		waits,
		selfCalls: () => selfCalls,
		parked: () => parkingOf(context)?.park,
	};
};

const parkingWith = (own: Partial<Parameters<typeof parkStarted>[3]> = {}) => ({
	resumeUrl: RESUME_URL,
	maxWaitMin: 30,
	hasCallbacks: true,
	memory: newMemory(),
	...own,
});

const carried = (itemIndex: number, outcome: Carried['outcome']): Carried => ({
	itemIndex,
	app: app(),
	options: itemOptions(),
	outcome,
});

const started = (itemIndex: number, run_id: string, since: number): Carried =>
	carried(itemIndex, { kind: 'started', run_id, since });

const notStarted = (itemIndex: number): Carried =>
	carried(itemIndex, { kind: 'not_started', error: refused(400) });

/** Items as n8n passes them on. */
const jsons = (list: Array<{ json: unknown }> | undefined): unknown[] | undefined =>
	list?.map(({ json }) => json);

/** So many runs of which some have to wait, after their first burst. */
const halfSubmitted = async (
	{ clock, seams, api, ledger }: World,
	count: number,
): Promise<Submissions> => {
	const submissions = new Submissions(
		{ ...seams, api, ledger },
		{ maxWaitMs: 30 * MINUTE, maxConcurrentRuns: 0 },
	);
	submissions.add(plainRuns(count).map((one, itemIndex) => ({ ...one, itemIndex })));
	await clock.run(submissions.firstBurst());
	return submissions;
};

describe('the address under which runs call back', () => {
	it('is that of the execution', async () => {
		const { context, batch } = await suspendable();
		expect(resumeUrlOf(context, batch)).toBe(RESUME_URL);
	});

	it.each<[string, Given]>([
		['a workflow that is not saved', { workflowId: '' }],
		['an execution without a number', { executionId: '' }],
	])('is none in %s, and nothing is started', async (_, given) => {
		const { context, batch } = await suspendable(given);
		expect(() => resumeUrlOf(context, batch)).toThrow(
			'Nothing was started: n8n can only suspend the execution of a saved workflow',
		);
	});

	it.each([['http://localhost:5678/webhook-waiting/12'], [''], [12]])(
		'is none where nobody outside reaches %j, and nothing is started',
		async (resumeUrl) => {
			const { context, batch } = await suspendable({ resumeUrl });
			expect(() => resumeUrlOf(context, batch)).toThrow(
				/^Nothing was started: the address under which n8n would be called back/,
			);
		},
	);
});

describe('an execution whose runs were started', () => {
	it('is suspended with them until some time after Max Wait, when n8n’s timer speaks', async () => {
		const { context, batch, here, waits, parked } = await suspendable();
		const now = here.clock.now();
		await parkStarted(
			context,
			batch,
			[started(1, 'b', now - 200), started(0, 'a', now - 100)],
			parkingWith(),
		);
		expect(waits).toEqual([now + 30 * MINUTE + TIMER_AFTER_MS]);
		expect(parked()).toMatchObject({
			...parkKeyOf(context),
			resumeUrl: RESUME_URL,
			parkedAt: now,
			deadline: now + 30 * MINUTE,
			maxWaitMin: 30,
			runs: [
				{ itemIndex: 0, run_id: 'a', since: now - 100, app: { sqid: app().sqid } },
				{ itemIndex: 1, run_id: 'b', since: now - 200, options: itemOptions() },
			],
			queued: [],
			settled: [],
			failures: [],
		});
		expect(here.api.of('getRun')).toEqual([]);
	});

	it('keeps the failures of those that were not, which come out with the others', async () => {
		const { context, batch, here, parked } = await suspendable();
		const now = here.clock.now();
		await parkStarted(context, batch, [started(0, 'a', now), notStarted(1)], parkingWith());
		expect(parked()?.runs.map(({ run_id }) => run_id)).toEqual(['a']);
		expect(parked()?.failures).toMatchObject([
			{ itemIndex: 1, details: { status: 'not_started' } },
		]);
		const unfinished = jsons(parkingOf(context)?.unfinished);
		expect(unfinished).toMatchObject([
			{ run_id: 'a', status: 'running' },
			{ details: { status: 'not_started' } },
		]);
	});

	it('is not suspended where one item stops the workflow: submissions end, and all ids are told', async () => {
		const { context, batch, here, waits } = await suspendable({ continueOnFail: false });
		const submissions = await halfSubmitted(here, 60);
		await parkStarted(
			context,
			batch,
			[started(0, 'a', 0), notStarted(1), started(2, 'c', 0)],
			parkingWith({ late: { queued: [queuedItem(3)], submissions } }),
		);
		expect(waits).toEqual([]);
		expect(batch.knownRuns.map(({ run_id }) => run_id)).toEqual(['a', 'c']);
		await here.clock.advance(2 * MINUTE);
		expect(here.api.of('startRun')).toHaveLength(50);
	});

	it('is not suspended where it was stopped meanwhile', async () => {
		const stop = new AbortController();
		const { context, batch, waits } = await suspendable({ signal: stop.signal });
		stop.abort();
		await parkStarted(context, batch, [started(0, 'a', 0)], parkingWith());
		expect(waits).toEqual([]);
		expect(batch.knownRuns.map(({ run_id }) => run_id)).toEqual(['a']);
	});

	it.each([
		['nothing was started', { late: false, waits: 0 }],
		['something waits for its turn', { late: true, waits: 1 }],
	])('where %s, is suspended only for what is to come', async (_, { late, waits: expected }) => {
		const { context, batch, here, waits } = await suspendable();
		const submissions = await halfSubmitted(here, 60);
		const queued = late ? [queuedItem(2)] : [];
		await parkStarted(
			context,
			batch,
			[notStarted(0)],
			parkingWith({ late: { queued, submissions } }),
		);
		expect(waits).toHaveLength(expected);
		submissions.stop();
	});
});

describe('a suspension', () => {
	it('is spared where a look shows that all runs are over', async () => {
		const { context, batch, here, waits } = await suspendable({
			model: { durationMs: () => SECOND },
		});
		const run_id = await here.clock.run(here.api.startRun(app(), {}));
		await here.clock.advance(10 * SECOND);
		const since = here.clock.now() - 10 * SECOND;
		await here.clock.run(park(context, batch, [parkedItem(0, run_id, { since })], parkingWith()));
		expect(waits).toEqual([]);
		const result = batch.results.get(0);
		expect(result && 'items' in result && jsons(result.items)).toMatchObject([
			{ run_id, status: 'completed' },
		]);
	});

	it('keeps what a look has shown of some', async () => {
		const { context, batch, here, waits, parked } = await suspendable({
			model: { durationMs: ({ index }) => (index === 0 ? SECOND : 5 * MINUTE) },
		});
		const ids = [
			await here.clock.run(here.api.startRun(app(), {})),
			await here.clock.run(here.api.startRun(app(), {})),
		];
		await here.clock.advance(10 * SECOND);
		const since = here.clock.now() - 10 * SECOND;
		const runs = ids.map((run_id, itemIndex) => parkedItem(itemIndex, run_id, { since }));
		await here.clock.run(park(context, batch, runs, parkingWith()));
		expect(waits).toHaveLength(1);
		expect(parked()?.settled.map(({ run_id }) => run_id)).toEqual(ids.slice(0, 1));
	});

	it('lasts longer by what the submissions may take', async () => {
		const { context, batch, here, parked } = await suspendable();
		const submissions = await halfSubmitted(here, 60);
		const queued = [queuedItem(1), queuedItem(2)];
		const now = here.clock.now();
		await park(context, batch, [], parkingWith({ late: { queued, submissions } }));
		expect(parked()?.deadline).toBe(now + submissions.longestMs(2, 50) + 30 * MINUTE);
		expect(submissions.longestMs(2, 50)).toBeGreaterThan(0);
		submissions.stop();
	});

	it('says of items without a run, if n8n’s timer ends it, that nobody is left to tell', async () => {
		const { context, batch, here } = await suspendable();
		const submissions = await halfSubmitted(here, 60);
		await park(
			context,
			batch,
			[parkedItem(1, 'b')],
			parkingWith({ late: { queued: [queuedItem(0)], submissions } }),
		);
		expect(jsons(parkingOf(context)?.unfinished)).toMatchObject([
			{ details: { run_id: null, status: 'unknown' } },
			{ run_id: 'b', status: 'running' },
		]);
		submissions.stop();
	});
});

describe('a further try of the node', () => {
	const HALF_AN_HOUR = 30 * MINUTE;

	it('extends the park: what it had stays, the last run of an item counts', async () => {
		const { context, batch, here, parked } = await suspendable();
		const start = here.clock.now();
		const first = [
			parkedItem(2, 'c', { since: start - 1 }),
			parkedItem(0, 'a', { since: start - 2 }),
		];
		await park(context, batch, first, parkingWith());
		const earlier = parked();
		await here.clock.advance(MINUTE);
		const memory = newMemory();
		await park(
			context,
			batch,
			[
				parkedItem(0, 'a', { since: start }),
				parkedItem(2, 'new', { since: start + 10 }),
				parkedItem(1, 'b', { since: start + 20 }),
			],
			parkingWith({ memory }),
		);
		expect(parked()).toBe(earlier);
		expect(parked()?.runs.map(({ itemIndex, run_id }) => [itemIndex, run_id])).toEqual([
			[0, 'a'],
			[1, 'b'],
			[2, 'new'],
		]);
		expect(parked()?.runs.map(({ since }) => since)).toEqual([start - 2, start + 20, start + 10]);
		expect(parked()?.parkedAt).toBe(start + MINUTE);
		// Max Wait counts from the first suspension.
		expect(parked()?.deadline).toBe(start + HALF_AN_HOUR);
		expect(here.api.of('getRun')).toEqual([]);
	});

	it('counts Max Wait anew where runs are still to be started', async () => {
		const { context, batch, here, parked } = await suspendable();
		await park(context, batch, [parkedItem(0, 'a')], parkingWith());
		await here.clock.advance(MINUTE);
		const submissions = await halfSubmitted(here, 60);
		const now = here.clock.now();
		const late = { queued: [queuedItem(1)], submissions };
		await park(context, batch, [], parkingWith({ late }));
		expect(parked()?.deadline).toBe(now + submissions.longestMs(1, 50) + HALF_AN_HOUR);
		submissions.stop();
	});

	it('waits no longer for the turn of items whose runs were started meanwhile', async () => {
		const { context, batch, here, parked } = await suspendable();
		const submissions = await halfSubmitted(here, 60);
		const late = { queued: [queuedItem(2), queuedItem(1)], submissions };
		await park(context, batch, [parkedItem(0, 'a')], parkingWith({ late }));
		expect(parked()?.queued.map(({ itemIndex }) => itemIndex)).toEqual([1, 2]);
		await park(context, batch, [parkedItem(1, 'b')], parkingWith());
		expect(parked()?.queued.map(({ itemIndex }) => itemIndex)).toEqual([2]);
		submissions.stop();
	});

	it('keeps the results that the one before had', async () => {
		const { context, batch, parked } = await suspendable();
		const memory = newMemory();
		const [a, b] = [parkedItem(0, 'a', { since: 0 }), parkedItem(1, 'b')];
		noteEnd(memory, a, run({ run_id: 'a' }), 0);
		await park(context, batch, [a, b], parkingWith({ memory }));
		await park(context, batch, [], parkingWith());
		expect(parked()?.settled.map(({ run_id }) => run_id)).toEqual(['a']);
	});
});

describe('who has parked', () => {
	const watched = async (own: Partial<Parameters<typeof park>[3]> = {}, count = 0) => {
		const given = await suspendable();
		const { context, batch, here } = given;
		const submissions = await halfSubmitted(here, count);
		const queued = [...Array(count).keys()].filter((index) => submissions.waitsFor(index));
		await overTries(context, async () => {
			await park(context, batch, [parkedItem(100, 'a', { since: here.clock.now() })], {
				...parkingWith(),
				...(count > 0
					? { late: { queued: queued.map((index) => queuedItem(index)), submissions } }
					: {}),
				...own,
			});
		});
		const parked = given.parked();
		const memory = parked && parkMemories.of(parked, here.clock.now());
		return { ...given, submissions, memory };
	};

	it('watches over it, seldom where callbacks come', async () => {
		const { here, selfCalls, memory, context } = await watched();
		expect(memory).toMatchObject({ isSubmitting: false, isWatched: true });
		await here.clock.advance(29 * SECOND);
		expect(selfCalls()).toBe(0);
		await here.clock.advance(2 * SECOND);
		expect(selfCalls()).toBe(1);
		parkMemories.goneOn(parkKeyOf(context).id);
	});

	it('watches over it more often where none come', async () => {
		const { here, selfCalls, context } = await watched({ hasCallbacks: false });
		await here.clock.advance(6 * SECOND);
		expect(selfCalls()).toBe(1);
		parkMemories.goneOn(parkKeyOf(context).id);
	});

	it('lets the submissions go on until all are through, and then lets go of the park', async () => {
		const { here, memory, submissions, context } = await watched({}, 120);
		expect(memory?.isSubmitting).toBe(true);
		expect(memory && getEventListeners(memory.gone.signal, 'abort')).toContain(submissions.stop);
		await here.clock.advance(5 * MINUTE);
		expect(here.api.of('startRun')).toHaveLength(120);
		expect(memory?.isSubmitting).toBe(false);
		expect(memory && getEventListeners(memory.gone.signal, 'abort')).not.toContain(
			submissions.stop,
		);
		parkMemories.goneOn(parkKeyOf(context).id);
	});

	it('waits for the answers of what was sent when the time is up', async () => {
		const { here, selfCalls, context } = await watched({ maxWaitMin: 0.2 }, 120);
		await here.clock.advance(30 * MINUTE);
		expect(selfCalls()).toBeGreaterThan(1);
		expect(here.clock.sleeping).toBe(0);
		parkMemories.goneOn(parkKeyOf(context).id);
	});
});
