import { getEventListeners } from 'node:events';
import { notJsonError } from '../../../nodes/Magnific/api/errors';
import { Poller, type Awaited } from '../../../nodes/Magnific/runs/poll';
import type { RunOutcome } from '../../../nodes/Magnific/runs/types';
import { app, broken, mostWithin, world, type World } from '../support/fixtures';
import type { Fault, ModelCall, ModelOptions } from '../support/modelApi';

const MINUTE = 60_000;

/** Starts runs without waiting for them: the poller's own requests are the only ones that follow. */
const started = async (here: World, count: number, definition = app()): Promise<string[]> =>
	await here.clock.run(
		Promise.all(Array.from({ length: count }, async () => await here.api.startRun(definition, {}))),
	);

const waitFor = (here: World, runId: string, own: Partial<Awaited> = {}): Awaited => ({
	run_id: runId,
	app_id: app().sqid,
	since: here.clock.now(),
	deadline: here.clock.now() + 30 * MINUTE,
	...own,
});

const waitForAll = async (
	here: World,
	runIds: string[],
	own: Partial<Awaited> = {},
): Promise<RunOutcome[]> => {
	const poller = new Poller(here.seams);
	return await Promise.all(
		runIds.map(async (runId) => await poller.wait(waitFor(here, runId, own))),
	);
};

/** Starts and waits; tells the outcomes and the looks, in ms since the waiting began. */
const carried = async (
	model: Partial<ModelOptions>,
	count = 1,
	own: (here: World) => Partial<Awaited> = () => ({}),
) => {
	const here = world(model);
	const runIds = await started(here, count);
	const start = here.clock.now();
	const outcomes = await here.clock.run(waitForAll(here, runIds, own(here)));
	const looks = here.api.of('getRun').map(({ sentAt }) => sentAt - start);
	return { here, outcomes, looks, tookMs: here.clock.now() - start };
};

type Script = (call: ModelCall) => Fault | undefined;

const looksMeet =
	(...faults: Array<Fault | undefined>): Script =>
	({ operation, index }: ModelCall) =>
		operation === 'getRun' ? faults[index] : undefined;

const looksAlwaysMeet =
	(fault: Fault): Script =>
	({ operation }: ModelCall) =>
		operation === 'getRun' ? fault : undefined;

