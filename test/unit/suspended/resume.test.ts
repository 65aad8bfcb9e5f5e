import { randomUUID } from 'node:crypto';
import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import { isRecord } from '../../../nodes/Magnific/api/guards';
import { signatureOf } from '../../../nodes/Magnific/callbacks/signature';
import {
	callbackUrl,
	newParkKey,
	type RunOfItem,
} from '../../../nodes/Magnific/suspended/callbackUrl';
import { parkMemories, servesSince } from '../../../nodes/Magnific/suspended/memories';
import { resumeRuns } from '../../../nodes/Magnific/suspended/resume';
import {
	SELF_CALL_HEADER,
	signedSelfCall,
	type SelfCall,
} from '../../../nodes/Magnific/suspended/selfCall';
import { savePark, type Park } from '../../../nodes/Magnific/suspended/state';
import { app } from '../support/fixtures';
import { nodeContext } from '../support/nodeContext';
import { itemOptions } from '../support/parks';
import { VirtualClock } from '../support/virtualClock';

const mockTime = { clock: new VirtualClock() };

jest.mock('../../../nodes/Magnific/api/clock', () => ({
	systemClock: {
		now: () => mockTime.clock.now(),
		sleep: async (ms: number, signal?: AbortSignal) => {
			await mockTime.clock.sleep(ms, signal);
		},
	},
}));

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SECRET = 'hush';
const RESUME_URL = 'https://n8n.example.com/webhook-waiting/12';
const OPTIONS = itemOptions();

interface Answer {
	status: number | undefined;
	/** What the execution goes on with; undefined where it stays suspended. */
	items: INodeExecutionData[] | undefined;
}

interface Call {
	query?: unknown;
	body?: unknown;
	headers?: Record<string, string>;
}

const isContext = (context: object): context is IWebhookFunctions =>
	'getResponseObject' in context && 'evaluateExpression' in context;

interface Given {
	/** How many items have runs, by their names; item 0 has the first. */
	runs?: string[];
	/** How many further items had no run at the park. */
	queued?: number;
	/** It was suspended before this process began to serve. */
	isEarly?: boolean;
}

