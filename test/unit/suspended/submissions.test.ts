import type { Heard } from '../../../nodes/Magnific/suspended/heard';
import { Submissions, type ParkedSide } from '../../../nodes/Magnific/suspended/submissions';
import type { Submission } from '../../../nodes/Magnific/runs/submit';
import { plainRuns, world, type World } from '../support/fixtures';
import type { ModelOptions } from '../support/modelApi';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const LATENCY = 75;

interface Late extends World {
	submissions: Submissions;
	/** What was noted of items after the park. */
	noted: Map<number, Submission>;
	/** When the parked execution was told something, since the start, ms. */
	told: number[];
	/** When submissions arrived, since the start, ms. */
	sentAt: () => number[];
	start: number;
}

interface Given {
	/** What n8n says to the node's own call, by the time since the start in ms. */
	hears?: (at: number) => Heard;
	maxConcurrentRuns?: number;
	endsAt?: number;
	isElsewhere?: boolean;
	model?: Partial<Omit<ModelOptions, 'clock'>>;
}

const ended = (submissions: Submissions, here: World, itemIndex: number): boolean => {
	const outcome = submissions.outcomes.get(itemIndex);
	return outcome?.kind !== 'started' || here.api.peek(outcome.run_id).endsAt <= here.clock.now();
};

/** Submits runs before and after a park, as far as they go until the parked execution is gone. */
const late = (count: number, given: Given = {}): Late & { side: ParkedSide } => {
	const { hears = () => 'taken', maxConcurrentRuns = 0, endsAt = 24 * 60 * MINUTE } = given;
	const here = world({ latencyMs: LATENCY, ...given.model });
	const start = here.clock.now();
	const submissions = new Submissions(
		{ ...here.seams, api: here.api, ledger: here.ledger },
		{ maxWaitMs: 30 * MINUTE, maxConcurrentRuns },
	);
	submissions.add(plainRuns(count).map((run, itemIndex) => ({ ...run, itemIndex })));
	const noted = new Map<number, Submission>();
	const told: number[] = [];
	const side: ParkedSide = {
		tell: async () => {
			const at = here.clock.now() - start;
			told.push(at);
			await here.clock.sleep(20);
			return hears(at);
		},
		isElsewhere: () => given.isElsewhere === true,
		note: (itemIndex, submission) => noted.set(itemIndex, submission),
		callbackUrl: (itemIndex) => `after the park, item ${String(itemIndex)}`,
		isOver: (itemIndex) => ended(submissions, here, itemIndex),
		endsAt: () => start + endsAt,
	};
	const sentAt = (): number[] => here.api.of('startRun').map(({ arrivedAt }) => arrivedAt - start);
	return { ...here, submissions, noted, told, sentAt, start, side };
};

/** All of it: the burst, the park, and what comes after. */
const throughout = async (count: number, given: Given = {}): Promise<Late> => {
	const here = late(count, given);
	await here.clock.run(here.submissions.firstBurst());
	await here.clock.run(here.submissions.goOn(here.side));
	return here;
};

const kinds = ({ submissions }: Late): string[] =>
	[...submissions.outcomes].sort(([a], [b]) => a - b).map(([, { kind }]) => kind);