describe('waiting for a run', () => {
	it('ends with the run as the API gives it', async () => {
		const { outcomes, looks, tookMs } = await carried({ durationMs: () => 20_000 });
		expect(outcomes).toMatchObject([
			{ kind: 'ended', run: { run_id: 'run00000', status: 'completed' } },
		]);
		expect(looks[0]).toBe(2_000);
		expect(tookMs).toBeLessThan(24_000);
	});

	it.each(['completed_with_errors', 'failed', 'cancelled'])(
		'ends with a run that is %s too',
		async (status) => {
			const { outcomes } = await carried({ ending: () => status });
			expect(outcomes).toMatchObject([{ kind: 'ended', run: { status } }]);
		},
	);

	it('ends at once with a run that is over already, where it may be', async () => {
		const here = world({ durationMs: () => 1_000 });
		const runIds = await started(here, 1);
		await here.clock.advance(MINUTE);
		const start = here.clock.now();
		const outcomes = await here.clock.run(waitForAll(here, runIds, { lookNow: true }));
		expect(outcomes).toMatchObject([{ kind: 'ended' }]);
		expect(here.clock.now() - start).toBe(120);
	});

	it('goes on over a status never seen before, until the deadline, and then says what it was', async () => {
		const { outcomes, looks, tookMs } = await carried(
			{ durationMs: () => Infinity, going: () => 'rendering' },
			1,
			({ clock }) => ({ deadline: clock.now() + 5 * MINUTE }),
		);
		expect(outcomes).toEqual([{ kind: 'timed_out', run_id: 'run00000', status: 'rendering' }]);
		expect(tookMs).toBe(5 * MINUTE);
		expect(looks.length).toBeGreaterThan(20);
	});

	it('takes nine minutes of a run that takes nine minutes, and a look in three seconds at the most', async () => {
		const { outcomes, looks, tookMs } = await carried({ durationMs: () => 9 * MINUTE });
		expect(outcomes).toMatchObject([{ kind: 'ended' }]);
		expect(tookMs).toBeGreaterThanOrEqual(9 * MINUTE - 120);
		expect(tookMs).toBeLessThan(9 * MINUTE + 15_500);
		expect(looks.length).toBeLessThan(9 * 20 + 20);
	});

	it('waits once for a run that is asked for twice, also when it is over', async () => {
		const here = world();
		const [runId = ''] = await started(here, 1);
		const poller = new Poller(here.seams);
		const wait = async (): Promise<RunOutcome> => await poller.wait(waitFor(here, runId));
		const [one, two] = await here.clock.run(Promise.all([wait(), wait()]));
		const looks = here.api.of('getRun').length;
		const three = await here.clock.run(wait());
		expect(one).toMatchObject({ kind: 'ended' });
		expect(two).toBe(one);
		expect(three).toBe(one);
		expect(here.api.of('getRun')).toHaveLength(looks);
	});

	it('may begin again after all runs were over', async () => {
		const here = world();
		const [first = '', second = ''] = await started(here, 2);
		const poller = new Poller(here.seams);
		await here.clock.run(poller.wait(waitFor(here, first)));
		await here.clock.advance(MINUTE);
		await expect(here.clock.run(poller.wait(waitFor(here, second)))).resolves.toMatchObject({
			kind: 'ended',
		});
	});

	it('looks at a run that is added while it sleeps for another', async () => {
		const here = world({ durationMs: ({ index }) => (index === 0 ? Infinity : 1_000) });
		const [long = '', short = ''] = await started(here, 2);
		const poller = new Poller(here.seams);
		void poller.wait(waitFor(here, long, { app_id: 'other1' }));
		await here.clock.advance(5 * MINUTE + 7_000);
		const start = here.clock.now();
		await here.clock.run(poller.wait(waitFor(here, short, { lookNow: true })));
		expect(here.clock.now() - start).toBe(120);
	});

	it('leaves no sleep and no timer behind', async () => {
		const { here } = await carried({}, 5);
		expect(here.clock.sleeping).toBe(0);
		expect(getEventListeners(here.stop.signal, 'abort').length).toBeLessThanOrEqual(1);
	});
});

describe('the execution’s signal', () => {
	it('has no listener left after each of many waits, as in a loop of the workflow', async () => {
		const here = world();
		for (let round = 0; round < 20; round++) {
			await here.clock.advance(MINUTE);
			const runIds = await started(here, 2);
			await here.clock.run(waitForAll(here, runIds));
			expect(getEventListeners(here.stop.signal, 'abort')).toHaveLength(0);
		}
	});

	it('has one listener for all runs that wait, and none left after Stop', async () => {
		const here = world({ durationMs: () => Infinity });
		const runIds = await started(here, 30);
		const done = waitForAll(here, runIds);
		await here.clock.advance(1_000);
		expect(getEventListeners(here.stop.signal, 'abort')).toHaveLength(1);
		here.stop.abort();
		await done;
		await here.clock.advance(0);
		expect(getEventListeners(here.stop.signal, 'abort')).toHaveLength(0);
	});
});

