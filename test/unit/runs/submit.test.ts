import { getEventListeners } from 'node:events';
import { ApiError, notJsonError, unexpectedAnswer } from '../../../nodes/Magnific/api/errors';
import type { Ledger } from '../../../nodes/Magnific/runs/ledger';
import { remembered, Submitter, type Submission } from '../../../nodes/Magnific/runs/submit';
import { app, mostWithin, plainRuns, world, type World } from '../support/fixtures';
import type { Fault, ModelOptions } from '../support/modelApi';

const MINUTE = 60_000;

const submitting = async (
	here: World,
	count: number,
	patienceMs = 30 * MINUTE,
): Promise<Submission[]> => {
	const submitter = new Submitter(here.seams, patienceMs);
	return await Promise.all(plainRuns(count).map(async (run) => await submitter.submit(run)));
};

const submitAll = async (here: World, ...how: [count: number, patienceMs?: number]) =>
	await here.clock.run(submitting(here, ...how));

/** Submissions that meet these faults one after the other, then none. */
const meeting = (...faults: Fault[]): Pick<ModelOptions, 'fault'> => ({
	fault: ({ index }) => faults[index],
});

const sentAfter = ({ api }: World): number[] => {
	const start = api.calls[0]?.sentAt ?? 0;
	return api.calls.map(({ sentAt }) => sentAt - start);
};

