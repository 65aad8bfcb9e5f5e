import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { sketchToRealism } from '../../emulator/apps/sketchToRealism';
import { systemClock } from '../../nodes/Magnific/api/clock';
import { withMetadata } from '../../nodes/Magnific/callbacks/metadata';
import { signatureOf } from '../../nodes/Magnific/callbacks/signature';
import { keepFilesIn } from './support/files';
import { localMagnific } from './support/localMagnific';
import { appRun, fields } from './support/parameters';
import { triggerNode, type Answered, type Call, type TriggerNode } from './support/triggerHarness';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const ALL_EVENTS = ['completed', 'completedWithErrors', 'failed', 'cancelled', 'started'];
const FORGED = {
	images: [{ id: 'forged', url: 'http://203.0.113.9/forged.png', tool: 'forged' }],
	videos: [],
	audios: [],
};

const textOf = (value: unknown): string => {
	if (typeof value !== 'string') throw new Error('A text was expected');
	return value;
};

/** What the API says of a run. */
type Known = IDataObject & { run_id: string };

/** A run that is over (or goes on for an hour) as the API tells it, and nobody was called about. */
const startRun = async (
	outcome: { status?: string; error_message?: string; duration_s?: number } = {},
): Promise<Known> => {
	await local.control.setOutcome({ duration_s: 1, times: 1, ...outcome });
	const { json } = await local.run(
		appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' }), { wait: 'none' }),
	);
	const run_id = textOf(json[0]?.['run_id']);
	const isGoing = (outcome.duration_s ?? 0) > 60;
	const { json: known } = await local.run({
		resource: 'run',
		operation: isGoing ? 'get' : 'wait',
		runId: run_id,
	});
	await local.control.clearRequests();
	return { ...known[0], run_id };
};

const finished = (run: Known, { result, ...rest }: IDataObject = {}): IDataObject => ({
	event: 'finished',
	run_id: run.run_id,
	app_id: posterFromText.sqid,
	status: 'completed',
	result: result ?? run['result'],
	...rest,
});

const apiSays = async (status: number, times = -1): Promise<void> => {
	await local.control.addFault({ route: 'get_run', times, fault: { kind: 'status', status } });
};

const looks = async (): Promise<number> => await local.count('get_run');

const startsNothing = (answer: Answered, status: number): void => {
	expect([answer.status, answer.items]).toEqual([status, undefined]);
};

const unsigned = (parameters: INodeParameters = {}): TriggerNode => {
	const node = triggerNode(local, parameters);
	node.setCredential({ webhookSecret: '' });
	return node;
};

