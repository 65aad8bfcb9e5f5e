import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { createClient } from '../../../nodes/Magnific/api/client';
import { goOn, isAllOver, lookAround, type Met } from '../../../nodes/Magnific/suspended/goOn';
import { noteEnd, type ParkMemory } from '../../../nodes/Magnific/suspended/looks';
import { parkMemories, servesSince } from '../../../nodes/Magnific/suspended/memories';
import type { Park } from '../../../nodes/Magnific/suspended/state';
import { run } from '../support/fixtures';
import { nodeContext } from '../support/nodeContext';
import { parkedItem, parkOf } from '../support/parks';
import { VirtualClock } from '../support/virtualClock';
import { mockTime } from '../support/virtualSystemClock';

jest.mock('../../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('../support/virtualSystemClock'),
);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const isContext = (context: object): context is IWebhookFunctions =>
	'getResponseObject' in context && 'getExecutionId' in context;

interface Given {
	runs?: string[];
	/** Of these a callback has told that they have completed. */
	over?: string[];
	/** How long until the time is up, ms. */
	leftMs?: number;
	/** What n8n answers to the node's own call. */
	own?: () => unknown;
}

interface Suspended {
	met: Met;
	memory: ParkMemory;
	/** The status that the API tells of a run; a run that is not in it is never answered. */
	api: Map<string, string>;
	/** The runs that it was asked about. */
	asked: string[];
	/** How often the node has called itself. */
	selfCalls: () => number;
	/** With what status a call was answered. */
	statuses: number[];
	isKnown: () => boolean;
}

let parked: Park | undefined;

const suspended = async ({
	runs = ['a'],
	over = [],
	leftMs = 30 * MINUTE,
	own = () => ({ statusCode: 200, body: {} }),
}: Given = {}): Promise<Suspended> => {
	mockTime.clock = new VirtualClock(servesSince + 60 * MINUTE);
	const { clock } = mockTime;
	const parkedAt = clock.now() - 5 * MINUTE;
	const park = parkOf({
		parkedAt,
		deadline: clock.now() + leftMs,
		runs: runs.map((run_id, itemIndex) => parkedItem(itemIndex, run_id, { since: parkedAt })),
		queued: [],
	});
	parked = park;
	const [asked, statuses]: [string[], number[]] = [[], []];
	const api = new Map<string, string>();
	let selfCalls = 0;
	const response = {
		headersSent: false,
		status(code: number) {
			statuses.push(code);
			return response;
		},
		json() {
			response.headersSent = true;
			return response;
		},
	};
	const { context } = nodeContext({
		more: {
			// Each has a budget of its own.
			getCredentials: async () => await Promise.resolve({ apiKey: park.id }),
			getExecutionId: () => '12',
			getResponseObject: () => response,
			helpers: {
				httpRequest: async () => {
					selfCalls += 1;
					return await Promise.resolve(own());
				},
				httpRequestWithAuthentication: async (_: string, { url }: { url: string }) => {
					const run_id = url.split('/').at(-1) ?? '';
					asked.push(run_id);
					await clock.sleep(SECOND);
					const status = api.get(run_id);
					if (status === undefined) await new Promise(() => undefined);
					return { statusCode: 200, headers: {}, body: { data: { run_id, status, result: null } } };
				},
			},
		},
	});
	if (!isContext(context)) throw new Error('The context is not whole');
	const memory = parkMemories.of(park, clock.now());
	if (!memory) throw new Error('The park is not known');
	for (const one of park.runs) {
		if (over.includes(one.run_id)) {
			noteEnd(memory, one, run({ run_id: one.run_id }), clock.now());
		}
	}
	return {
		met: { context, client: await createClient(context), park, memory },
		memory,
		api,
		asked,
		selfCalls: () => selfCalls,
		statuses,
		isKnown: () => parkMemories.of(park, clock.now()) === memory,
	};
};

afterEach(() => {
	if (parked) parkMemories.goneOn(parked.id);
});

const runsIn = ({ workflowData }: IWebhookResponseData): unknown =>
	workflowData?.map((items) => items.map(({ json: { run_id, status } }) => [run_id, status]));

/** What comes of it, and after how many seconds. */
const timed = async (
	promise: Promise<IWebhookResponseData>,
): Promise<{ runs: unknown; seconds: number }> => {
	const start = mockTime.clock.now();
	const runs = runsIn(await mockTime.clock.run(promise, 120 * MINUTE));
	return { runs, seconds: (mockTime.clock.now() - start) / SECOND };
};