describe('a submission', () => {
	it('starts a run and remembers its id', async () => {
		const here = world();
		const [submission] = await submitAll(here, 1);
		expect(submission).toEqual({
			kind: 'started',
			run_id: 'run00000',
			since: here.clock.now(),
		});
		expect(here.ledger.recall('slot:0')).toEqual({ run_id: 'run00000' });
		expect(here.api.runs[0]?.inputs).toEqual({ prompt: 'item 0' });
	});

	it('goes with others at once, as far as the budget lets them', async () => {
		const here = world();
		const submissions = await submitAll(here, 60);
		expect(submissions.map(({ kind }) => kind)).toEqual(
			Array.from({ length: 60 }, () => 'started'),
		);
		expect(sentAfter(here).filter((at) => at === 0)).toHaveLength(50);
		expect(sentAfter(here).filter((at) => at === 61_100)).toHaveLength(10);
		expect(here.api.runs.map(({ inputs }) => inputs.prompt)).toEqual(
			Array.from({ length: 60 }, (_, i) => `item ${String(i)}`),
		);
	});

	it('is sent again after 429 and 503, which say that nothing was started', async () => {
		const here = world(
			meeting({ statusCode: 429, retryAfter: '12' }, { statusCode: 503 }, { statusCode: 429 }),
		);
		const [submission] = await submitAll(here, 1);
		expect(submission).toMatchObject({ kind: 'started' });
		expect(here.api.runs).toHaveLength(1);
		expect(sentAfter(here)).toEqual([0, 12_120, 14_240, 18_360]);
	});

	it.each(['0', new Date(0).toUTCString()])(
		'is sent no more often than the limit while 429s name a pause that is over (Retry-After: %s)',
		async (retryAfter) => {
			const here = world({ fault: () => ({ statusCode: 429, retryAfter }) });
			const submissions = await submitAll(here, 300, 30 * MINUTE);
			expect(submissions).toMatchObject(
				Array.from({ length: 300 }, () => ({ kind: 'not_started', error: { httpCode: 429 } })),
			);
			const sent = sentAfter(here);
			expect(mostWithin(sent, MINUTE)).toBeLessThanOrEqual(50);
		},
	);

	it('is put off by 429 and 503 no longer than its patience', async () => {
		const here = world({ fault: () => ({ statusCode: 503 }) });
		const start = here.clock.now();
		const [submission] = await submitAll(here, 1, 5 * MINUTE);
		expect(submission).toMatchObject({ kind: 'not_started', error: { httpCode: 503 } });
		expect(here.clock.now() - start).toBeGreaterThan(4 * MINUTE);
		expect(here.clock.now() - start).toBeLessThan(6 * MINUTE);
		expect(here.ledger.recall('slot:0')).toBeUndefined();
	});

	it('is put off no longer than its patience by a Retry-After either', async () => {
		const here = world(meeting({ statusCode: 429, retryAfter: '7200' }));
		const start = here.clock.now();
		const [submission] = await submitAll(here, 1, 5 * MINUTE);
		expect(submission).toMatchObject({ kind: 'not_started', error: { httpCode: 429 } });
		expect(here.clock.now() - start).toBeLessThan(6 * MINUTE);
	});

	it.each<[string, Fault, string]>([
		['500', { statusCode: 500 }, 'server'],
		['502 with a web page', { statusCode: 502, body: '<html></html>' }, 'server'],
		['504', { statusCode: 504 }, 'server'],
		['408', { statusCode: 408 }, 'rejected'],
		['a reset before it arrived', { networkCode: 'ECONNRESET', done: false }, 'network'],
		['a reset after it was accepted', { networkCode: 'ECONNRESET', done: true }, 'network'],
		['a timeout', { networkCode: 'ETIMEDOUT', done: true }, 'network'],
		['a web page instead of JSON', { answer: notJsonError(200) }, 'not_json'],
		['no run id', { answer: unexpectedAnswer('it has no run id') }, 'unexpected_answer'],
	])(
		'whose outcome nobody knows after %s is never sent again, and remembered',
		async (_, fault, kind) => {
			const here = world(meeting(fault));
			const [submission] = await submitAll(here, 1);
			expect(submission).toMatchObject({ kind: 'unknown', error: { kind } });
			expect(here.api.calls).toHaveLength(1);
			const message = submission && 'error' in submission ? submission.error.message : '';
			expect(here.ledger.recall('slot:0')).toEqual({
				unknown: message,
				sentAt: here.api.calls[0]?.sentAt,
			});
		},
	);

	it.each<[string, Fault, string]>([
		['400', { statusCode: 400 }, 'rejected'],
		['404', { statusCode: 404 }, 'not_found'],
		['422', { statusCode: 422 }, 'invalid_inputs'],
		['a redirect', { statusCode: 302 }, 'redirect'],
		['a refused connection', { networkCode: 'ECONNREFUSED', done: false }, 'unreachable'],
	])(
		'that certainly started nothing after %s ends alone, and nothing is remembered',
		async (_, fault, kind) => {
			const here = world(meeting(fault));
			const submissions = await submitAll(here, 3);
			expect(submissions).toMatchObject([
				{ kind: 'not_started', error: { kind } },
				{ kind: 'started' },
				{ kind: 'started' },
			]);
			expect(here.api.calls).toHaveLength(3);
			expect(here.ledger.recall('slot:0')).toBeUndefined();
		},
	);

	it.each([401, 403])(
		'that meets %i stops all that were not sent yet, at once',
		async (statusCode) => {
			const here = world(meeting({ statusCode }));
			const start = here.clock.now();
			const submissions = await submitAll(here, 200);
			expect(here.api.calls).toHaveLength(50);
			expect(submissions[0]).toMatchObject({
				kind: 'not_started',
				error: { httpCode: statusCode },
			});
			expect(submissions.slice(1, 50).every(({ kind }) => kind === 'started')).toBe(true);
			for (const submission of submissions.slice(50)) {
				expect(submission).toMatchObject({ kind: 'not_started', error: { httpCode: statusCode } });
			}
			expect(here.clock.now() - start).toBeLessThan(1_000);
		},
	);

	it('that waits for its turn is not sent once the execution is stopped', async () => {
		const here = world();
		const done = submitting(here, 80);
		await here.clock.advance(30_000);
		here.stop.abort();
		const submissions = await here.clock.run(done);
		expect(here.api.calls).toHaveLength(50);
		for (const submission of submissions.slice(50)) {
			expect(submission).toMatchObject({ kind: 'not_started', error: { kind: 'stopped' } });
		}
		expect(here.ledger.recall('slot:49')).toEqual({ run_id: 'run00049' });
	});

	it('that waits after a 503 is not sent again once the execution is stopped', async () => {
		const here = world(meeting({ statusCode: 503 }));
		const done = submitting(here, 1);
		await here.clock.advance(500);
		here.stop.abort();
		await expect(here.clock.run(done)).resolves.toMatchObject([
			{ kind: 'not_started', error: { kind: 'stopped' } },
		]);
		expect(here.api.calls).toHaveLength(1);
	});

	it('that was under way at Stop still has its run id remembered', async () => {
		const here = world({ latencyMs: 5_000 });
		const done = submitting(here, 1);
		await here.clock.advance(1_000);
		here.stop.abort();
		await expect(here.clock.run(done)).resolves.toMatchObject([
			{ kind: 'started', run_id: 'run00000' },
		]);
		expect(here.ledger.recall('slot:0')).toEqual({ run_id: 'run00000' });
	});

	it('hands the webhook on', async () => {
		const here = world();
		const webhooks: unknown[] = [];
		const api = {
			getApp: here.api.getApp.bind(here.api),
			getRun: here.api.getRun.bind(here.api),
			startRun: async (_app: unknown, _inputs: unknown, webhook?: string): Promise<string> => {
				webhooks.push(webhook);
				return await Promise.resolve('abc123');
			},
		};
		const submitter = new Submitter({ ...here.seams, api }, MINUTE);
		await submitter.submit({ app: app(), inputs: {}, slot: 'a', webhook: 'https://n8n.example/x' });
		await submitter.submit({ app: app(), inputs: {}, slot: 'b' });
		expect(webhooks).toEqual(['https://n8n.example/x', undefined]);
	});

	const noCredits = new ApiError({ kind: 'no_credits', message: 'No credits left', advice: '' });

	it('that finds no credits left stops all that were not sent yet, for the same reason', async () => {
		const here = world();
		let sent = 0;
		const api = {
			getApp: here.api.getApp.bind(here.api),
			getRun: here.api.getRun.bind(here.api),
			startRun: async (): Promise<string> => {
				sent += 1;
				if (sent >= 3) throw noCredits;
				return await Promise.resolve(`run${String(sent)}`);
			},
		};
		const submitter = new Submitter({ ...here.seams, api }, MINUTE);
		const submissions = await here.clock.run(
			Promise.all(plainRuns(300).map(async (run) => await submitter.submit(run))),
		);
		expect(sent).toBeLessThanOrEqual(50);
		expect(submissions.slice(0, 2).map(({ kind }) => kind)).toEqual(['started', 'started']);
		for (const submission of submissions.slice(2)) {
			expect(submission).toEqual({ kind: 'not_started', error: noCredits });
		}
		expect(here.ledger.recall('slot:299')).toBeUndefined();
	});

	it('that finds no credits left stops those of other apps too, until a further try of the node', async () => {
		const here = world({
			latencyMs: 0,
			apps: [app(), app({ sqid: 'other1' })],
			fault: ({ index }) => (index === 0 ? { statusCode: 402 } : undefined),
		});
		const submitter = new Submitter(here.seams, MINUTE);
		const runs = plainRuns(80).map((run, i) =>
			i === 0 ? run : { ...run, app: app({ sqid: 'other1' }) },
		);
		const submit = async (some: typeof runs): Promise<Submission[]> =>
			await here.clock.run(Promise.all(some.map(async (run) => await submitter.submit(run))));
		const submissions = await submit(runs);
		expect(submissions.filter(({ kind }) => kind === 'started')).toHaveLength(49);
		expect(submissions.at(-1)).toMatchObject({ kind: 'not_started', error: { httpCode: 402 } });
		expect(await submit(runs.slice(-1))).toMatchObject([{ kind: 'not_started' }]);
		submitter.tryAnew();
		expect(await submit(runs.slice(-1))).toMatchObject([{ kind: 'started' }]);
	});

	it('of an execution that was stopped before waits for nobody', async () => {
		const here = world();
		here.stop.abort();
		const seen: unknown[] = [];
		const ledger: Ledger = {
			...here.ledger,
			claim: async (_, signal) => {
				seen.push(signal?.aborted);
				await Promise.resolve();
				return undefined;
			},
		};
		const submitter = new Submitter({ ...here.seams, ledger }, MINUTE);
		const [run] = plainRuns(1);
		expect(run && (await here.clock.run(submitter.submit(run)))).toMatchObject({
			kind: 'not_started',
			error: { kind: 'stopped' },
		});
		expect(seen).toEqual([true]);
		expect(here.api.calls).toEqual([]);
	});

	it('that one app refuses leaves those of other apps alone', async () => {
		const here = world({
			apps: [app(), app({ sqid: 'other1' })],
			fault: ({ operation, id }) =>
				operation === 'startRun' && id === app().sqid ? { statusCode: 403 } : undefined,
		});
		const submitter = new Submitter(here.seams, MINUTE);
		const runs = plainRuns(120).map((run, i) =>
			i % 2 === 0 ? run : { ...run, app: app({ sqid: 'other1' }) },
		);
		const submissions = await here.clock.run(
			Promise.all(runs.map(async (run) => await submitter.submit(run))),
		);
		expect(submissions.filter(({ kind }) => kind === 'started')).toHaveLength(60);
		expect(here.api.calls.filter(({ id }) => id === app().sqid).length).toBeLessThan(60);
	});

	it('on its way counts as of unknown fate for whoever finds the ledger saved', async () => {
		const here = world({ latencyMs: 5_000 });
		const done = submitting(here, 1);
		await here.clock.advance(1_000);
		expect(here.ledger.recall('slot:0')).toHaveProperty('unknown');
		await here.clock.run(done);
		expect(here.ledger.recall('slot:0')).toEqual({ run_id: 'run00000' });
	});

	it('waits among thirty others without a listener more on the execution’s signal', async () => {
		const here = world({
			latencyMs: 0,
			fault: ({ index }) => (index < 30 ? { statusCode: 503 } : undefined),
		});
		const { signal } = here.stop;
		const before = getEventListeners(signal, 'abort').length;
		const done = submitting(here, 30);
		await here.clock.advance(100);
		expect(here.api.calls).toHaveLength(30);
		expect(getEventListeners(signal, 'abort')).toHaveLength(before + 1);
		await here.clock.run(done);
		expect(here.api.runs).toHaveLength(30);
	});

	it('that waits after a 503 is over at once when the credits have run out', async () => {
		const here = world({
			latencyMs: 0,
			fault: ({ index }) => ({ statusCode: index === 0 ? 503 : 402 }),
		});
		const start = here.clock.now();
		const submissions = await submitAll(here, 2);
		expect(submissions).toMatchObject([
			{ kind: 'not_started', error: { httpCode: 402 }, refusal: { httpCode: 503 } },
			{ kind: 'not_started', error: { httpCode: 402 } },
		]);
		expect(here.clock.now()).toBe(start);
		expect(here.api.calls).toHaveLength(2);
	});

	it('leaves nothing on the execution’s signal once all are through', async () => {
		const here = world();
		const { signal } = here.stop;
		const before = getEventListeners(signal, 'abort').length;
		for (let round = 0; round < 20; round += 1) {
			const submitter = new Submitter(here.seams, MINUTE);
			const runs = plainRuns(3).map((run) => ({ ...run, slot: `${String(round)} ${run.slot}` }));
			await here.clock.run(Promise.all(runs.map(async (run) => await submitter.submit(run))));
			submitter.close();
		}
		expect(getEventListeners(signal, 'abort')).toHaveLength(before);
	});
});