describe('a trigger with a signing secret', () => {
	it('starts the workflow with what a signed callback says, and asks the API for nothing but the app', async () => {
		const run = await startRun();
		const { status, json } = await triggerNode(local).call({ body: finished(run) });
		expect(status).toBe(200);
		expect(json).toEqual([
			expect.objectContaining({
				event: 'completed',
				run_id: run.run_id,
				app_id: posterFromText.sqid,
				app_name: posterFromText.name,
				status: 'completed',
			}),
		]);
		expect(await looks()).toBe(0);
	});

	const now = (): number => Math.floor(systemClock.now() / 1000);

	it.each<[string, () => Call]>([
		['is signed with another secret', () => ({ secret: 'another' })],
		['is not signed', () => ({ secret: null })],
		['was signed an hour ago', () => ({ timestamp: String(now() - 3_600) })],
		['was signed an hour ahead', () => ({ timestamp: String(now() + 3_600) })],
		['is signed in ms an hour ago', () => ({ timestamp: String((now() - 3_600) * 1000) })],
		['has a signature of no version', () => ({ headers: { 'webhook-signature': 'AAAA' } })],
	])('starts nothing for a callback that %s', async (_, change) => {
		const run = await startRun();
		const node = triggerNode(local);
		startsNothing(await node.call({ body: finished(run), ...change() }), 401);
		expect(await local.requests('get_run')).toEqual([]);
		expect((await node.call({ body: finished(run) })).status).toBe(200);
	});

	it('takes the entry that fits, of whatever version', async () => {
		const run = await startRun();
		for (const shape of [
			(right: string) => `v2,${right}`,
			(right: string) => `v1,${Buffer.from('old').toString('base64')} v2,${right}`,
			(right: string) => `v12,${right} v1,AAAA`,
		]) {
			const node = triggerNode(local);
			const secret = textOf(local.credential['webhookSecret']);
			const timestamp = String(now());
			const body = JSON.stringify(finished(run));
			const right = signatureOf(secret, 'msg_1', timestamp, body).slice('v1,'.length);
			const headers = { 'webhook-signature': shape(right) };
			const answer = await node.call({ body, webhookId: 'msg_1', timestamp, headers });
			expect(answer.json).toMatchObject([{ event: 'completed' }]);
		}
	});

	it.each<[string, (run: Known) => IDataObject]>([
		['`finished` without a status', (run) => finished(run, { status: null })],
		['`finished` under `status`', (run) => finished(run, { status: 'finished' })],
		['an error message', (run) => finished(run, { error_message: 'Step 2 failed' })],
		['another status inside', (run) => finished(run, { data: { status: 'failed' } })],
		['no result', (run) => finished(run, { result: {} })],
		['an event that nobody knows', (run) => finished(run, { event: 'sealed', status: 'sealed' })],
		['no event at all', ({ run_id }) => ({ run_id })],
		['its id as `id`', ({ run_id }) => ({ id: run_id, type: 'run.finished' })],
		['a run as an object', ({ run_id }) => ({ type: 'flow.run.finished', run: { id: run_id } })],
		['a failure that has files', (run) => finished(run, { event: 'failed', status: 'failed' })],
	])('puts out what the API says where a signed callback has %s', async (_, bodyOf) => {
		const run = await startRun({ status: 'completed_with_errors', error_message: 'Step 2 failed' });
		const { json } = await triggerNode(local).call({ body: bodyOf(run) });
		expect(json).toMatchObject([
			{
				event: 'completedWithErrors',
				run_id: run.run_id,
				status: 'completed_with_errors',
				error_message: 'Step 2 failed',
			},
		]);
		expect(await looks()).toBe(1);
	});

	it('waits a little for the API to know of an end that it was told of', async () => {
		const run = await startRun();
		await local.control.addFault({
			route: 'get_run',
			times: 1,
			fault: { kind: 'wrong_shape', body: { data: { run_id: run.run_id, status: 'running' } } },
		});
		const { json } = await triggerNode(local).call({ body: finished(run, { status: null }) });
		expect(json).toMatchObject([{ event: 'completed' }]);
		expect(await looks()).toBe(2);
	});

	it('starts nothing for a run that goes on by the API, and asks to be called again', async () => {
		const run = await startRun({ duration_s: 3_600 });
		const node = triggerNode(local, { events: ALL_EVENTS });
		startsNothing(await node.call({ body: finished(run, { status: null, result: null }) }), 503);
		startsNothing(await node.call({ body: { run_id: run.run_id, event: 'progress' } }), 200);
	});

	it('takes a signed start at its word', async () => {
		const run = await startRun({ duration_s: 3_600 });
		const { json } = await triggerNode(local, { events: ['started'] }).call({
			body: { event: 'initialized', run_id: run.run_id, app_id: posterFromText.sqid },
		});
		expect(json).toEqual([
			{
				event: 'started',
				run_id: run.run_id,
				app_id: posterFromText.sqid,
				app_name: posterFromText.name,
				status: 'running',
			},
		]);
	});
});

describe('a trigger without a signing secret', () => {
	it('puts out what the API says, whatever the callback does', async () => {
		const run = await startRun();
		const { json } = await unsigned().call({
			body: finished(run, { result: FORGED, status: 'failed' }),
		});
		expect(json).toMatchObject([{ event: 'completed', status: 'completed' }]);
		expect(JSON.stringify(json)).not.toContain('forged');
	});

	it('starts nothing for an end that the API does not confirm, nor for a run that it does not know', async () => {
		const run = await startRun({ duration_s: 3_600 });
		const node = unsigned({ events: ALL_EVENTS });
		startsNothing(await node.call({ body: finished(run) }), 403);
		startsNothing(await node.call({ body: finished({ run_id: 'NoSuchRun1' }) }), 404);
		startsNothing(await node.call({ body: { run_id: run.run_id } }), 200);
	});

	it.each([
		[503, 503],
		[500, 503],
		[401, 503],
		[404, 404],
	])('answers, while the API says %i, %i and starts nothing', async (says, answers) => {
		const run = await startRun();
		await apiSays(says);
		const node = unsigned();
		startsNothing(await node.call({ body: finished(run) }), answers);
		await local.control.clearFaults();
		expect((await node.call({ body: finished(run) })).json).toMatchObject([{ event: 'completed' }]);
	});
});