/** An execution that is suspended since a minute or more, and what calls it. */
const suspended = ({ runs = [], queued = 0, isEarly = false }: Given) => {
	mockTime.clock = new VirtualClock(servesSince + 60 * MINUTE);
	const { clock } = mockTime;
	const parkedAt = isEarly ? servesSince - MINUTE : clock.now() - MINUTE;
	const park: Park = {
		...newParkKey(),
		resumeUrl: RESUME_URL,
		parkedAt,
		deadline: clock.now() + 60 * MINUTE,
		maxWaitMin: 60,
		runs: runs.map((run_id, itemIndex) => ({
			itemIndex,
			run_id,
			app: app(),
			since: parkedAt,
			options: OPTIONS,
		})),
		queued: Array.from({ length: queued }, (_, i) => ({
			itemIndex: runs.length + i,
			app: app(),
			options: OPTIONS,
		})),
		settled: [],
		failures: [],
	};
	const node = nodeContext().context;
	savePark(node, park);
	const saved: unknown = node.getContext('node')['park'];
	const log: string[] = [];
	/** What the node has said to itself. */
	const said: string[] = [];
	/** The runs that the API was asked about. */
	const asked: string[] = [];
	/** The status that it tells of a run, by its id; it does not know others. */
	const api = new Map<string, string>();
	/** What the execution has gone on with: once. */
	const wentOn: INodeExecutionData[][] = [];
	/** The API answers nothing. */
	let isSilent = false;

	const answerOf = async (run_id: string): Promise<object> => {
		asked.push(run_id);
		if (isSilent) await new Promise(() => undefined);
		const status = api.get(run_id);
		return status === undefined
			? { statusCode: 404, headers: {}, body: {} }
			: { statusCode: 200, headers: {}, body: { data: { run_id, status, result: null } } };
	};

	const heardOf = async (body: string, headers: Record<string, string>): Promise<object> => {
		const told: unknown = JSON.parse(body);
		said.push(String(isRecord(told) ? told['magnific'] : told));
		const { status } = await call({ body: told, headers });
		return { statusCode: status, body: '' };
	};

	/** `ready`: when n8n has read the credential. */
	const call = async (
		{ query = {}, body = {}, headers = {} }: Call,
		ready?: Promise<void>,
	): Promise<Answer> => {
		let status: number | undefined;
		const response = {
			headersSent: false,
			status(code: number) {
				status = code;
				return response;
			},
			json() {
				response.headersSent = true;
				return response;
			},
		};
		const context = {
			evaluateExpression: () => saved,
			getBodyData: () => body,
			getCredentials: async () => {
				await ready;
				return { apiKey: 'key', baseUrl: 'https://api.example', webhookSecret: SECRET };
			},
			getExecutionId: () => '12',
			getHeaderData: () => headers,
			getNode: () => ({ name: 'Magnific' }),
			getQueryData: () => query,
			getRequestObject: () => ({ rawBody: Buffer.from(JSON.stringify(body)) }),
			getResponseObject: () => response,
			helpers: {
				httpRequest: async ({ body, headers }: { body: string; headers: Record<string, string> }) =>
					await heardOf(body, headers),
				httpRequestWithAuthentication: async (_: string, { url }: { url: string }) =>
					await answerOf(url.split('/').at(-1) ?? ''),
			},
			logger: { info: (line: string) => log.push(line), warn: (line: string) => log.push(line) },
		};
		if (!isContext(context)) throw new Error('The context is not whole');
		const { workflowData } = await resumeRuns.call(context);
		const items = workflowData?.[0];
		if (items) wentOn.push(items);
		return { status, items };
	};

	/** A callback on the URL of an item, signed. */
	const callBack = async (
		item: number,
		run_id: string,
		own: object = {},
		{ ready, earlier = [] }: { ready?: Promise<void>; earlier?: RunOfItem[] } = {},
	): Promise<Answer> => {
		const body = {
			run_id,
			event: 'finished',
			status: 'completed',
			result: { images: [], videos: [], audios: [] },
			...own,
		};
		const id = randomUUID();
		const timestamp = String(Math.floor(clock.now() / SECOND));
		const query = Object.fromEntries(
			new URL(callbackUrl(RESUME_URL, park, item, earlier)).searchParams,
		);
		const signature = signatureOf(SECRET, id, timestamp, Buffer.from(JSON.stringify(body)));
		const headers = {
			'webhook-id': id,
			'webhook-timestamp': timestamp,
			'webhook-signature': signature,
		};
		return await call({ query, body, headers }, ready);
	};

	/** What the node, wherever it is, says to itself. */
	const say = async (what: SelfCall, news?: object): Promise<Answer> => {
		const { body, header } = signedSelfCall(park, what, clock.now(), news);
		return await call({ body: JSON.parse(body), headers: { [SELF_CALL_HEADER]: header } });
	};

	const silence = (): void => {
		isSilent = true;
	};

	return { clock, park, api, silence, asked, said, log, wentOn, callBack, say };
};

type Suspended = ReturnType<typeof suspended>;

let here: Suspended | undefined;

/** The one of a test; nobody watches over it any more when that is over. */
const suspend = (given: Given): Suspended => {
	here = suspended(given);
	return here;
};

afterEach(() => {
	if (here) parkMemories.goneOn(here.park.id);
});

const statuses = (items: INodeExecutionData[] | undefined): unknown[] | undefined =>
	items?.map(({ json: { run_id, status } }) => [run_id, status]);

/** What makes a callback tell of an end, but of no result. */
const WITHOUT_RESULT = { status: undefined, result: undefined };
const START = { event: 'started', status: undefined, result: undefined };

