import { z } from 'zod';
import { withMetadata } from '../../../nodes/Magnific/callbacks/metadata';
import { receive } from '../../../nodes/Magnific/trigger/receive';
import { triggerContext, type GivenTrigger, type TriggerAnswer } from '../support/triggerContext';

const mockTime = { now: 1_800_000_000_000, slept: [] as number[] };

jest.mock('../../../nodes/Magnific/api/clock', () => ({
	systemClock: {
		now: () => mockTime.now,
		sleep: async (ms: number) => {
			mockTime.slept.push(ms);
			mockTime.now += ms;
			await Promise.resolve();
		},
	},
}));

const APP = 'uqzQLDr2Aw';
const ASKED_FOR_RUN = 'runs/';
const FILE = { url: 'https://files.example/1.png' };
const RESULT = { images: [FILE], videos: [], audios: [] };

let nth = 0;
let runId = '';
let appId = '';

beforeEach(() => {
	nth += 1;
	runId = `vCrK3Aa${String(nth)}`;
	// What is known of an app is kept over triggers.
	appId = `${APP}${String(nth)}`;
	mockTime.slept = [];
});

const finished = (own: object = {}) => ({
	event: 'finished',
	run_id: runId,
	app_id: appId,
	status: 'completed',
	result: RESULT,
	...own,
});

/** A run as the API tells it. */
const run = (status: string, own: object = {}) => ({
	data: { run_id: runId, status, app_id: appId, result: RESULT, ...own },
});

const appAnswer = () => ({ data: { sqid: appId, name: 'Poster', inputs: [] } });

/** A trigger of a workflow of its own: what came before is remembered by workflow. */
const trigger = ({ parameters, ...given }: GivenTrigger = {}) =>
	triggerContext(receive, () => mockTime.now, {
		workflowId: `workflow ${String(nth)} ${String(Math.random())}`,
		parameters: { events: ['completed', 'completedWithErrors', 'failed'], ...parameters },
		...given,
	});

const looks = (asked: string[]): number =>
	asked.filter((path) => path.startsWith(ASKED_FOR_RUN)).length;

const nothing = (status: number, message: string): TriggerAnswer => ({
	status,
	message,
	json: undefined,
});

const NOT_LISTENED = 'This trigger does not listen for this event';

describe('a callback whose signature is right', () => {
	it('starts the workflow with what it says: the API is asked for the app’s name alone', async () => {
		const { call, asked } = trigger({ app: appAnswer() });
		expect(await call({ body: finished() })).toEqual({
			status: 200,
			message: 'Thank you',
			json: [
				expect.objectContaining({
					run_id: runId,
					app_id: appId,
					app_name: 'Poster',
					status: 'completed',
					event: 'completed',
				}),
			],
		});
		expect(asked).toEqual([appId]);
	});

	it('comes from an app whose name is asked for once in ten minutes', async () => {
		const { call, asked } = trigger({ app: appAnswer() });
		const again = async (): Promise<void> => {
			runId += 'x';
			await call({ body: finished(), deliveryId: runId });
		};
		await again();
		mockTime.now += 10 * 60_000 - 1;
		await again();
		expect(asked.length).toBe(1);
		mockTime.now += 1;
		await again();
		expect(asked.length).toBe(2);
	});

	it('starts it also where the app cannot be read, which is then asked for again', async () => {
		const { call, asked } = trigger();
		const { json } = await call({ body: finished() });
		expect(json).toEqual([expect.objectContaining({ app_id: appId, app_name: null })]);
		const before = asked.length;
		runId += 'x';
		await call({ body: finished(), deliveryId: 'another' });
		expect(asked.length).toBeGreaterThan(before);
	});

	it('tells of a start, and nobody looks at the run', async () => {
		const { call, asked } = trigger({ app: appAnswer(), parameters: { events: ['started'] } });
		const body = { event: 'started', run_id: runId, app_id: appId };
		expect((await call({ body })).json).toEqual([
			{ run_id: runId, app_id: appId, app_name: 'Poster', status: 'running', event: 'started' },
		]);
		expect(looks(asked)).toBe(0);
	});

	it('tells of a start by an app that nobody knows', async () => {
		const { call } = trigger({ parameters: { events: ['started'] } });
		expect((await call({ body: { event: 'started', run_id: runId } })).json).toEqual([
			{
				run_id: runId,
				app_id: null,
				app_name: null,
				status: 'running',
				event: 'started',
			},
		]);
	});
});

