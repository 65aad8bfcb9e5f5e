import type { INodeParameters } from 'n8n-workflow';
import { setTimeout as sleep } from 'node:timers/promises';
import { posterFromText } from '../../emulator/apps/posterFromText';
import type { RunRecord } from '../../emulator/control/types';
import type * as Signature from '../../nodes/Magnific/callbacks/signature';
import type { ParkMemory } from '../../nodes/Magnific/suspended/looks';
import { ParkMemories, parkMemories } from '../../nodes/Magnific/suspended/memories';
import { TIMER_AFTER_DEADLINE_MS } from '../../nodes/Magnific/suspended/watchdog';
import { SPEED } from './support/fastClock';
import { localMagnific } from './support/localMagnific';
import type { NodeSettings } from './support/n8n';
import { appRun, fields, inputId } from './support/parameters';
import type { NodeOutcome } from './support/runNode';
import { textOf } from './support/text';
import { startWaitingN8n, type WaitingN8n, type WaitingRun } from './support/waitingN8n';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

// The local Magnific signs by the real time.
jest.mock('../../nodes/Magnific/callbacks/signature', () => {
	const actual = jest.requireActual<typeof Signature>('../../nodes/Magnific/callbacks/signature');
	const checkSignature: typeof actual.checkSignature = (secret, headers, rawBody) =>
		actual.checkSignature(secret, headers, rawBody, Date.now());
	return { ...actual, checkSignature };
});

// What hangs is red in seconds.
jest.setTimeout(120_000);

const local = localMagnific();
let n8n: WaitingN8n;
let memories: jest.SpyInstance<ParkMemory | undefined>;

beforeEach(async () => {
	// What a test left parked is not to be taken for the next one's.
	Object.assign(parkMemories, new ParkMemories());
	n8n = await startWaitingN8n();
	memories = jest.spyOn(parkMemories, 'of');
});

afterEach(async () => {
	endTasks();
	// What is on its way comes.
	await sleep(300);
	memories.mockRestore();
	await n8n.close();
});

/** Nobody submits or watches any more what was parked so far. */
const endTasks = (): void => {
	for (const { value } of memories.mock.results) (value as ParkMemory | undefined)?.gone.abort();
};

const HEADLINE = inputId(posterFromText, 'Headline');
/** The definition takes one of them. */
const REQUESTS_PER_MINUTE = 50;
const MOST_AT_ONCE = REQUESTS_PER_MINUTE - 1;

const isOwn = (headers: Parameters<NonNullable<WaitingRun['inBetween']>>[0]): boolean =>
	headers['x-magnific-node'] !== undefined;

/** A batch whose runs take so many seconds; the local Magnific lets more through than the credential says. */
const start = async (
	count: number,
	{
		seconds = 300,
		options = {},
		settings = {},
		requestsPerMinute = REQUESTS_PER_MINUTE,
		...given
	}: Partial<Pick<WaitingRun, 'inBetween' | 'endsBy'>> & {
		/** Of each run, or of the runs in turn. */
		seconds?: number | [number, ...number[]];
		options?: INodeParameters;
		settings?: NodeSettings;
		requestsPerMinute?: number;
	} = {},
): Promise<NodeOutcome> => {
	await local.control.settings({ durations: { [posterFromText.sqid]: seconds } });
	return await n8n.run({
		parameters: appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.title }}' }), {
			wait: 'webhook',
			// A slow machine is slow by the node's clock, too.
			options: { maxWait: 10_000, ...options },
		}),
		items: Array.from({ length: count }, (_, i) => ({ json: { title: `Poster ${String(i)}` } })),
		settings,
		credential: { ...local.credential, requestsPerMinute },
		...given,
	});
};

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
	for (let look = 0; look < 4_000; look += 1) {
		if (await isSo()) return;
		await sleep(5);
	}
	throw new Error('What was waited for did not come');
};

const parked = async (): Promise<void> => {
	await until(() => Promise.resolve(parkMemories.size.parks > 0));
};

const submitted = async (): Promise<number> => await local.count('run');

/** How many submissions there are when what was on its way has come. */
const settledCount = async (): Promise<number> => {
	let count = await submitted();
	for (;;) {
		await sleep(300);
		const later = await submitted();
		if (later === count) return count;
		count = later;
	}
};

const titleOf = ({ inputs }: RunRecord): string => String(inputs[HEADLINE]);

/** The headlines that were paid for, by run. */
const paid = async (): Promise<Map<string, string>> =>
	new Map((await local.control.runs()).map((run) => [run.run_id, titleOf(run)]));

const titles = (count: number): string[] =>
	Array.from({ length: count }, (_, i) => `Poster ${String(i)}`);

const seconds = async (ms: number): Promise<void> => {
	await sleep((ms * 1_000) / SPEED);
};