describe('a suspended execution', () => {
	it('goes on once where two callbacks tell its end at the same moment', async () => {
		const { callBack, wentOn } = suspend({ runs: ['a'] });
		const answers = await Promise.all([callBack(0, 'a'), callBack(0, 'a')]);
		expect(answers.map(({ status }) => status)).toEqual([200, 200]);
		expect(wentOn).toHaveLength(1);
	});

	it('goes on once where it does so while another call waits for the credential', async () => {
		const { callBack, wentOn } = suspend({ runs: ['a'] });
		let read = (): void => undefined;
		const ready = new Promise<void>((resolve) => (read = resolve));
		const late = callBack(0, 'a', {}, { ready });
		expect(statuses((await callBack(0, 'a')).items)).toEqual([['a', 'completed']]);
		read();
		expect(await late).toEqual({ status: 200, items: undefined });
		expect(wentOn).toHaveLength(1);
	});

	it('is watched over from the first callback on by a process that was not there before', async () => {
		const { callBack, said, clock } = suspend({ runs: ['a', 'b'], isEarly: true });
		await callBack(0, 'a', START);
		await clock.advance(2 * MINUTE);
		expect(said).toContain('look');
	});

	it('goes on with what looks have told, by a call of its own', async () => {
		const { say, api, wentOn, said, clock } = suspend({ runs: ['a', 'b'] });
		for (const run_id of ['a', 'b']) api.set(run_id, 'completed');
		expect((await say('look')).items).toBeUndefined();
		await clock.advance(0);
		expect(said).toEqual(['resume']);
		expect(wentOn.map(statuses)).toEqual([
			[
				['a', 'completed'],
				['b', 'completed'],
			],
		]);
	});

	it('gives out what is known when its time is up while a round of looks is under way', async () => {
		const { callBack, say, silence, clock } = suspend({ runs: ['a', 'b'] });
		await callBack(1, 'b');
		await clock.advance(10 * MINUTE);
		silence();
		await say('look');
		const { items } = await clock.run(say('end'), MINUTE);
		expect(statuses(items)).toEqual([
			['a', 'running'],
			['b', 'completed'],
		]);
	});

	it('gives out what is known when its time is up while a call to go on reads the runs', async () => {
		const { callBack, say, silence, clock } = suspend({ runs: ['a', 'b'] });
		await callBack(1, 'b');
		silence();
		const goesOn = say('resume');
		await clock.advance(0);
		void say('end');
		const { items } = await clock.run(goesOn, MINUTE);
		expect(statuses(items)).toEqual([
			['a', 'running'],
			['b', 'completed'],
		]);
	});

	it('takes a result that a callback tells while a round of looks is under way', async () => {
		const { callBack, say, silence, asked } = suspend({ runs: ['a'] });
		silence();
		await say('look');
		expect(statuses((await callBack(0, 'a')).items)).toEqual([['a', 'completed']]);
		expect(asked).toEqual(['a']);
	});

	it('looks again at a run whose end a callback told before the API did', async () => {
		const { callBack, say, api, asked, clock } = suspend({ runs: ['a', 'b'] });
		api.set('a', 'running');
		await callBack(0, 'a', WITHOUT_RESULT);
		expect(asked).toEqual(['a']);
		await say('look');
		await clock.advance(0);
		expect(asked).toEqual(['a', 'a']);
	});

	it('looks at a run whose end was told while the credential could not be read', async () => {
		const { callBack, say, api, asked, clock } = suspend({ runs: ['a', 'b', 'c'] });
		const ready = Promise.reject(new Error('The secret store is down'));
		expect(await callBack(0, 'a', {}, { ready })).toEqual({ status: 503, items: undefined });
		api.set('a', 'completed');
		await callBack(1, 'b');
		await say('look');
		await clock.advance(0);
		expect(asked).toEqual(['a']);
	});

	it('gives out the app of a run whose callback tells none', async () => {
		const { callBack } = suspend({ runs: ['a'] });
		const [item] = (await callBack(0, 'a')).items ?? [];
		expect(item?.json).toMatchObject({ app_id: 'uqzQLDr2Aw', app_name: 'Product Photo' });
	});

	it('tells in n8n’s log of a run that only a callback has told of', async () => {
		const { callBack, log, clock } = suspend({ runs: ['a'], queued: 1 });
		await callBack(1, 'b', START);
		await clock.advance(5 * SECOND);
		expect(log).toEqual(['Magnific: started runs item 1: b']);
	});

	it('goes on with a run of which only the URL of a later one tells, and tells of it in the log', async () => {
		const { callBack, api, log, wentOn, clock } = suspend({
			runs: ['a'],
			queued: 2,
			isEarly: true,
		});
		api.set('b', 'completed');
		await callBack(2, 'c', {}, { earlier: [{ itemIndex: 1, run_id: 'b' }] });
		await callBack(0, 'a');
		await clock.advance(5 * SECOND);
		expect(wentOn.map(statuses)).toEqual([['a', 'b', 'c'].map((run_id) => [run_id, 'completed'])]);
		expect(log).toEqual(['Magnific: started runs item 1: b, item 2: c']);
	});

	it('goes on with a run that only callbacks have told of, in the place of its item', async () => {
		const { callBack } = suspend({ runs: ['a'], queued: 1 });
		expect((await callBack(1, 'b')).items).toBeUndefined();
		expect(statuses((await callBack(0, 'a')).items)).toEqual([
			['a', 'completed'],
			['b', 'completed'],
		]);
	});

	it('gives out what it has, long before Max Wait, where the process that started its runs has died', async () => {
		const { callBack, wentOn, clock } = suspend({ runs: ['a'], queued: 1, isEarly: true });
		await callBack(0, 'a');
		await clock.advance(10 * MINUTE);
		const [items = []] = wentOn;
		expect(statuses(items.slice(0, 1))).toEqual([['a', 'completed']]);
		expect(items[1]?.json['error']).toMatch(/n8n ended before it had saved/);
	});
});