describe('the submissions of an execution that parks', () => {
	it('are all made before the park where they go at once', async () => {
		const here = late(50);
		await here.clock.run(here.submissions.firstBurst());
		expect(here.submissions.isWaiting).toBe(false);
		expect(here.clock.now() - here.start).toBe(2 * LATENCY);
	});

	it('name the address of the parked execution from then on, asked at each sending', async () => {
		const addresses: unknown[] = [];
		const here = late(60, {
			model: { fault: ({ index }) => (index === 55 ? { statusCode: 503 } : undefined) },
		});
		const startRun = here.api.startRun.bind(here.api);
		jest.spyOn(here.api, 'startRun').mockImplementation(async (...call) => {
			addresses.push(call.at(2));
			return await startRun(...call);
		});
		await here.clock.run(here.submissions.firstBurst());
		await here.clock.run(here.submissions.goOn(here.side));
		expect(addresses.slice(0, 50)).toEqual(Array(50).fill(undefined));
		const after = Array.from({ length: 10 }, (_, i) => `after the park, item ${String(50 + i)}`);
		expect(new Set(addresses.slice(50))).toEqual(new Set(after));
		expect(addresses).toHaveLength(61);
	});

	it('leave to after the park what has to wait for the requests of the next minute', async () => {
		const here = late(51);
		await here.clock.run(here.submissions.firstBurst());
		expect(here.submissions.outcomes.size).toBe(50);
		expect(here.submissions.waitsFor(50)).toBe(true);
		expect(here.clock.now() - here.start).toBeLessThan(SECOND);
	});

	it('wait 5 s at most before the park, even for answers', async () => {
		const here = late(60, {
			model: { fault: ({ index }) => (index === 3 ? { delayMs: 20 * SECOND } : undefined) },
		});
		await here.clock.run(here.submissions.firstBurst());
		expect(here.clock.now() - here.start).toBeLessThanOrEqual(5 * SECOND + 50);
		expect(here.submissions.waitsFor(3)).toBe(true);
		await here.clock.run(here.submissions.goOn(here.side));
		expect(here.noted.get(3)).toMatchObject({ kind: 'started' });
	});

	it('wait for the answers of all that were sent, as long as it takes', async () => {
		const here = late(50, {
			model: { fault: ({ index }) => (index === 3 ? { delayMs: 20 * SECOND } : undefined) },
		});
		await here.clock.run(here.submissions.firstBurst());
		expect(here.submissions.isWaiting).toBe(false);
	});

	it('go on after the park, in order, a request each, at the pace of the budget', async () => {
		const here = await throughout(200);
		expect(here.api.calls).toHaveLength(200);
		expect(here.api.answered(429)).toBe(0);
		const inputs = here.api.runs.map(({ inputs: { prompt } }) => prompt);
		expect(inputs).toEqual(plainRuns(200).map(({ inputs: { prompt } }) => prompt));
		expect(Math.max(...here.sentAt())).toBeLessThan(3 * MINUTE + 2 * SECOND);
	});

	it('ask the parked execution before each burst, and at the end: few times', async () => {
		const here = await throughout(200);
		expect(here.told.length).toBeLessThanOrEqual(5);
	});

	it('send nothing between the burst and the park, however long n8n takes to save it', async () => {
		const here = await throughout(120, {
			hears: (at) => (at < 3 * MINUTE ? 'running' : 'taken'),
		});
		const between = here.sentAt().filter((at) => at > SECOND && at < 3 * MINUTE);
		expect(between).toEqual([]);
		expect(here.sentAt()).toHaveLength(120);
	});

	it.each([61, 75, 121, 150].map((s) => s * SECOND))(
		'end within a second of work when the execution is gone after %s ms',
		async (goneAt) => {
			const here = await throughout(400, { hears: (at) => (at < goneAt ? 'taken' : 'gone') });
			expect(Math.max(...here.sentAt())).toBeLessThanOrEqual(goneAt + SECOND);
			expect(here.submissions.outcomes.size).toBe(400);
			expect(here.submissions.isWaiting).toBe(false);
		},
	);

	it('end when the execution runs that was parked before: it has gone on', async () => {
		const here = await throughout(200, { hears: (at) => (at < 2 * MINUTE ? 'taken' : 'running') });
		expect(Math.max(...here.sentAt())).toBeLessThanOrEqual(2 * MINUTE + SECOND);
	});

	it('wait while the own address cannot be reached, and go on when it can', async () => {
		const here = await throughout(200, {
			hears: (at) => (at > 70 * SECOND && at < 20 * MINUTE ? 'unheard' : 'taken'),
		});
		const between = here.sentAt().filter((at) => at > 72 * SECOND && at < 20 * MINUTE);
		expect(between).toEqual([]);
		expect(kinds(here)).toEqual(Array(200).fill('started'));
	});

	it('end with the time, and say so of what was not started', async () => {
		const here = await throughout(200, {
			hears: (at) => (at < MINUTE ? 'taken' : 'unheard'),
			endsAt: 10 * MINUTE,
		});
		expect(kinds(here).filter((kind) => kind === 'started')).toHaveLength(50);
		expect(here.noted.get(199)).toMatchObject({
			kind: 'not_started',
			error: { message: 'No run was started for it before the time was up' },
		});
	});

	it('stop at what concerns all of them, and give the reason for each', async () => {
		const here = await throughout(300, {
			model: { fault: ({ index }) => (index >= 60 ? { statusCode: 402 } : undefined) },
		});
		expect(kinds(here).filter((kind) => kind === 'started')).toHaveLength(60);
		expect(here.api.of('startRun').length).toBeLessThanOrEqual(100);
		const reasons = [...here.noted.values()].filter(({ kind }) => kind === 'not_started');
		expect(reasons).toHaveLength(240);
		expect(reasons[239]).toMatchObject({ error: { httpCode: 402 } });
	});

	it.each([401, 402, 403])(
		'send again in a further try what a %s had refused',
		async (statusCode) => {
			const here = late(3, {
				model: { fault: ({ index }) => (index === 0 ? { statusCode } : undefined) },
			});
			await here.clock.run(here.submissions.firstBurst());
			expect(kinds(here)[0]).toBe('not_started');
			here.submissions.add(plainRuns(3).map((run, itemIndex) => ({ ...run, itemIndex })));
			await here.clock.run(here.submissions.firstBurst());
			expect(kinds(here)).toEqual(Array(3).fill('started'));
		},
	);

	it('never send again what may have been started', async () => {
		const here = await throughout(100, {
			model: {
				fault: ({ index }) =>
					index === 70 ? { networkCode: 'ECONNRESET', done: true } : undefined,
			},
		});
		expect(here.api.of('startRun')).toHaveLength(100);
		expect(here.noted.get(70)?.kind).toBe('unknown');
	});

	it('end with the execution’s own Stop before the park', async () => {
		const here = late(200);
		const burst = here.submissions.firstBurst();
		here.stop.abort();
		await here.clock.run(burst);
		expect(here.submissions.isWaiting).toBe(false);
		expect(here.api.of('startRun').length).toBeLessThanOrEqual(50);
	});

	it('are not made twice where a further try brings the same items', async () => {
		const here = late(120);
		await here.clock.run(here.submissions.firstBurst());
		here.submissions.add(plainRuns(120).map((run, itemIndex) => ({ ...run, itemIndex })));
		await here.clock.run(here.submissions.firstBurst());
		await here.clock.run(here.submissions.goOn(here.side));
		expect(here.api.of('startRun')).toHaveLength(120);
		expect(kinds(here)).toEqual(Array(120).fill('started'));
	});

	it.each([1, 4, 10])('keep to %s runs at once', async (maxConcurrentRuns) => {
		const here = await throughout(20, {
			maxConcurrentRuns,
			model: { durationMs: () => 30 * SECOND },
		});
		const at = here.api.runs.flatMap(({ startedAt, endsAt }) => [
			{ at: startedAt, by: 1 },
			{ at: endsAt, by: -1 },
		]);
		let [going, most] = [0, 0];
		for (const { by } of at.sort((a, b) => a.at - b.at || a.by - b.by)) {
			going += by;
			most = Math.max(most, going);
		}
		expect(most).toBe(maxConcurrentRuns);
		expect(here.api.runs).toHaveLength(20);
	});

	it('tell another process often that somebody still submits', async () => {
		const here = await throughout(200, { isElsewhere: true });
		const pauses = here.told.map((at, i) => at - (here.told[i - 1] ?? 0));
		expect(Math.max(...pauses)).toBeLessThanOrEqual(21 * SECOND);
	});

	it('cost the same for each item, whatever their number', async () => {
		const workOf = async (count: number): Promise<number> => {
			const here = await throughout(count);
			return (here.told.length + here.api.calls.length) / count;
		};
		expect(await workOf(1_000)).toBeLessThan(1.05 * (await workOf(250)));
	}, 60_000);
});