describe('the filters of a trigger', () => {
	it.each([
		['completed', 'completed'],
		['completed_with_errors', 'completedWithErrors'],
		['failed', 'failed'],
		['cancelled', 'cancelled'],
	])(
		'let a run that is %s through where it listens for it, and nowhere else',
		async (status, name) => {
			const run = await startRun({ status });
			const body = finished(run, {
				status,
				event: status === 'failed' ? 'failed' : 'finished',
				result: run['result'] ?? null,
			});
			const others = ALL_EVENTS.filter((event) => event !== name);
			for (const own of [triggerNode, (_: unknown, given: INodeParameters) => unsigned(given)]) {
				startsNothing(await own(local, { events: others }).call({ body }), 200);
				const { json } = await own(local, { events: [name] }).call({ body });
				expect(json).toMatchObject([{ event: name, status }]);
			}
		},
	);

	it('take names as the API and the editor write them, also as a text of an expression', async () => {
		const run = await startRun({ status: 'completed_with_errors' });
		for (const events of [['completed_with_errors'], 'Failed, Completed With Errors']) {
			const { json } = await unsigned({ events }).call({ body: finished(run) });
			expect(json).toMatchObject([{ event: 'completedWithErrors' }]);
		}
	});

	it('that are none start nothing, and are named in the log', async () => {
		const run = await startRun();
		const apps = triggerNode(local, { apps: '={{ [7] }}' });
		startsNothing(await apps.call({ body: finished(run) }), 503);
		expect(apps.log).toEqual([expect.stringMatching(/“App Names or IDs” needs a list of texts/)]);
		const events = triggerNode(local, { events: ['done'] });
		startsNothing(await events.call({ body: finished(run) }), 503);
		expect(events.log).toEqual([expect.stringMatching(/“Events” has “done”, which is none/)]);
	});

	it('let runs of the chosen apps through only', async () => {
		const run = await startRun();
		for (const own of [triggerNode, (_: unknown, given: INodeParameters) => unsigned(given)]) {
			const other = own(local, { apps: [sketchToRealism.sqid] });
			startsNothing(await other.call({ body: finished(run) }), 200);
			for (const apps of [[posterFromText.sqid], posterFromText.sqid]) {
				expect((await own(local, { apps }).call({ body: finished(run) })).items).toHaveLength(1);
			}
		}
	});
});

describe('a trigger of own runs only', () => {
	const queryOf = (apiKey: string): Record<string, unknown> =>
		Object.fromEntries(
			new URL(
				withMetadata('https://n8n.example.com/', { order: '1' }, apiKey, posterFromText.sqid) ?? '',
			).searchParams,
		);

	it('starts for the metadata of its own key, and for no other run', async () => {
		const run = await startRun();
		const body = finished(run);
		const node = triggerNode(local, { options: { onlyOwn: 'TRUE' } });
		startsNothing(await node.call({ body }), 200);
		startsNothing(await node.call({ body, query: queryOf('another key') }), 200);
		startsNothing(await node.call({ body, query: { ...queryOf(local.apiKey), meta: 'e30' } }), 200);
		const own = await node.call({ body, query: queryOf(local.apiKey) });
		expect(own.json).toMatchObject([{ run_id: run.run_id, metadata: { order: '1' } }]);
		const any = await triggerNode(local).call({ body });
		expect(any.items).toHaveLength(1);
	});
});