/** Each item with the run of its own headline, or what it says in place of one. */
const told = async ({ items, failed }: NodeOutcome): Promise<unknown[]> => {
	const runs = await paid();
	return [...items, ...failed].map(({ json: { run_id, error } }) =>
		typeof run_id === 'string' ? runs.get(run_id) : error,
	);
};

describe('a suspended batch of more items than the requests of a minute', () => {
	it('costs a request per run, and comes out in input order, each paired with its item', async () => {
		const outcome = await start(200, {
			options: { metadata: { values: [{ name: 'of', value: '={{ $json.title }}' }] } },
		});
		expect(await told(outcome)).toEqual(titles(200));
		expect(outcome.json.map(({ status }) => status)).toEqual(Array(200).fill('completed'));
		expect(outcome.json.map(({ metadata }) => metadata)).toEqual(titles(200).map((of) => ({ of })));
		expect(outcome.items.map(({ pairedItem }) => pairedItem)).toEqual(
			titles(200).map((_, item) => ({ item })),
		);
		expect(await submitted()).toBe(200);
		// On a slow machine callbacks come late by the node's clock, and it looks.
		expect(await local.count('get_run')).toBeLessThan(200);
		const refused = (await local.control.deliveries()).filter(
			({ event, status }) => event === 'finished' && status !== 200,
		);
		expect(refused).toEqual([]);
	});

	it('submits nothing once it was stopped', async () => {
		void start(200, { seconds: 100_000 });
		await parked();
		await until(async () => (await submitted()) > MOST_AT_ONCE);
		n8n.stop();
		const count = await settledCount();
		await seconds(60);
		expect(await submitted()).toBe(count);
		expect(count).toBeLessThan(200);
	});

	it('submits nothing while its own address cannot be reached, and goes on when it can', async () => {
		let isDeaf = false;
		const done = start(150, {
			inBetween: (headers) => (isDeaf && isOwn(headers) ? 502 : undefined),
		});
		await parked();
		isDeaf = true;
		const count = await settledCount();
		await seconds(60);
		expect(await submitted()).toBe(count);
		expect(count).toBeLessThan(150);
		isDeaf = false;
		expect(await told(await done)).toEqual(titles(150));
		expect(await submitted()).toBe(150);
	});

	it('submits all before the park where it cannot reach its own address', async () => {
		const outcome = await start(60, {
			inBetween: (headers) => (isOwn(headers) ? 502 : undefined),
		});
		expect(await told(outcome)).toEqual(titles(60));
		expect(await submitted()).toBe(60);
	});

	it('submits all before the park with Reuse Runs, so that n8n saves what was paid', async () => {
		void start(120, { seconds: 100_000, options: { reuseRuns: 12 } });
		await parked();
		expect(await submitted()).toBe(120);
		n8n.stop();
	});

	it('submits the rest after the park with Reuse Runs, too, where only some may go at once', async () => {
		const outcome = await start(20, {
			seconds: 10,
			options: {
				reuseRuns: 12,
				reuseKey: '={{ "limited, " + $json.title }}',
				maxConcurrentRuns: 5,
			},
		});
		expect(await told(outcome)).toEqual(titles(20));
		expect(await submitted()).toBe(20);
	});

	it('gives out what a refusal after the park leaves unstarted, with its reason', async () => {
		await local.control.addFault({
			route: 'run',
			skip: MOST_AT_ONCE,
			times: -1,
			fault: { kind: 'status', status: 402, body: { message: 'No credits left.' } },
		});
		const { items, failed } = await start(120, {
			seconds: 30,
			settings: { onError: 'continueErrorOutput' },
		});
		expect(items).toHaveLength(MOST_AT_ONCE);
		expect(failed).toHaveLength(120 - MOST_AT_ONCE);
		expect(failed.map(({ json: { error } }) => textOf(error))).toEqual(
			Array(120 - MOST_AT_ONCE).fill(expect.stringContaining('credits')),
		);
		// What goes at the same moment is on its way.
		expect(await submitted()).toBeLessThan(120);
	});

	it('never sends again what may have been started, and takes the run that calls back', async () => {
		await local.control.addFault({
			route: 'run',
			skip: MOST_AT_ONCE + 3,
			fault: { kind: 'reset_after' },
		});
		const outcome = await start(60, { settings: { onError: 'continueErrorOutput' } });
		expect(await submitted()).toBe(60);
		expect(await told(outcome)).toEqual(titles(60));
	});

	it('keeps to Max Concurrent Runs', async () => {
		let most = 0;
		const done = new AbortController();
		const watch = (async () => {
			while (!done.signal.aborted) {
				const going = (await local.control.runs()).filter(({ status }) => status !== 'completed');
				most = Math.max(most, going.length);
				await sleep(2);
			}
		})();
		const outcome = await start(12, { seconds: 10, options: { maxConcurrentRuns: 4 } });
		done.abort();
		await watch;
		expect(await told(outcome)).toEqual(titles(12));
		expect(most).toBeLessThanOrEqual(4);
		expect(most).toBeGreaterThan(1);
	});

	it('pays once for each item where the first one makes n8n try the node again', async () => {
		await local.control.addFault({
			route: 'run',
			fault: { kind: 'status', status: 400, body: { message: 'Not now.' } },
		});
		const outcome = await start(120, {
			settings: {
				retryOnFail: true,
				maxTries: 3,
				waitBetweenTries: 1,
				onError: 'continueErrorOutput',
			},
		});
		expect(await told(outcome)).toEqual(titles(120));
		expect([...(await paid()).values()].sort()).toEqual(titles(120).sort());
	});
});