describe('an end that a callback tells in part', () => {
	const ended = () => ({ event: 'finished', run_id: runId, app_id: appId });

	it('is read from the API, which is given a little time to know of it', async () => {
		const { call, asked } = trigger({
			looks: [run('processing'), run('processing'), run('failed', { error_message: 'No.' })],
		});
		const { status, json } = await call({ body: ended() });
		expect([status, json]).toEqual([
			200,
			[expect.objectContaining({ event: 'failed', status: 'failed', error_message: 'No.' })],
		]);
		expect([looks(asked), mockTime.slept]).toEqual([3, [2_000, 4_000]]);
	});

	it('starts nothing where the API does not confirm it, and asks to be told again', async () => {
		const { call, log, asked } = trigger({ looks: [run('processing')] });
		expect(await call({ body: ended() })).toEqual(
			nothing(503, 'The API does not confirm this event yet'),
		);
		expect(looks(asked)).toBe(3);
		expect(log).toEqual([expect.stringContaining('could not be asked about a run')]);
	});

	it.each<[number, number, string]>([
		[404, 404, 'There is no such run'],
		[403, 403, 'The API does not let this key see the run'],
		[500, 503, 'The run could not be read from the API'],
		[401, 503, 'The run could not be read from the API'],
	])('is answered, where the API says %i, by %i', async (says, status, message) => {
		const { call } = trigger({ looks: [says] });
		expect(await call({ body: ended() })).toEqual(nothing(status, message));
	});

	it('is asked about three times at most while something passing is in the way', async () => {
		const { call, asked } = trigger({ looks: [500] });
		await call({ body: ended() });
		expect(looks(asked)).toBe(3);
	});

	it('of a status that this version does not know is no event yet', async () => {
		const { call } = trigger({ looks: [run('paused')] });
		expect((await call({ body: ended() })).status).toBe(503);
	});
});

describe('the app of a callback that does not name it', () => {
	const appless = () => finished({ app_id: undefined });

	it('is filled in by the API, for the output and for the filter', async () => {
		const { call } = trigger({
			app: appAnswer(),
			looks: [run('completed')],
			parameters: { apps: [appId] },
		});
		expect((await call({ body: appless() })).json).toEqual([
			expect.objectContaining({ app_id: appId, app_name: 'Poster' }),
		]);
	});

	it('is waited for while the API cannot be asked, and stays unknown where it has none to tell', async () => {
		const down = trigger({ looks: [500] });
		expect((await down.call({ body: appless() })).status).toBe(503);
		const gone = trigger({ looks: [404] });
		const { status, json } = await gone.call({ body: appless() });
		expect([status, json]).toEqual([
			200,
			[expect.objectContaining({ run_id: runId, app_id: null, app_name: null })],
		]);
		const filtered = trigger({ looks: [404], parameters: { apps: [appId] } });
		expect(await filtered.call({ body: appless() })).toEqual(
			nothing(200, 'This trigger does not listen for this app'),
		);
	});
});

describe('a trigger whose credential has no secret', () => {
	const unsigned = (given: GivenTrigger) => trigger({ secret: '', ...given });

	it('puts out what the API says, whatever the callback does', async () => {
		const { call } = unsigned({ app: appAnswer(), looks: [run('failed')] });
		expect((await call({ body: finished() })).json).toEqual([
			expect.objectContaining({ event: 'failed', status: 'failed' }),
		]);
	});

	it('starts nothing for an end that the API does not confirm, and does not wait for it', async () => {
		const { call, asked, log } = unsigned({ looks: [run('processing')] });
		expect(await call({ body: finished() })).toEqual(
			nothing(403, 'The API does not confirm this event'),
		);
		expect([looks(asked), mockTime.slept, log]).toEqual([1, [], []]);
	});

	it('takes a start where the run is there, though it may be over by now', async () => {
		const { call } = unsigned({
			looks: [run('completed')],
			parameters: { events: ['started'] },
		});
		const body = { event: 'started', run_id: runId };
		expect((await call({ body })).json).toEqual([
			expect.objectContaining({ event: 'started', status: 'running', app_id: appId }),
		]);
	});
});