describe('an execution that is to go on', () => {
	it('does so with what is known, once, without a request where that is all', async () => {
		const { met, asked, statuses, isKnown } = await suspended({ over: ['a'] });
		const first = await goOn(met);
		expect(runsIn(first)).toEqual([[['a', 'completed']]]);
		expect(first.noWebhookResponse).toBe(true);
		expect(isKnown()).toBe(false);
		expect(await goOn(met)).toEqual({ noWebhookResponse: true });
		expect([asked, statuses]).toEqual([[], [200]]);
	});

	it('reads from the API what this process does not know', async () => {
		const { met, api, asked } = await suspended({ runs: ['a', 'b', 'c'], over: ['b'] });
		for (const run_id of ['a', 'c']) api.set(run_id, 'completed');
		expect((await timed(goOn(met))).runs).toEqual([
			[
				['a', 'completed'],
				['b', 'completed'],
				['c', 'completed'],
			],
		]);
		expect(asked).toEqual(['a', 'c']);
	});

	it('stays suspended while a run still goes, and goes on later', async () => {
		const { met, memory, api } = await suspended({ runs: ['a', 'b'], over: ['a'] });
		api.set('b', 'running');
		expect((await timed(goOn(met))).runs).toBeUndefined();
		expect(memory).toMatchObject({ isGoingOn: false, isOverdue: false, round: undefined });
		api.set('b', 'completed');
		expect((await timed(goOn(met))).runs).toEqual([
			[
				['a', 'completed'],
				['b', 'completed'],
			],
		]);
	});

	it('goes on at the end of its time with what is known, where nobody has told it so', async () => {
		const { met, api } = await suspended({ runs: ['a', 'b'], over: ['a'], leftMs: SECOND });
		api.set('b', 'running');
		expect((await timed(goOn(met))).runs).toEqual([
			[
				['a', 'completed'],
				['b', 'running'],
			],
		]);
	});

	it('looks no longer than its time lasts at an API that does not answer', async () => {
		const { met } = await suspended({ runs: ['a', 'b'], over: ['a'], leftMs: 7 * MINUTE });
		const { runs, seconds } = await timed(goOn(met));
		expect(seconds).toBe(420);
		expect(runs).toEqual([
			[
				['a', 'completed'],
				['b', 'running'],
			],
		]);
	});

	it.each([
		[10, ['a']],
		[90, []],
	])(
		'looks for %i s more when its time is up and these runs are known to be over: %j',
		async (seconds, over) => {
			const { met, memory } = await suspended({ runs: ['a', 'b'], over });
			memory.isOverdue = true;
			expect((await timed(goOn(met))).seconds).toBe(seconds);
		},
	);

	it('asks nothing more once it has gone on', async () => {
		const runs = Array.from({ length: 400 }, (_, i) => `run${String(i)}`);
		const { met, memory, api, asked } = await suspended({ runs, over: ['run0'] });
		for (const run_id of runs) api.set(run_id, 'completed');
		memory.isOverdue = true;
		await timed(goOn(met));
		const before = asked.length;
		expect(before).toBeLessThan(300);
		await mockTime.clock.advance(MINUTE);
		expect(asked).toHaveLength(before);
	});

	it('is not disturbed by a call that comes while it reads', async () => {
		const { met, memory, api } = await suspended({ runs: ['a', 'b'], over: ['a'] });
		api.set('b', 'completed');
		const first = goOn(met);
		await mockTime.clock.advance(0);
		expect(memory.round?.signal.aborted).toBe(false);
		expect(await goOn(met)).toEqual({ noWebhookResponse: true });
		expect(memory.round?.signal.aborted).toBe(false);
		expect((await timed(first)).runs).toHaveLength(1);
	});

	it('ends a round of looks that is under way', async () => {
		const { met, memory } = await suspended({ runs: ['a', 'b'] });
		lookAround(met);
		const { round } = memory;
		memory.isOverdue = true;
		await timed(goOn(met));
		expect(round?.signal.aborted).toBe(true);
	});
});

describe('a round of looks', () => {
	it('is made alone, and makes room for the next', async () => {
		const { met, api, asked, selfCalls, memory } = await suspended({ runs: ['a'] });
		api.set('a', 'running');
		lookAround(met);
		lookAround(met);
		await mockTime.clock.advance(10 * SECOND);
		expect(asked).toEqual(['a']);
		expect(memory.round).toBeUndefined();
		lookAround(met);
		await mockTime.clock.advance(10 * SECOND);
		expect(asked).toEqual(['a', 'a']);
		expect(selfCalls()).toBe(0);
	});

	it('is not made while the execution goes on', async () => {
		const { met, memory, asked } = await suspended();
		memory.isGoingOn = true;
		lookAround(met);
		await mockTime.clock.advance(10 * SECOND);
		expect(asked).toEqual([]);
	});

	it('does not take the place of a round that has begun meanwhile', async () => {
		const { met, memory, api } = await suspended({ runs: ['a'] });
		api.set('a', 'running');
		lookAround(met);
		const other = new AbortController();
		memory.round = other;
		await mockTime.clock.advance(10 * SECOND);
		expect(memory.round).toBe(other);
	});

	it('makes the execution go on by a call of its own when all is over', async () => {
		const { met, api, selfCalls, isKnown } = await suspended({ runs: ['a'] });
		api.set('a', 'completed');
		lookAround(met);
		await mockTime.clock.advance(10 * SECOND);
		expect(isAllOver(met)).toBe(true);
		expect(selfCalls()).toBe(1);
		// That call has been heard, and it was the one to forget the park.
		expect(isKnown()).toBe(true);
	});

	it('forgets the park where n8n says that it is no more', async () => {
		const { met, api, isKnown } = await suspended({
			runs: ['a'],
			own: () => ({ statusCode: 404, body: { message: 'The execution "12" does not exist.' } }),
		});
		api.set('a', 'completed');
		lookAround(met);
		await mockTime.clock.advance(10 * SECOND);
		expect(isKnown()).toBe(false);
	});
});
