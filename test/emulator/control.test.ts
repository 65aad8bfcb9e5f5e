import { controlClient, startEmulator, type Control, type Emulator } from '../../emulator';
import { APPS } from './support/apps';
import { call, field, items, runId, startRun } from './support/client';
import { startReceiver } from './support/receiver';

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startEmulator({
		timeScale: 1_000,
		requestsPerMinute: 5_000,
		settings: { status502Every: null },
	});
});
afterEach(() => emulator.control.reset());
afterAll(() => emulator.close());

describe.each<[string, () => Control]>([
	['in the same process', () => emulator.control],
	['over HTTP', () => controlClient(`${emulator.url}/`)],
])('the control, %s', (_where, control) => {
	it('tells all requests in their order, filtered as asked', async () => {
		const id = await runId(emulator, APPS.surpriseMe, {}, { family: 'apps' });
		await call(emulator, `/v1/ai/apps/runs/${id}`);
		await call(emulator, '/v1/ai/flows?search=x', { key: 'wrong' });
		await call(emulator, '/somewhere/else');
		const log = await control().requests();
		expect(log).toMatchObject([
			{
				seq: 1,
				method: 'POST',
				path: `/v1/ai/apps/${APPS.surpriseMe}/run`,
				route: 'run',
				family: 'apps',
				status: 202,
				app_id: APPS.surpriseMe,
				run_id: id,
				has_key: true,
				key_valid: true,
				body: { inputs: {} },
			},
			{ seq: 2, route: 'get_run', status: 200, run_id: id, app_id: APPS.surpriseMe },
			{
				seq: 3,
				route: 'list',
				family: 'flows',
				status: 401,
				query: { search: 'x' },
				key_valid: false,
			},
			{ seq: 4, route: 'unknown', family: null, status: 404 },
		]);
		expect(log[0]?.headers['x-magnific-api-key']).toBe('[redacted]');
		expect(JSON.stringify(log)).not.toContain(emulator.apiKey);
		expect(await control().requests({ route: 'get_run' })).toHaveLength(1);
		expect(await control().requests({ status: 404, method: 'get' })).toHaveLength(1);
		expect(await control().requests({ after: 2 })).toHaveLength(2);
		expect(await control().requests({ run_id: id, family: 'apps' })).toHaveLength(2);
		await control().clearRequests();
		expect(await control().requests()).toEqual([]);
	});

	it('tells all runs, with what they cost and how often they were looked at', async () => {
		const id = await runId(emulator, APPS.surpriseMe, {}, { webhook: 'http://127.0.0.1:9/' });
		await call(emulator, `/v1/ai/flows/runs/${id}`);
		await control().waitIdle();
		expect(await control().runs()).toMatchObject([
			{
				run_id: id,
				app_name: 'Surprise Me',
				family: 'flows',
				status: 'completed',
				credits: 2,
				webhook: 'http://127.0.0.1:9/',
				polls: 1,
			},
		]);
	});

	it('keeps a book of what was paid: each run that was started, with its inputs and item', async () => {
		const webhook = 'http://127.0.0.1:9/?item=3';
		const first = await runId(emulator, APPS.posterFromText, { headline: 'Hi' }, { webhook });
		await control().setOutcome({ status: 'failed' });
		const second = await runId(emulator, APPS.surpriseMe, {}, { family: 'apps' });
		await startRun(emulator, APPS.surpriseMe, { no: 'such input' });
		await control().waitIdle();
		expect(await control().charges()).toMatchObject([
			{
				seq: 1,
				run_id: first,
				app_name: 'Poster from Text',
				credits: 3,
				balance: 999_997,
				inputs: { headline: 'Hi' },
				item: '3',
			},
			{ seq: 2, run_id: second, app_id: APPS.surpriseMe, credits: 2, balance: 999_995, item: null },
		]);
		expect(await control().settings({})).toMatchObject({ credits: 999_995 });
		await control().reset();
		expect(await control().charges()).toEqual([]);
	});

	it('lets no run start that costs more than is left', async () => {
		await control().settings({ credits: 5 });
		const start = async (appId: string, inputs = {}): Promise<number> =>
			(await startRun(emulator, appId, inputs)).status;
		expect(await start(APPS.surpriseMe)).toBe(202);
		expect(await start(APPS.surpriseMe)).toBe(202);
		expect(await start(APPS.surpriseMe)).toBe(402);
		expect(await start(APPS.moodboard, { words: 'sea' })).toBe(202);
		await control().settings({ credits: 0 });
		expect(await start(APPS.moodboard, { words: 'sea' })).toBe(402);
		expect((await control().charges()).map(({ credits }) => credits)).toEqual([2, 2, 0]);
	});

	it('goes back to the start on reset', async () => {
		await control().addFault({ times: -1, fault: { kind: 'status', status: 500 } });
		await control().setOutcome({ times: -1, status: 'failed' });
		await control().settings({ plan: 'none', durations: { x: 1 } });
		await control().removeApp(APPS.surpriseMe);
		await control().reset();
		expect(await control().settings({})).toMatchObject({
			plan: 'enterprise',
			durations: {},
			timeScale: 1_000,
		});
		await runId(emulator, APPS.surpriseMe, {});
		await control().waitIdle();
		expect(await control().runs()).toMatchObject([{ status: 'completed' }]);
		expect(await control().apps()).toHaveLength(11);
	});

	it('takes back faults and outcomes', async () => {
		await control().addFault({ fault: { kind: 'status', status: 500 } });
		await control().setOutcome({ status: 'failed' });
		await control().clearFaults();
		await control().clearOutcomes();
		await runId(emulator, APPS.surpriseMe, {});
		await control().waitIdle();
		expect(await control().runs()).toMatchObject([{ status: 'completed' }]);
	});

	it('adds and removes apps, sets webhooks and delivers by hand', async () => {
		const receiver = await startReceiver();
		await control().addApp({ sqid: 'added12345', name: 'Added', total_cost: 7 });
		await control().webhooks({ eventField: 'type' });
		await control().deliver({ url: receiver.url, run_id: 'r' });
		expect(receiver.received.map(({ body }): unknown => JSON.parse(body))).toEqual([
			{ type: 'finished', run_id: 'r' },
		]);
		expect(await control().deliveries()).toMatchObject([{ run_id: 'r', status: 200 }]);
		const { body } = await call(emulator, '/v1/ai/apps?search=added');
		expect(items(field(body, 'data'))).toEqual([{ sqid: 'added12345', name: 'Added' }]);
		await control().removeApp('added12345');
		expect((await call(emulator, '/v1/ai/apps/added12345')).status).toBe(404);
		await receiver.close();
	});

	it('rejects what it does not understand', async () => {
		const wrong: unknown = { timeScale: -1 };
		await expect(control().settings(Object.assign({}, wrong))).rejects.toThrow(/timeScale/);
	});
});