describe('a callback that says nothing that is known', () => {
	it('starts the workflow where the API says that its run is over', async () => {
		const { call } = trigger({ looks: [run('completed')] });
		expect((await call({ body: { run_id: runId } })).json).toEqual([
			expect.objectContaining({ event: 'completed' }),
		]);
	});

	it('starts nothing while the run goes on, and nobody waits for it', async () => {
		const { call, asked } = trigger({ looks: [run('processing')] });
		expect(await call({ body: { run_id: runId, event: 'progress' } })).toEqual(
			nothing(200, 'The run goes on'),
		);
		expect([looks(asked), mockTime.slept]).toEqual([1, []]);
	});

	it('is none without the id of a run', async () => {
		expect(await trigger().call({ body: { event: 'finished' } })).toEqual(
			nothing(400, 'There is no run id in it'),
		);
	});

	it('is not read where it is over 1 MB', async () => {
		const { status, message } = await trigger().call({
			body: finished({ x: 'x'.repeat(1_000_001) }),
		});
		expect([status, message]).toEqual([400, 'The body is over 1 MB']);
	});
});

describe('the filters of a trigger', () => {
	it.each([
		['completed', 'completed'],
		['completed_with_errors', 'completedWithErrors'],
		['failed', 'failed'],
		['cancelled', 'cancelled'],
	])('let %s through where “%s” is chosen, and nothing else', async (status, event) => {
		const made = status.startsWith('completed') ? RESULT : null;
		const body = finished({ status, event: status, result: made });
		const chosen = trigger({ parameters: { events: [event] } });
		expect((await chosen.call({ body })).json).toEqual([expect.objectContaining({ event })]);
		const events = ['completed', 'completedWithErrors', 'failed', 'cancelled'].filter(
			(name) => name !== event,
		);
		const others = trigger({ parameters: { events } });
		expect(await others.call({ body })).toEqual(nothing(200, NOT_LISTENED));
	});

	it('let nothing through where no event is chosen', async () => {
		const { call } = trigger({ parameters: { events: undefined } });
		expect(await call({ body: finished() })).toEqual(nothing(200, NOT_LISTENED));
	});

	it('let runs of the chosen apps through, of any where none is', async () => {
		const other = trigger({ parameters: { apps: ['another1'] } });
		expect(await other.call({ body: finished() })).toEqual(
			nothing(200, 'This trigger does not listen for this app'),
		);
		const both = trigger({ parameters: { apps: ['another1', appId] } });
		expect((await both.call({ body: finished() })).json).toHaveLength(1);
	});

	it('take with Only Own Runs what came with metadata of the same key', async () => {
		const parameters = { options: { onlyOwn: true } };
		const url = withMetadata('https://n8n.example/hook', { sku: 'A' }, 'key', appId) ?? '';
		const query = Object.fromEntries(new URL(url).searchParams);
		const own = trigger({ parameters, query });
		expect((await own.call({ body: finished() })).json).toEqual([
			expect.objectContaining({ metadata: { sku: 'A' } }),
		]);
		const foreign = nothing(200, 'This trigger takes only runs that its own node started');
		for (const bad of [{}, 'no query', { ...query, meta_sig: 'x' }]) {
			expect(await trigger({ parameters, query: bad }).call({ body: finished() })).toEqual(foreign);
		}
	});
});

describe('the metadata in a callback’s URL', () => {
	const metadataSchema = z.object({ metadata: z.unknown(), metadata_dropped: z.unknown() });
	const metaOf = async (query: unknown, body: object): Promise<unknown> => {
		const { json } = await trigger({ query }).call({ body });
		const [first] = json ?? [];
		const { metadata, metadata_dropped: dropped } = metadataSchema.parse(first ?? {});
		return metadata ?? dropped;
	};

	it('is left out where it was changed, or where nobody knows of which app the run is', async () => {
		const url = withMetadata('https://n8n.example/hook', { sku: 'A' }, 'key', appId) ?? '';
		const query = Object.fromEntries(new URL(url).searchParams);
		expect(await metaOf(query, finished())).toEqual({ sku: 'A' });
		runId += 'a';
		expect(await metaOf({}, finished())).toBeUndefined();
		runId += 'b';
		expect(await metaOf({ ...query, meta: 'e30' }, finished())).toMatch(/was changed on the way/);
		runId += 'c';
		expect(await metaOf(query, finished({ app_id: undefined }))).toMatch(/could not be checked/);
	});
});

