import { getEventListeners } from 'node:events';
import type { Heard } from '../../../nodes/Magnific/suspended/heard';
import { Submissions, type ParkedSide } from '../../../nodes/Magnific/suspended/submissions';
import type { Ledger } from '../../../nodes/Magnific/runs/ledger';
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
	/** Stopped before anything is submitted. */
	isStopped?: boolean;
	/** The execution cannot be stopped. */
	hasNoSignal?: boolean;
	/** What another execution has started for an item. */
	claim?: Ledger['claim'];
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
	if (given.isStopped === true) here.stop.abort();
	const { signal, ...seams } = here.seams;
	const submissions = new Submissions(
		{
			...seams,
			...(given.hasNoSignal === true ? {} : { signal }),
			ledger: given.claim ? { ...here.ledger, claim: given.claim } : here.ledger,
		},
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
		expect(Math.max(...here.sentAt())).toBeLessThan(3 * MINUTE + 3 * SECOND);
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

/** How much time has passed since the start, ms. */
const passed = ({ clock, start }: Late): number => clock.now() - start;

/** The error of an item that was not started. */
const errorOf = ({ submissions }: Late, itemIndex: number) => {
	const outcome = submissions.outcomes.get(itemIndex);
	return outcome?.kind === 'not_started' ? outcome.error : undefined;
};

const NOT_IN_TIME = {
	kind: 'stopped',
	message: 'No run was started for it before the time was up',
};

describe('the submissions between the first burst and the park', () => {
	it('are not made, however long the node takes to park', async () => {
		const here = late(120);
		await here.clock.run(here.submissions.firstBurst());
		await here.clock.advance(5 * MINUTE);
		expect(here.sentAt()).toHaveLength(50);
		await here.clock.run(here.submissions.goOn(here.side));
		expect(kinds(here)).toEqual(Array(120).fill('started'));
	});

	it('end with the execution’s own Stop', async () => {
		const here = late(60);
		await here.clock.run(here.submissions.firstBurst());
		await here.clock.advance(2 * MINUTE);
		here.stop.abort();
		await here.clock.advance(0);
		expect(here.submissions.isWaiting).toBe(false);
		expect(here.sentAt()).toHaveLength(50);
		expect(errorOf(here, 59)?.kind).toBe('stopped');
		expect(errorOf(here, 59)?.message).not.toBe(NOT_IN_TIME.message);
	});

	it('end with a late answer that concerns all of them', async () => {
		const here = late(60, {
			model: {
				latencyMs: (place) => (place === 3 ? 100 * SECOND : LATENCY),
				fault: ({ index }) => (index === 3 ? { statusCode: 402 } : undefined),
			},
		});
		await here.clock.run(here.submissions.firstBurst());
		await here.clock.advance(190 * SECOND);
		expect(here.submissions.waitsFor(59)).toBe(true);
		await here.clock.advance(10 * SECOND);
		expect(here.submissions.isWaiting).toBe(false);
		expect([3, 50, 59].map((itemIndex) => errorOf(here, itemIndex)?.httpCode)).toEqual([
			402, 402, 402,
		]);
	});
});

describe('the submissions of an execution that cannot wait with them', () => {
	it('are all made, however long it takes', async () => {
		const here = late(120);
		await here.clock.run(here.submissions.all());
		expect(kinds(here)).toEqual(Array(120).fill('started'));
	});

	it('are all made after a first burst, too', async () => {
		const here = late(120);
		await here.clock.run(here.submissions.firstBurst());
		await here.clock.advance(2 * MINUTE);
		await here.clock.run(here.submissions.all());
		expect(kinds(here)).toEqual(Array(120).fill('started'));
	});

	it('are made at once where there are none', async () => {
		const here = late(0);
		await here.clock.run(here.submissions.all());
		expect(passed(here)).toBe(0);
	});

	it('are awaited to their end where a further try brings the same items meanwhile', async () => {
		const here = late(60);
		const all = here.submissions.all();
		await here.clock.advance(SECOND);
		here.submissions.add(plainRuns(60).map((run, itemIndex) => ({ ...run, itemIndex })));
		await here.clock.run(all);
		expect(kinds(here)).toEqual(Array(60).fill('started'));
	});
});

describe('the submissions of an execution', () => {
	it('are not made where it is stopped already', async () => {
		const here = late(3, { isStopped: true });
		await here.clock.run(here.submissions.firstBurst());
		expect(here.api.calls).toEqual([]);
		expect(errorOf(here, 0)?.kind).toBe('stopped');
	});

	it('are made where it cannot be stopped', async () => {
		const here = await throughout(60, { hasNoSignal: true });
		expect(kinds(here)).toEqual(Array(60).fill('started'));
	});

	it('listen to its signal only as long as some wait', async () => {
		const here = late(3);
		expect(getEventListeners(here.stop.signal, 'abort')).toHaveLength(1);
		await here.clock.run(here.submissions.firstBurst());
		expect(getEventListeners(here.stop.signal, 'abort')).toHaveLength(0);
		here.submissions.add([]);
		expect(getEventListeners(here.stop.signal, 'abort')).toHaveLength(0);
	});

	it('take a part of the budget only as long as some wait', async () => {
		const here = world();
		const share = here.budget.share();
		const leave = jest.spyOn(share, 'leave');
		jest.spyOn(here.budget, 'share').mockReturnValue(share);
		const submissions = new Submissions(here.seams, { maxWaitMs: MINUTE, maxConcurrentRuns: 0 });
		submissions.add(plainRuns(51).map((run, itemIndex) => ({ ...run, itemIndex })));
		await here.clock.run(submissions.firstBurst());
		expect(leave).not.toHaveBeenCalled();
		await here.clock.run(submissions.all());
		expect(leave).toHaveBeenCalledTimes(1);
	});

	it('take up what another execution has started for the same', async () => {
		const here = late(2, {
			claim: async (slot) => {
				await Promise.resolve();
				return slot === 'slot:1' ? { run_id: 'ofAnother0' } : undefined;
			},
		});
		await here.clock.run(here.submissions.firstBurst());
		expect(here.api.of('startRun')).toHaveLength(1);
		expect(here.submissions.outcomes.get(1)).toMatchObject({ run_id: 'ofAnother0' });
	});
});

describe('the time that submissions may take', () => {
	it('allows for others who use up most of the plan’s requests', () => {
		expect(late(0).submissions.longestMs(100, 50)).toBe(10 * MINUTE);
	});

	it.each([
		[4, 25 * 30],
		[99, 2 * 30],
		[1_000, 30],
	])('allows for all rounds where %s runs may go at once', (maxConcurrentRuns, minutes) => {
		const { submissions } = late(0, { maxConcurrentRuns });
		expect(submissions.longestMs(100, 50)).toBe(minutes * MINUTE);
	});

	it('is that of the requests where it is longer than that of the rounds', () => {
		const { submissions } = late(0, { maxConcurrentRuns: 1_000 });
		expect(submissions.longestMs(1_000, 50)).toBe(100 * MINUTE);
	});
});

describe('the end of the time for submissions', () => {
	const waiting = async (delayMs = 20 * SECOND): Promise<Late> => {
		const here = late(60, {
			model: { fault: ({ index }) => (index === 3 ? { delayMs } : undefined) },
		});
		await here.clock.run(here.submissions.firstBurst());
		return here;
	};

	it('comes when what was sent is answered; the rest was not started', async () => {
		const here = await waiting();
		await here.clock.run(here.submissions.end(MINUTE));
		expect(passed(here)).toBeLessThan(21 * SECOND);
		expect(here.submissions.outcomes.get(3)?.kind).toBe('started');
		expect(here.submissions.outcomes.get(3)).not.toHaveProperty('error');
		expect(here.sentAt()).toHaveLength(50);
		expect(errorOf(here, 59)).toMatchObject(NOT_IN_TIME);
		expect(here.clock.sleeping).toBe(0);
	});

	it('comes after a while where it is not answered', async () => {
		const here = await waiting(10 * MINUTE);
		const before = here.clock.now();
		await here.clock.run(here.submissions.end(7 * SECOND));
		expect(here.clock.now() - before).toBe(7 * SECOND);
		expect(here.submissions.waitsFor(3)).toBe(true);
		expect(errorOf(here, 59)).toMatchObject(NOT_IN_TIME);
	});

	it('leaves to each item the reason that the API gave', async () => {
		const here = late(60, {
			model: {
				latencyMs: (place) => (place === 3 ? 10 * SECOND : LATENCY),
				fault: ({ index }) => (index === 3 ? { statusCode: 422 } : undefined),
			},
		});
		await here.clock.run(here.submissions.firstBurst());
		await here.clock.run(here.submissions.end(MINUTE));
		expect(errorOf(here, 3)).toMatchObject({ kind: 'invalid_inputs', httpCode: 422 });
		expect(errorOf(here, 59)).toMatchObject(NOT_IN_TIME);
	});

	it('comes within a beat of the park’s, though nothing could be sent at that moment', async () => {
		const here = await throughout(200, { endsAt: 90 * SECOND });
		expect(passed(here)).toBeGreaterThanOrEqual(90 * SECOND);
		expect(passed(here)).toBeLessThanOrEqual(101 * SECOND);
		expect(errorOf(here, 199)).toMatchObject(NOT_IN_TIME);
	});

	it.each([0, 2, 4, 6, 8, 10, 12].map((s) => 3 * MINUTE + s * SECOND))(
		'is the reason of all that were not started, whenever it comes while nobody hears (%s ms)',
		async (endsAt) => {
			const here = await throughout(60, { hears: () => 'unheard', endsAt });
			for (let itemIndex = 50; itemIndex < 60; itemIndex++) {
				expect(errorOf(here, itemIndex)).toMatchObject(NOT_IN_TIME);
			}
		},
	);

	it('is the last moment at which the parked execution is told anything', async () => {
		const here = await throughout(60, {
			hears: (at) => (at < 61_200 ? 'taken' : 'unheard'),
			endsAt: 10 * MINUTE,
		});
		expect(kinds(here)).toEqual(Array(60).fill('started'));
		expect(passed(here)).toBeGreaterThanOrEqual(10 * MINUTE);
		expect(passed(here)).toBeLessThan(11 * MINUTE);
		expect(Math.max(...here.told)).toBeLessThan(10 * MINUTE);
	});
});

describe('the word to the parked execution', () => {
	const pausesOf = ({ told }: Late): number[] => told.slice(1).map((at, i) => at - (told[i] ?? 0));

	it('is given again soon while n8n saves it, then every second', async () => {
		const here = await throughout(60, { hears: (at) => (at < 70 * SECOND ? 'running' : 'taken') });
		expect(pausesOf(here).slice(0, 4)).toEqual([270, 520, 1_020, 1_020]);
	});

	it('is given again ever later while nobody hears it, every 15 s in the end', async () => {
		const here = await throughout(60, { hears: (at) => (at < 3 * MINUTE ? 'unheard' : 'taken') });
		expect(pausesOf(here).slice(0, 8)).toEqual([
			270, 520, 1_020, 2_020, 4_020, 8_020, 15_020, 15_020,
		]);
	});

	it('is not given again once n8n has said that the execution is gone', async () => {
		const here = await throughout(200, { hears: (at) => (at < 90 * SECOND ? 'taken' : 'gone') });
		expect(here.told.filter((at) => at >= 90 * SECOND)).toHaveLength(1);
		expect(passed(here)).toBeLessThan(3 * MINUTE);
	});

	it('is not given again once the execution, parked before, runs: it has gone on', async () => {
		const here = await throughout(200, { hears: (at) => (at < 90 * SECOND ? 'taken' : 'running') });
		expect(here.told.filter((at) => at >= 90 * SECOND)).toHaveLength(1);
		expect(passed(here)).toBeLessThan(3 * MINUTE);
	});

	it('ends with a Stop while nobody hears it, which is no lack of time', async () => {
		const here = late(200, { hears: () => 'unheard' });
		await here.clock.run(here.submissions.firstBurst());
		const rest = here.submissions.goOn(here.side);
		await here.clock.advance(3 * MINUTE);
		here.submissions.stop();
		await here.clock.run(rest);
		expect(passed(here)).toBeLessThan(3 * MINUTE + SECOND);
		expect(errorOf(here, 199)?.message).not.toBe(NOT_IN_TIME.message);
	});
});

describe('the places of runs that may go at once', () => {
	it('are free at once where no run was started', async () => {
		const here = late(2, {
			maxConcurrentRuns: 1,
			model: { fault: ({ index }) => (index === 0 ? { statusCode: 422 } : undefined) },
		});
		await here.clock.run(here.submissions.firstBurst());
		expect(kinds(here)).toEqual(['not_started', 'started']);
		expect(passed(here)).toBeLessThan(SECOND);
	});

	it('are waited for after the park', async () => {
		const here = late(3, { maxConcurrentRuns: 2 });
		await here.clock.run(here.submissions.firstBurst());
		expect(passed(here)).toBeLessThan(SECOND);
		expect([0, 1, 2].map((itemIndex) => here.submissions.waitsFor(itemIndex))).toEqual([
			false,
			false,
			true,
		]);
	});

	it('are free after Max Wait where a run does not end', async () => {
		const here = await throughout(2, {
			maxConcurrentRuns: 1,
			model: { durationMs: () => Infinity },
		});
		const [, second = 0] = here.sentAt();
		expect(second).toBeGreaterThanOrEqual(30 * MINUTE);
		expect(second).toBeLessThan(31 * MINUTE);
	});

	it('are watched by nobody when the last run is started', async () => {
		const here = await throughout(3, {
			maxConcurrentRuns: 2,
			model: { durationMs: ({ index }) => (index === 0 ? MINUTE : Infinity) },
		});
		expect(here.sentAt()).toHaveLength(3);
		await here.clock.advance(2 * SECOND);
		expect(here.clock.sleeping).toBe(0);
	});

	it('are watched by nobody where they have no limit', async () => {
		const here = late(51);
		await here.clock.run(here.submissions.firstBurst());
		expect(here.clock.sleeping).toBeLessThan(5);
	});
});