it('keeps the control port and the status page out of the log, the limits and the faults', async () => {
	await emulator.control.addFault({ times: -1, fault: { kind: 'status', status: 500 } });
	expect((await call(emulator, '/control/runs', { key: null })).status).toBe(200);
	expect((await call(emulator, '/', { key: null })).status).toBe(200);
	expect(await emulator.control.requests()).toEqual([]);
});

it('shortens long texts in the log', async () => {
	await call(emulator, `/v1/ai/apps/${APPS.surpriseMe}/run`, {
		method: 'POST',
		json: { inputs: { long: 'A'.repeat(5_000) } },
	});
	const [entry] = await emulator.control.requests();
	expect(entry?.body).toEqual({ inputs: { long: `${'A'.repeat(100)}… (5000 characters)` } });
});

it('starts, and starts again on reset, with the settings that it was given', async () => {
	const kind = await startEmulator({ settings: { list: 'full', status502Every: null } });
	try {
		await kind.control.settings({ list: 'bare', status502Every: 7 });
		await kind.control.reset();
		expect(await kind.control.settings({})).toMatchObject({ list: 'full', status502Every: null });
	} finally {
		await kind.close();
	}
	await expect(startEmulator({ settings: { fileHours: -1 } })).rejects.toThrow(/fileHours/);
});