describe('the app of a signed callback that does not name it', () => {
	const terse = (run: Known): IDataObject => finished(run, { app_id: null });
	const metadata = { order: '4711' };
	const queryOf = (given = metadata, appId = posterFromText.sqid): Record<string, unknown> =>
		Object.fromEntries(
			new URL(withMetadata('https://n8n.example.com/', given, local.apiKey, appId) ?? '')
				.searchParams,
		);

	it('is filled in by the API, for the output, the filter and the metadata', async () => {
		const run = await startRun();
		const node = triggerNode(local, { apps: [posterFromText.sqid] });
		const { json } = await node.call({ body: terse(run), query: queryOf() });
		expect(json).toMatchObject([
			{ app_id: posterFromText.sqid, app_name: posterFromText.name, metadata },
		]);
		expect(json?.[0]).not.toHaveProperty('metadata_dropped');
		const other = triggerNode(local, { apps: [sketchToRealism.sqid] });
		startsNothing(await other.call({ body: terse(run) }), 200);
	});

	it.each([
		['an end', {}],
		['an end, with a filter', { apps: [posterFromText.sqid] }],
		['a start', { events: ['started'] }],
	])('keeps %s from being lost while the API cannot be asked', async (_, parameters) => {
		const run = await startRun();
		const node = triggerNode(local, parameters);
		const body = 'events' in parameters ? { event: 'initialized', run_id: run.run_id } : terse(run);
		await apiSays(503);
		startsNothing(await node.call({ body, query: queryOf(), webhookId: 'msg_same' }), 503);
		await local.control.clearFaults();
		const again = await node.call({ body, query: queryOf(), webhookId: 'msg_same' });
		expect(again.json).toMatchObject([{ app_id: posterFromText.sqid, metadata }]);
	});

	it('may stay unknown where the API does not know the run: then metadata was not checked, not changed', async () => {
		const run = await startRun();
		await apiSays(404);
		const { json } = await triggerNode(local).call({ body: terse(run), query: queryOf() });
		expect(json).toMatchObject([{ event: 'completed', app_id: null }]);
		expect(json?.[0]).not.toHaveProperty('metadata');
		expect(json?.[0]?.['metadata_dropped']).toMatch(/could not be checked/);
		expect(json?.[0]?.['metadata_dropped']).not.toMatch(/changed/);
	});

	it('has metadata that comes back as it was given, or is dropped where it was changed, or is absent', async () => {
		const run = await startRun();
		const body = finished(run);
		const right = await triggerNode(local).call({ body, query: queryOf() });
		expect(right.json).toMatchObject([{ metadata }]);
		const { meta } = queryOf({ order: '4712' });
		const changed = await triggerNode(local).call({ body, query: { ...queryOf(), meta } });
		expect(changed.json?.[0]).not.toHaveProperty('metadata');
		expect(changed.json?.[0]?.['metadata_dropped']).toMatch(/changed on the way/);
		const moved = await triggerNode(local).call({
			body,
			query: queryOf(metadata, sketchToRealism.sqid),
		});
		expect(moved.json?.[0]).not.toHaveProperty('metadata');
		const absent = await triggerNode(local).call({ body });
		expect(Object.keys(absent.json?.[0] ?? {}).join()).not.toMatch(/metadata/);
	});
});

describe('a delivery that comes again', () => {
	it('starts nothing, known by its id or by its run and event', async () => {
		const [first, second] = [await startRun(), await startRun()];
		const node = triggerNode(local);
		const webhookId = 'msg_1';
		expect((await node.call({ body: finished(first), webhookId })).items).toHaveLength(1);
		startsNothing(await node.call({ body: finished(first), webhookId }), 200);
		startsNothing(await node.call({ body: finished(first) }), 200);
		startsNothing(await node.call({ body: finished(second), webhookId }), 200);
		expect((await node.call({ body: finished(second) })).items).toHaveLength(1);
		expect(node.staticData['deliveries']).toHaveLength(4);
	});

	it('starts nothing though both come at the same time', async () => {
		const run = await startRun();
		const node = unsigned();
		const answers = await Promise.all([1, 2, 3].map(() => node.call({ body: finished(run) })));
		expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
		expect(answers.filter(({ items }) => items !== undefined)).toHaveLength(1);
	});

	it('starts the workflow with Allow Duplicates', async () => {
		const run = await startRun();
		const node = triggerNode(local, { options: { allowDuplicates: true } });
		for (const webhookId of ['msg_1', 'msg_1']) {
			expect((await node.call({ body: finished(run), webhookId })).items).toHaveLength(1);
		}
	});

	it.each(['TRUE', 'yes', 1])('starts the workflow with Allow Duplicates as %j', async (given) => {
		const run = await startRun();
		const node = triggerNode(local, { options: { allowDuplicates: given } });
		for (const webhookId of ['msg_1', 'msg_1']) {
			expect((await node.call({ body: finished(run), webhookId })).items).toHaveLength(1);
		}
	});

	it('starts nothing with an Allow Duplicates that is neither true nor false', async () => {
		const run = await startRun();
		const node = triggerNode(local, { options: { allowDuplicates: 'perhaps' } });
		startsNothing(await node.call({ body: finished(run) }), 503);
	});

	it('starts the workflow where it was refused before, or not listened for', async () => {
		const run = await startRun();
		const node = triggerNode(local);
		const delivery = { body: finished(run), webhookId: 'msg_1' };
		startsNothing(await node.call({ ...delivery, secret: 'another' }), 401);
		node.setCredential(new Error('The secret store is down'));
		startsNothing(await node.call(delivery), 503);
		node.setCredential({});
		expect((await node.call(delivery)).items).toHaveLength(1);
	});

	it('starts a test of the editor each time', async () => {
		const run = await startRun();
		const node = triggerNode(local, {}, { mode: 'manual' });
		for (const webhookId of ['msg_1', 'msg_1']) {
			expect((await node.call({ body: finished(run), webhookId })).items).toHaveLength(1);
		}
	});
});