describe('the deadline', () => {
	const deadline =
		(ms: number) =>
		({ clock }: World): Partial<Awaited> => ({ deadline: clock.now() + ms });

	it('is kept to the millisecond, after a last look one second before', async () => {
		const { here, outcomes, looks, tookMs } = await carried(
			{ durationMs: () => Infinity },
			1,
			deadline(100_000),
		);
		expect(outcomes).toEqual([{ kind: 'timed_out', run_id: 'run00000', status: 'running' }]);
		expect(tookMs).toBe(100_000);
		expect(looks.at(-1)).toBe(99_000);
		expect(here.clock.sleeping).toBe(0);
	});

	it('does not miss a run that ends shortly before it', async () => {
		const { outcomes } = await carried({ durationMs: () => 298_500 }, 1, deadline(5 * MINUTE));
		expect(outcomes).toMatchObject([{ kind: 'ended' }]);
	});

	it('may be shorter than the time before the first look', async () => {
		const { outcomes, looks, tookMs } = await carried(
			{ durationMs: () => 500 },
			1,
			deadline(1_500),
		);
		expect(outcomes).toMatchObject([{ kind: 'ended' }]);
		expect(looks).toEqual([500]);
		expect(tookMs).toBeLessThan(1_500);
	});

	it('that is past already ends the waiting at once', async () => {
		const { outcomes, tookMs } = await carried({}, 1, deadline(-1));
		expect(outcomes).toEqual([{ kind: 'timed_out', run_id: 'run00000', status: null }]);
		expect(tookMs).toBe(0);
	});

	it('is kept while a look hangs', async () => {
		const { outcomes, tookMs } = await carried(
			{ fault: looksAlwaysMeet({ delayMs: 10 * MINUTE }) },
			1,
			deadline(MINUTE),
		);
		expect(outcomes).toEqual([{ kind: 'timed_out', run_id: 'run00000', status: null }]);
		expect(tookMs).toBe(MINUTE);
	});

	it('is put off by what looks at all runs take, but no longer, while the budget lets nothing through', async () => {
		const here = world();
		const runIds = await started(here, 3);
		here.budget.pause(here.clock.now() + 20 * MINUTE);
		const start = here.clock.now();
		const outcomes = await here.clock.run(waitForAll(here, runIds, { deadline: start + MINUTE }));
		expect(outcomes.map(({ kind }) => kind)).toEqual(['timed_out', 'timed_out', 'timed_out']);
		const looksAtAll = (3 * MINUTE) / here.budget.requestsPerMinute;
		expect(here.clock.now() - start).toBe(MINUTE + 2 * looksAtAll);
		expect(here.api.of('getRun')).toHaveLength(0);
	});

	it('is each run’s own', async () => {
		const here = world({ durationMs: () => Infinity });
		const runIds = await started(here, 3);
		const start = here.clock.now();
		const poller = new Poller(here.seams);
		const ends = await here.clock.run(
			Promise.all(
				runIds.map(async (runId, i) => {
					await poller.wait(waitFor(here, runId, { deadline: start + (i + 1) * MINUTE }));
					return here.clock.now() - start;
				}),
			),
		);
		expect(ends).toEqual([MINUTE, 2 * MINUTE, 3 * MINUTE]);
	});
});