describe('a delivery that comes again', () => {
	it('starts nothing, known by its run and event or by its own id', async () => {
		const { call, staticData } = trigger();
		expect((await call({ body: finished(), deliveryId: 'a' })).status).toBe(200);
		const before = nothing(200, 'This event was received before');
		expect(await call({ body: finished(), deliveryId: 'b' })).toEqual(before);
		runId += 'x';
		expect(await call({ body: finished(), deliveryId: 'a' })).toEqual(before);
		expect((await call({ body: finished(), deliveryId: 'c' })).json).toHaveLength(1);
		expect(staticData['deliveries']).toEqual(
			expect.arrayContaining(['delivery a', `run ${runId}:completed`]),
		);
	});

	it('is another one where its event is', async () => {
		const { call } = trigger({ parameters: { events: ['started', 'completed'] } });
		const started = { event: 'started', run_id: runId, app_id: appId };
		expect((await call({ body: started, deliveryId: 'a' })).json).toHaveLength(1);
		expect((await call({ body: finished(), deliveryId: 'b' })).json).toHaveLength(1);
	});

	it('starts the workflow with Allow Duplicates, and in a test of the editor', async () => {
		const allowing = trigger({ parameters: { options: { allowDuplicates: 'yes' } } });
		const testing = trigger({ mode: 'manual' });
		for (const { call } of [allowing, testing]) {
			expect((await call({ body: finished() })).json).toHaveLength(1);
			expect((await call({ body: finished() })).json).toHaveLength(1);
		}
		expect([allowing.staticData, testing.staticData]).toEqual([{}, {}]);
	});

	it('without an id of its own is known by its run alone', async () => {
		const { call, staticData } = trigger({ secret: '', looks: [run('completed')] });
		await call({ body: finished(), deliveryId: '' });
		expect(staticData['deliveries']).toEqual([`run ${runId}:completed`]);
	});

	it('is not known by one that was not listened for', async () => {
		const staticData = {};
		const workflowId = `workflow ${runId}`;
		const deaf = trigger({ workflowId, staticData, parameters: { events: ['failed'] } });
		await deaf.call({ body: finished() });
		const { call } = trigger({ workflowId, staticData });
		expect((await call({ body: finished() })).json).toHaveLength(1);
	});
});

describe('the files of an event', () => {
	it('that cannot be had leave the event, which says so', async () => {
		const { call } = trigger({ parameters: { options: { downloadFiles: true } } });
		expect((await call({ body: finished() })).json).toEqual([
			expect.objectContaining({
				event: 'completed',
				run_id: runId,
				files_missing: expect.any(String) as string,
			}),
		]);
	});

	it('are items of their own where that is wanted, each with the event', async () => {
		const { call } = trigger({ parameters: { options: { outputPer: 'file' } } });
		expect((await call({ body: finished() })).json).toEqual([
			expect.objectContaining({ url: FILE.url, event: 'completed' }),
		]);
	});
});

describe('a callback that is refused', () => {
	it.each([
		['missing', { secret: null }, /carry no signature.*clear the Webhook Signing Secret/],
		['wrong', { secret: 'another' }, /does not fit/],
		['stale', { signedAt: mockTime.now - 301_000 }, /five minutes.*clock/],
	])('for its signature is %s says so once in n8n’s log', async (verdict, how, why) => {
		mockTime.now = 1_800_000_000_000;
		const { call, log } = trigger();
		const refused = nothing(401, `The signature is ${verdict}`);
		expect(await call({ body: finished(), ...how })).toEqual(refused);
		expect(await call({ body: finished(), ...how })).toEqual(refused);
		expect(log).toEqual([expect.stringMatching(why)]);
		expect(log[0]).toMatch(/^“Magnific Trigger” of the workflow “Results” refuses callbacks: /);
	});

	it('is counted, and told when one is taken again', async () => {
		const { call, log } = trigger();
		await call({ body: finished(), secret: 'another' });
		await call({ body: finished(), secret: 'another' });
		await call({ body: finished() });
		expect(log[1]).toMatch(/takes callbacks again; it refused 2 before/);
		runId += 'x';
		await call({ body: finished(), deliveryId: 'next' });
		expect(log).toHaveLength(2);
	});

	it('for the credential cannot be read is not lost, and quotes nothing of what n8n says', async () => {
		const { call, log } = trigger({ unreadable: new Error('vault said key-of-somebody') });
		expect(await call({ body: finished() })).toEqual(
			nothing(503, 'The trigger cannot take it at the moment'),
		);
		expect(log[0]).toMatch(/its credential or its parameters cannot be read/);
		expect(log[0]).not.toContain('key-of-somebody');
	});

	it('for a parameter of the trigger is wrong names it in the log', async () => {
		const { call, log } = trigger({ parameters: { events: ['done'] } });
		expect((await call({ body: finished() })).status).toBe(503);
		expect(log[0]).toMatch(/“Events” has “done”, which is none. It can have completed/);
	});
});