describe('the files of an event', () => {
	beforeAll(async () => {
		await keepFilesIn('disk');
	});

	it('come as one item each and as binary data where that is wanted', async () => {
		const run = await startRun();
		const options = { outputPer: 'file', downloadFiles: true, binaryField: 'poster' };
		const { items } = await triggerNode(local, { options }).call({ body: finished(run) });
		expect(items?.[0]?.json).toMatchObject({ event: 'completed', media_type: 'image', index: 0 });
		expect(items?.[0]?.binary?.['poster']?.mimeType).toMatch(/^image\//);
		const plain = await triggerNode(local).call({ body: finished(run) });
		expect(plain.items?.[0]).not.toHaveProperty('binary');
	});

	it('that cannot be had leave the event, which says so', async () => {
		const run = await startRun();
		await local.control.addFault({
			route: 'file',
			times: -1,
			fault: { kind: 'status', status: 404 },
		});
		const { json } = await triggerNode(local, { options: { downloadFiles: true } }).call({
			body: finished(run),
		});
		expect(json).toMatchObject([{ event: 'completed', result: run['result'] }]);
		expect(json?.[0]?.['files_missing']).toMatch(/404/);
	});
});

describe('a call that is no callback', () => {
	it.each<[string, unknown]>([
		['nothing', undefined],
		['an empty object', {}],
		['a list', [{ run_id: 'vCrK3Aa47y', event: 'finished' }]],
		['a text', 'finished'],
		['no run id', { event: 'finished', result: FORGED }],
		['over 1 MB', { run_id: 'vCrK3Aa47y', event: 'finished', padding: 'x'.repeat(1_000_000) }],
	])('with %s is answered 400 and costs the API nothing', async (_, body) => {
		for (const node of [triggerNode(local), unsigned()]) {
			startsNothing(await node.call({ body }), 400);
		}
		expect(await local.requests()).toEqual([]);
	});

	it('is a callback up to 1 MB', async () => {
		const run = await startRun();
		const { length } = JSON.stringify(finished(run, { padding: '' }));
		const body = finished(run, { padding: 'x'.repeat(1_000_000 - length) });
		expect((await triggerNode(local).call({ body })).items).toHaveLength(1);
	});
});

describe('a trigger that cannot take a callback', () => {
	it.each<[string, (node: TriggerNode) => void]>([
		[
			'its credential cannot be read',
			(node) => {
				node.setCredential(new Error('The secret store is down'));
			},
		],
		[
			'its base URL is none',
			(node) => {
				node.setCredential({ baseUrl: 'nowhere' });
			},
		],
	])('answers 503 and starts nothing while %s, and takes the next', async (_, breakIt) => {
		const run = await startRun();
		const node = triggerNode(local);
		breakIt(node);
		const call = { body: finished(run), secret: textOf(local.credential['webhookSecret']) };
		startsNothing(await node.call(call), 503);
		expect(node.log).toHaveLength(1);
		expect(node.log[0]).not.toMatch(/secret store is down/);
		node.setCredential({});
		expect((await node.call(call)).items).toHaveLength(1);
	});

	it('answers 503 where a parameter cannot be read', async () => {
		const run = await startRun();
		const node = triggerNode(local, { events: '={{ $("Nowhere").item.json.events }}' });
		startsNothing(await node.call({ body: finished(run) }), 503);
		expect(node.log).toHaveLength(1);
	});

	it('says in n8n’s log once why it refuses, and how many it refused when it takes one again', async () => {
		const [first, second] = [await startRun(), await startRun()];
		const node = triggerNode(local);
		for (let i = 0; i < 3; i += 1) await node.call({ body: finished(first), secret: 'old' });
		expect(node.log).toEqual([
			expect.stringMatching(
				/“Magnific Trigger” of the workflow “Results” refuses callbacks: their signature does not fit.*Webhook Signing Secret/,
			),
		]);
		const late = String(Math.floor(systemClock.now() / 1000) - 3_600);
		await node.call({ body: finished(first), timestamp: late });
		expect(node.log[1]).toMatch(/clock/);
		await node.call({ body: finished(first) });
		expect(node.log[2]).toMatch(/takes callbacks again; it refused 4 before/);
		await node.call({ body: finished(second) });
		expect(node.log).toHaveLength(3);
		await node.call({ body: finished(second), secret: 'old' });
		expect(node.log[3]).toMatch(/does not fit/);
	});
});