describe('looks that cannot be made', () => {
	const bad = { statusCode: 502 };

	it.each<[string, Fault]>([
		['500', { statusCode: 500 }],
		['503', { statusCode: 503 }],
		['a reset', { networkCode: 'ECONNRESET', done: false }],
		['a refused connection', { networkCode: 'ECONNREFUSED', done: false }],
		['a web page', { answer: notJsonError(200) }],
		['429', { statusCode: 429, retryAfter: '9' }],
	])('because of %s are made again', async (_, fault) => {
		const { outcomes, looks, tookMs } = await carried({ fault: looksMeet(fault, fault, fault) });
		expect(outcomes).toMatchObject([{ kind: 'ended' }]);
		expect(looks.length).toBeGreaterThan(3);
		expect(tookMs).toBeLessThan(45_000);
	});

	it('are made again at growing intervals', async () => {
		const { looks } = await carried(
			{ fault: looksAlwaysMeet({ statusCode: 502 }), latencyMs: 0 },
			1,
			({ clock }) => ({ deadline: clock.now() + 5 * MINUTE }),
		);
		expect(looks.slice(0, 6)).toEqual([2_000, 3_000, 5_000, 9_000, 17_000, 33_000]);
	});

	it('are made again soon after one that worked, however many could not be made before', async () => {
		const { looks } = await carried({
			durationMs: () => 60_000,
			latencyMs: 0,
			fault: looksMeet(...Array.from({ length: 4 }, () => bad), undefined, bad),
		});
		expect((looks[6] ?? 0) - (looks[5] ?? 0)).toBe(1_000);
	});

	it('say at the deadline why the state is not known', async () => {
		const { outcomes, tookMs } = await carried(
			{ fault: looksAlwaysMeet({ statusCode: 502 }) },
			1,
			({ clock }) => ({ deadline: clock.now() + 2 * MINUTE }),
		);
		expect(outcomes).toMatchObject([
			{ kind: 'unreadable', run_id: 'run00000', status: null, error: { httpCode: 502 } },
		]);
		expect(tookMs).toBe(2 * MINUTE);
	});

	it('do not make the last second before the deadline one of many looks', async () => {
		const { looks } = await carried(
			{ fault: looksAlwaysMeet({ networkCode: 'ECONNREFUSED', done: false }), latencyMs: 5 },
			1,
			({ clock }) => ({ deadline: clock.now() + 2 * MINUTE }),
		);
		expect(looks.filter((at) => at >= 2 * MINUTE - 1_000).length).toBeLessThanOrEqual(2);
	});

	it('that were followed by one that worked are forgotten', async () => {
		const { outcomes } = await carried(
			{
				durationMs: () => Infinity,
				fault: looksMeet({ statusCode: 500 }, { statusCode: 500 }, undefined),
			},
			1,
			({ clock }) => ({ deadline: clock.now() + MINUTE }),
		);
		expect(outcomes).toEqual([{ kind: 'timed_out', run_id: 'run00000', status: 'running' }]);
	});

	it('pause everybody after a 429', async () => {
		const { here } = await carried({ fault: looksMeet({ statusCode: 429, retryAfter: '30' }) }, 8);
		const [first, second] = here.api.of('getRun');
		expect((second?.sentAt ?? 0) - (first?.arrivedAt ?? 0)).toBeGreaterThanOrEqual(30_000);
	});

	it.each(['0', new Date(0).toUTCString()])(
		'are made no more often than the limit while 429s name a pause that is over (Retry-After: %s)',
		async (retryAfter) => {
			const { looks, outcomes } = await carried(
				{ fault: looksAlwaysMeet({ statusCode: 429, retryAfter }) },
				40,
			);
			expect(outcomes.map(({ kind }) => kind)).toEqual(outcomes.map(() => 'unreadable'));
			expect(mostWithin(looks, MINUTE)).toBeLessThanOrEqual(50);
		},
	);

	it('because the run is not found yet are made twice more', async () => {
		const notFound = { statusCode: 404 };
		const late = await carried({ fault: looksMeet(notFound, notFound) });
		expect(late.outcomes).toMatchObject([{ kind: 'ended' }]);
		const never = await carried({ fault: looksMeet(notFound, notFound, notFound) });
		expect(never.outcomes).toMatchObject([
			{ kind: 'unreadable', run_id: 'run00000', error: { kind: 'not_found' } },
		]);
		expect(never.looks).toHaveLength(3);
		expect(never.tookMs).toBeGreaterThan(8_000);
	});

	it('for other reasons do not count where a run is not found', async () => {
		const { outcomes } = await carried({
			fault: looksMeet({ statusCode: 500 }, { statusCode: 500 }, { statusCode: 404 }),
		});
		expect(outcomes).toMatchObject([{ kind: 'ended' }]);
	});

	it.each([400, 403])('because of %i end the waiting for this run alone', async (statusCode) => {
		const { outcomes } = await carried({ fault: looksMeet({ statusCode }) }, 3);
		expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['ended', 'ended', 'unreadable']);
	});

	it.each([401])('because of %i end the waiting for all runs', async (statusCode) => {
		const { outcomes, looks, tookMs } = await carried({ fault: looksMeet({ statusCode }) }, 20);
		for (const outcome of outcomes) {
			expect(outcome).toMatchObject({ kind: 'unreadable', error: { httpCode: statusCode } });
		}
		expect(looks).toHaveLength(1);
		expect(tookMs).toBeLessThan(3_000);
	});
});