describe('a submission that was made before', () => {
	it('is the run that it started', () => {
		expect(remembered({ run_id: 'vCrK3Aa47y' })).toEqual({
			kind: 'started',
			run_id: 'vCrK3Aa47y',
			since: 0,
		});
	});

	it('stays of unknown fate, and says who made it, why and when', () => {
		expect(remembered({ unknown: 'it broke', sentAt: 7 })).toMatchObject({
			kind: 'unknown',
			sentAt: 7,
			error: {
				kind: 'network',
				message: 'An earlier try was sent, but its answer was lost (it broke)',
			},
		});
		const reused = remembered({ unknown: 'it broke', reused: true });
		expect(reused).toMatchObject({
			error: {
				message: expect.stringMatching(/\(it broke\), and the option Reuse Runs/) as string,
			},
		});
		expect(reused).not.toHaveProperty('sentAt');
	});

	it('by another is taken up, and nothing is sent', async () => {
		const here = world();
		const ledger = {
			...here.ledger,
			claim: async () => await Promise.resolve({ run_id: 'theirs' }),
		};
		const submitter = new Submitter({ ...here.seams, ledger }, MINUTE);
		const [run] = plainRuns(1);
		expect(run && (await submitter.submit(run))).toMatchObject({ run_id: 'theirs', since: 0 });
		expect(here.api.calls).toEqual([]);
	});
});