describe('a process that ends while it submits', () => {
	let goneOn: jest.SpyInstance | undefined;

	afterEach(() => {
		goneOn?.mockRestore();
	});

	/** As if it had been killed, and another one served n8n's calls from now on. */
	const restart = async (): Promise<void> => {
		endTasks();
		// Who watched tells, sooner or later, that the park has gone on.
		goneOn = jest.spyOn(parkMemories, 'goneOn').mockImplementation(() => undefined);
		await sleep(300);
		Object.assign(parkMemories, new ParkMemories(), { knowsSince: Infinity });
	};

	it('leaves what was not started, and gives every run that was paid', async () => {
		const done = start(200, { settings: { onError: 'continueErrorOutput' } });
		await parked();
		await restart();
		const outcome = await done;
		const runs = await paid();
		const results = new Set(outcome.json.map(({ run_id }) => runs.get(textOf(run_id))));
		expect(results).toEqual(new Set(runs.values()));
		expect(outcome.failed).toHaveLength(200 - runs.size);
		for (const { json } of outcome.failed) {
			expect(textOf(json['error'])).toMatch(
				/n8n ended before it had saved which runs of this batch were started/,
			);
		}
		expect(new Set(runs.values()).size).toBe(runs.size);
		expect(await submitted()).toBe(runs.size);
	});

	it('gives those runs, too, that had called back before: the URLs of later ones tell of them', async () => {
		// Of the first burst n8n has saved the ids, of the others it has not.
		const durations = Array.from({ length: 200 }, (_, run) => (run < 2 * MOST_AT_ONCE ? 10 : 300));
		const [first = 10, ...others] = durations;
		const done = start(200, {
			seconds: [first, ...others],
			settings: { onError: 'continueErrorOutput' },
		});
		await parked();
		await until(async () => (await submitted()) >= 3 * MOST_AT_ONCE);
		const over = (await local.control.runs()).filter(({ settled_at }) => settled_at !== null);
		await restart();
		const { json: outputs } = await done;
		const runs = await paid();
		expect(over.length).toBeGreaterThan(MOST_AT_ONCE);
		const results = new Set(outputs.map(({ run_id }) => runs.get(textOf(run_id))));
		expect(results).toEqual(new Set(runs.values()));
	});
});

describe('a suspended batch', () => {
	it('of 250 runs with long links completes without a callback: its calls to itself stay short', async () => {
		await local.control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
		const url = `${local.url}/render.png?token=${'x'.repeat(1_000)}`;
		const images = [0, 1, 2, 3].map((index) => ({ id: `image${String(index)}`, url }));
		await local.control.setOutcome({ status: 'completed', times: -1, result: { images } });
		const lengths: number[] = [];
		const outcome = await start(250, {
			seconds: 1,
			requestsPerMinute: 3_000,
			inBetween: (headers) => {
				if (isOwn(headers)) lengths.push(Number(headers['content-length']));
				return undefined;
			},
		});
		expect(await told(outcome)).toEqual(titles(250));
		expect(outcome.json.map(({ status }) => status)).toEqual(Array(250).fill('completed'));
		expect(JSON.stringify(outcome.json).length).toBeGreaterThan(1_000_000);
		expect(Math.max(...lengths)).toBeLessThan(1_000);
	});

	it('of 95 runs gives out at its deadline the 19 that called back, before n8n’s timer comes', async () => {
		const LONG_S = 1_000_000;
		const durations = Array.from({ length: 95 }, (_, i) => (i % 5 === 0 ? 10 : LONG_S));
		const [first = LONG_S, ...others] = durations;
		const outcome = await start(95, { seconds: [first, ...others], options: { maxWait: 2 } });
		const over = Date.now();
		const runs = await local.control.runs();
		const lastStart = Math.max(...runs.map(({ submitted_at }) => submitted_at));
		expect(await told(outcome)).toEqual(titles(95));
		const ended = new Set(
			runs.filter(({ status }) => status === 'completed').map(({ run_id }) => run_id),
		);
		expect(ended.size).toBe(19);
		for (const { run_id, status, timed_out } of outcome.json) {
			const isOver = ended.has(textOf(run_id));
			expect([status, timed_out]).toEqual(isOver ? ['completed', undefined] : ['running', true]);
		}
		expect((over - lastStart) * SPEED).toBeLessThan(2 * 60_000 + TIMER_AFTER_DEADLINE_MS);
	});
});