describe('Stop', () => {
	it.each([
		['while it sleeps', 100],
		['while a look is under way', 2_530],
		['between two looks', 4_000],
	])(
		'%s ends the waiting for all runs at once, and nothing is asked after it',
		async (_, afterMs) => {
			const here = world({ durationMs: () => Infinity });
			const runIds = await started(here, 20);
			const start = here.clock.now();
			const done = waitForAll(here, runIds);
			await here.clock.advance(afterMs);
			here.stop.abort();
			const outcomes = await done;
			expect(here.clock.now() - start).toBe(afterMs);
			outcomes.forEach((outcome, i) => {
				expect(outcome).toMatchObject({
					kind: 'unreadable',
					run_id: runIds[i],
					error: { kind: 'stopped' },
				});
			});
			const calls = here.api.calls.length;
			await here.clock.advance(60 * MINUTE);
			expect(here.api.calls).toHaveLength(calls);
			expect(here.clock.sleeping).toBe(0);
		},
	);

	it('while the budget lets nothing through ends it too', async () => {
		const here = world();
		const runIds = await started(here, 3);
		here.budget.pause(here.clock.now() + 10 * MINUTE);
		const done = waitForAll(here, runIds);
		await here.clock.advance(MINUTE);
		here.stop.abort();
		await expect(done).resolves.toHaveLength(3);
		await here.clock.advance(60 * MINUTE);
		expect(here.api.of('getRun')).toHaveLength(0);
		expect(here.clock.sleeping).toBe(0);
	});

	it('before the waiting begins lets it not begin', async () => {
		const here = world();
		here.stop.abort();
		await expect(waitForAll(here, ['run00000'])).resolves.toMatchObject([
			{ kind: 'unreadable', run_id: 'run00000', error: { kind: 'stopped' } },
		]);
		expect(here.api.calls).toHaveLength(0);
	});
});