describe('a submission that is not sent', () => {
	it('is none once the execution is stopped, and another may make it', async () => {
		const here = world();
		const forgotten: string[] = [];
		const ledger = { ...here.ledger, forget: (slot: string) => forgotten.push(slot) };
		here.stop.abort();
		const submitter = new Submitter({ ...here.seams, ledger }, MINUTE);
		const [run] = plainRuns(1);
		expect(run && (await submitter.submit(run))).toMatchObject({
			kind: 'not_started',
			error: { kind: 'stopped' },
		});
		expect([here.api.calls, forgotten]).toEqual([[], ['slot:0']]);
	});

	it('is none after a refusal of the key, though it has waited for nothing yet', async () => {
		const here = world(meeting({ statusCode: 401 }));
		const submitter = new Submitter(here.seams, MINUTE);
		const [first, second] = plainRuns(2);
		if (!first || !second) throw new Error('There are no runs');
		await here.clock.run(submitter.submit(first));
		expect(await here.clock.run(submitter.submit(second))).toMatchObject({
			kind: 'not_started',
			error: { httpCode: 401 },
		});
		expect(here.api.calls).toHaveLength(1);
	});

	it('is given up where it could only be sent when its patience is over', async () => {
		for (const [retryAfter, kind] of [
			['59', 'started'],
			['60', 'not_started'],
		]) {
			const here = world({
				...meeting({ statusCode: 503, retryAfter: retryAfter ?? '' }),
				latencyMs: 0,
			});
			expect(await submitAll(here, 1, MINUTE)).toMatchObject([{ kind }]);
		}
	});
});