describe('waiting for many runs', () => {
	it('looks at them in turn until one is over', async () => {
		const { here } = await carried({ durationMs: () => 60_000 }, 30);
		const before = here.api
			.of('getRun')
			.filter(({ arrivedAt }) => arrivedAt < (here.api.runs[0]?.endsAt ?? 0));
		expect(before.length).toBeGreaterThan(8);
		expect(new Set(before.map(({ id }) => id)).size).toBe(before.length);
	});

	it('finds all that end together soon after the first, with one look each', async () => {
		const { here, looks, tookMs } = await carried({ durationMs: () => 90_000 }, 30);
		const after = here.api
			.of('getRun')
			.filter(({ arrivedAt }) => arrivedAt >= (here.api.runs[0]?.endsAt ?? 0));
		expect(after).toHaveLength(30);
		expect(looks.length).toBeLessThanOrEqual(65);
		expect(tookMs).toBeLessThan(90_000 + 12_000);
	});

	it.each([
		['that were submitted before', { lookNow: true }],
		['whose app is not known', { lookNow: true, app_id: null }],
	])('finds all that end together soon after the first, those %s too', async (_, own) => {
		const { tookMs } = await carried({ durationMs: () => 90_000 }, 30, () => own);
		expect(tookMs).toBeLessThan(90_000 + 65_000);
	});

	it('has no more than ten looks under way at once, and goes on when one comes back', async () => {
		const { here, outcomes } = await carried(
			{ durationMs: () => 1_000, latencyMs: 4_000 },
			40,
			() => ({
				lookNow: true,
			}),
		);
		expect(outcomes.every(({ kind }) => kind === 'ended')).toBe(true);
		const sent = here.api.of('getRun').map(({ sentAt }) => sentAt);
		expect(mostWithin(sent, 8_000)).toBe(10);
	});

	it('does not let one that hangs hold up the others', async () => {
		const here = world({ fault: looksMeet({ delayMs: 10 * MINUTE }) });
		const runIds = await started(here, 5);
		const poller = new Poller(here.seams);
		const start = here.clock.now();
		const ends = await here.clock.run(
			Promise.all(
				runIds.map(async (id) => {
					await poller.wait(waitFor(here, id));
					return here.clock.now() - start;
				}),
			),
		);
		const hung = runIds.indexOf(here.api.of('getRun')[0]?.id ?? '');
		expect(ends[hung]).toBeGreaterThan(10 * MINUTE);
		expect(Math.max(...ends.filter((_, i) => i !== hung))).toBeLessThan(30_000);
	});

	it('learns nothing of the time from a run that was over before anybody looked', async () => {
		const here = world({ durationMs: () => 30_000 });
		const [old = ''] = await started(here, 1);
		await here.clock.advance(5 * MINUTE);
		const [fresh = ''] = await started(here, 1);
		const poller = new Poller(here.seams);
		const start = here.clock.now();
		await here.clock.run(
			Promise.all([
				poller.wait(waitFor(here, old, { lookNow: true })),
				poller.wait(waitFor(here, fresh)),
			]),
		);
		const looks = here.api.of('getRun').filter(({ id }) => id === fresh);
		expect((looks[0]?.sentAt ?? 0) - start).toBeGreaterThanOrEqual(2_000);
	});

	it('does not hurry to runs of a slow app after those of a fast one, once it knows their apps', async () => {
		const slow = app({ sqid: 'slow01' });
		const here = world({
			apps: [app(), slow],
			durationMs: ({ app: { sqid } }) => (sqid === 'slow01' ? 5 * MINUTE : 10_000),
		});
		const runIds = [...(await started(here, 5)), ...(await started(here, 10, slow))];
		await here.clock.run(waitForAll(here, runIds, { lookNow: true, app_id: null }));
		expect(here.api.of('getRun').length).toBeLessThan(140);
	});

	it('keeps apps apart that take differently', async () => {
		const slow = app({ sqid: 'slow01' });
		const here = world({
			apps: [app(), slow],
			durationMs: ({ app: { sqid } }) => (sqid === 'slow01' ? 5 * MINUTE : 20_000),
		});
		const fastIds = await started(here, 5);
		const slowIds = await started(here, 5, slow);
		const poller = new Poller(here.seams);
		const start = here.clock.now();
		const ends = await here.clock.run(
			Promise.all([
				...fastIds.map(async (id) => {
					await poller.wait(waitFor(here, id));
					return here.clock.now() - start;
				}),
				...slowIds.map(async (id) => {
					await poller.wait(waitFor(here, id, { app_id: 'slow01' }));
					return here.clock.now() - start;
				}),
			]),
		);
		expect(Math.max(...ends.slice(0, 5))).toBeLessThan(30_000);
		expect(Math.max(...ends.slice(5))).toBeLessThan(5 * MINUTE + 30_000);
	});

	it('reports a lost connection for each run that it concerns', async () => {
		const { outcomes } = await carried(
			{ fault: looksAlwaysMeet({ networkCode: 'ENOTFOUND', done: false }) },
			3,
			({ clock }) => ({ deadline: clock.now() + MINUTE }),
		);
		expect(outcomes).toMatchObject(
			['run00000', 'run00001', 'run00002'].map((run_id) => ({
				kind: 'unreadable',
				run_id,
				error: { message: broken('ENOTFOUND').message },
			})),
		);
	});
});
