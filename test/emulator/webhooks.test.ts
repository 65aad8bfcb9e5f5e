import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import {
	FORGERIES,
	startEmulator,
	type Emulator,
	type Forgery,
	type WebhookPatch,
} from '../../emulator';
import { APPS } from './support/apps';
import { call, record, runId, runStatus } from './support/client';
import { matching } from './support/expecting';
import { startReceiver, type Received, type Receiver } from './support/receiver';

let emulator: Emulator;
let receiver: Receiver;

beforeAll(async () => {
	emulator = await startEmulator({
		timeScale: 1_000,
		requestsPerMinute: 100_000,
		settings: { status502Every: null },
	});
	receiver = await startReceiver();
});
afterEach(async () => {
	await emulator.control.reset();
	receiver.received.length = 0;
	receiver.answer.status = 200;
});
afterAll(async () => {
	await emulator.close();
	await receiver.close();
});

/** Starts a run that is told to the receiver and waits for all its callbacks. */
async function runWithCallback(appId: string = APPS.surpriseMe): Promise<string> {
	const id = await runId(emulator, appId, {}, { webhook: `${receiver.url}/hook?item=0` });
	await emulator.control.waitIdle();
	return id;
}

function payloads(): Record<string, unknown>[] {
	return receiver.received.map(({ body }) => record(JSON.parse(body)));
}

/** Whether the reference implementation of Standard Webhooks believes a callback. */
function isBelieved({ body, headers }: Received, secret = emulator.webhookSecret): boolean {
	const webhook = secret.startsWith('whsec_')
		? new Webhook(secret)
		: new Webhook(secret, { format: 'raw' });
	const flat = Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]),
	);
	try {
		webhook.verify(body, flat);
		return true;
	} catch {
		return false;
	}
}

it('tells the start and the end of a run, with the result as the status answer has it', async () => {
	const id = await runWithCallback();
	const [first, last] = payloads();
	const status = await runStatus(emulator, id);
	expect(receiver.received.map(({ path }) => path)).toEqual(['/hook?item=0', '/hook?item=0']);
	expect(first).toMatchObject({ event: 'initialized', run_id: id, status: 'running' });
	expect(first).not.toHaveProperty('result');
	expect(last).toEqual({ event: 'finished', ...status });
});

it('tells a failure, a cancellation and a partial result by the event that they have', async () => {
	await runWithCallback(APPS.brokenPipeline);
	await emulator.control.setOutcome({ status: 'cancelled' });
	await runWithCallback();
	await emulator.control.setOutcome({ status: 'completed_with_errors' });
	await runWithCallback();
	const ends = payloads().filter(({ event }) => event !== 'initialized');
	expect(ends.map(({ event, status }) => [event, status])).toEqual([
		['failed', 'failed'],
		['failed', 'cancelled'],
		['finished', 'completed_with_errors'],
	]);
});

it('sends nothing for a run without webhook', async () => {
	await runId(emulator, APPS.surpriseMe, {});
	await emulator.control.waitIdle();
	expect(receiver.received).toEqual([]);
	expect(await emulator.control.deliveries()).toEqual([]);
});

it('signs as Standard Webhooks has it, with an id of its own for each delivery', async () => {
	await runWithCallback();
	expect(receiver.received.map((callback) => isBelieved(callback))).toEqual([true, true]);
	expect(isBelieved(receiver.received[0] ?? never(), 'another secret')).toBe(false);
	const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
	expect(new Set(ids).size).toBe(2);
});

/** The entries of a callback's signature, by the version of the secret that they name. */
function entriesOf({ headers }: Received): Record<string, string> {
	const entries = String(headers['webhook-signature']).split(' ');
	return Object.fromEntries(
		entries.map((entry): [string, string] => {
			const [version = '', signature = ''] = entry.split(',');
			return [version, signature];
		}),
	);
}

function hmac(key: Buffer, { headers, body }: Received): string {
	const content = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.');
	return createHmac('sha256', key).update(content).digest('base64');
}

it('names the version of each secret: two while one is rotated, the new one alone after that', async () => {
	const [old, fresh] = [emulator.webhookSecret, 'the secret that comes after it'];
	await emulator.control.webhooks({ secrets: [old, fresh] });
	await runWithCallback();
	await emulator.control.webhooks({ secrets: [fresh], secretVersion: 2 });
	await runWithCallback();
	const [during, , after] = receiver.received;
	if (during === undefined || after === undefined) throw new Error('no callback came');
	expect(entriesOf(during)).toEqual({
		v1: hmac(Buffer.from(old), during),
		v2: hmac(Buffer.from(fresh), during),
	});
	expect(entriesOf(after)).toEqual({ v2: hmac(Buffer.from(fresh), after) });
});

it('signs with whsec_ secrets, with the bytes that a secret stands for, or not at all', async () => {
	const bytes = Buffer.from('another secret of some length');
	await emulator.control.webhooks({ secrets: [`whsec_${bytes.toString('base64')}`] });
	await runWithCallback();
	await emulator.control.webhooks({
		secrets: [bytes.toString('base64')],
		secretEncoding: 'base64',
	});
	await runWithCallback();
	expect(receiver.received).toHaveLength(4);
	for (const callback of receiver.received) {
		expect(entriesOf(callback)).toEqual({ v1: hmac(bytes, callback) });
	}
	await emulator.control.webhooks({ secrets: [] });
	await runWithCallback();
	expect(receiver.received.at(-1)?.headers).not.toHaveProperty('webhook-signature');
});

it.each([
	['seconds', /^\d{10}$/],
	['milliseconds', /^\d{13}$/],
	['iso', /^\d{4}-\d{2}-\d{2}T.*Z$/],
] as const)('tells the time in %s, and signs what it tells', async (timestampUnit, form) => {
	await emulator.control.webhooks({ timestampUnit });
	await runWithCallback();
	for (const callback of receiver.received) {
		expect(String(callback.headers['webhook-timestamp'])).toMatch(form);
		const key = Buffer.from(emulator.webhookSecret);
		expect(entriesOf(callback)).toEqual({ v1: hmac(key, callback) });
	}
});

it.each<[WebhookPatch, object]>([
	[{ envelope: 'data' }, { data: { event: 'finished', run_id: 'ID', status: 'completed' } }],
	[{ idField: 'workflow_run_identifier' }, { workflow_run_identifier: 'ID' }],
	[
		{ idField: 'workflowRunIdentifier', eventField: 'type' },
		{ type: 'finished', workflowRunIdentifier: 'ID' },
	],
	[{ eventField: 'status' }, { status: 'finished', run_id: 'ID' }],
])('sends other likely envelopes: %j', async (patch, expected) => {
	await emulator.control.webhooks(patch);
	const id = await runWithCallback();
	const sent: unknown = JSON.parse(receiver.received.at(-1)?.body.replaceAll(id, 'ID') ?? '');
	expect(sent).toMatchObject(expected);
});

it('can leave the result out', async () => {
	await emulator.control.webhooks({ includeResult: false });
	await runWithCallback();
	expect(payloads().at(-1)).not.toHaveProperty('result');
});

it('drops callbacks, all or by event, and says so', async () => {
	await emulator.control.webhooks({ rules: [{ event: 'finished', fault: { kind: 'drop' } }] });
	await runWithCallback();
	expect(payloads().map(({ event }) => event)).toEqual(['initialized']);
	const records = await emulator.control.deliveries();
	expect(records.map(({ event, status, error }) => [event, status, error])).toEqual([
		['initialized', 200, undefined],
		['finished', 0, 'dropped'],
	]);
});

it('duplicates callbacks with the same id, or with new ones', async () => {
	await emulator.control.webhooks({
		rules: [
			{ event: 'finished', times: 1, fault: { kind: 'duplicate', copies: 2 } },
			{ event: 'initialized', fault: { kind: 'duplicate', same_id: false } },
		],
	});
	await runWithCallback();
	const seen = receiver.received.map(({ headers, body }, index) => ({
		id: headers['webhook-id'],
		body,
		event: payloads()[index]?.event,
	}));
	const ends = seen.filter(({ event }) => event === 'finished');
	const starts = seen.filter(({ event }) => event === 'initialized');
	expect([ends.length, new Set(ends.map(({ id }) => id)).size]).toEqual([3, 1]);
	expect([starts.length, new Set(starts.map(({ id }) => id)).size]).toEqual([2, 2]);
	expect(new Set(ends.map(({ body }) => body)).size).toBe(1);
});

it('delays callbacks', async () => {
	await emulator.control.webhooks({
		rules: [{ event: 'finished', fault: { kind: 'delay', ms: 200, max_ms: 300 } }],
	});
	await runWithCallback();
	const [run] = await emulator.control.runs();
	const last = (await emulator.control.deliveries()).at(-1);
	expect((last?.at ?? 0) - (run?.settled_at ?? 0)).toBeGreaterThanOrEqual(195);
});

it('reorders callbacks of several runs and loses none', async () => {
	await emulator.control.settings({
		durations: { [APPS.brokenPipeline]: [20, 60, 100, 140, 180] },
	});
	await emulator.control.webhooks({
		rules: [{ event: 'failed', fault: { kind: 'reorder', window: 5 } }],
	});
	const ids: string[] = [];
	for (let item = 0; item < 5; item += 1) {
		ids.push(await runId(emulator, APPS.brokenPipeline, {}, { webhook: receiver.url }));
	}
	await emulator.control.waitIdle();
	const order = payloads()
		.filter(({ event }) => event === 'failed')
		.map((payload) => ids.indexOf(String(payload.run_id)));
	expect(order).not.toEqual([0, 1, 2, 3, 4]);
	expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
});

it('sends what was held back for reordering when no more comes', async () => {
	await emulator.control.webhooks({
		rules: [{ event: 'finished', fault: { kind: 'reorder', window: 50, max_wait_ms: 100 } }],
	});
	await runWithCallback();
	expect(payloads().map(({ event }) => event)).toEqual(['initialized', 'finished']);
});

it('sends again what was refused, as often as told, with the same id', async () => {
	receiver.answer.status = 409;
	await emulator.control.webhooks({
		retries: 2,
		retryDelayMs: 10,
		rules: [{ event: 'initialized', fault: { kind: 'drop' } }],
	});
	await runWithCallback();
	const records = await emulator.control.deliveries();
	expect(records.map(({ attempt, status }) => [attempt, status])).toEqual([
		[1, 0],
		[1, 409],
		[2, 409],
		[3, 409],
	]);
	expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

it('lives with a receiver that is not there', async () => {
	await runId(emulator, APPS.surpriseMe, {}, { webhook: 'http://127.0.0.1:9/gone' });
	await emulator.control.waitIdle();
	const records = await emulator.control.deliveries();
	expect(records).toHaveLength(2);
	for (const { status, error } of records) expect([status, typeof error]).toEqual([0, 'string']);
});

describe('forged callbacks', () => {
	const believable: Forgery[] = [
		'several_signatures',
		'upper_case_headers',
		'unknown_run',
		'no_run_id',
		'body_empty',
		'body_not_json',
		'body_array',
		'body_huge',
		'other_result',
	];

	it.each(FORGERIES)(
		'%s is believed by the reference implementation only if it should be',
		async (how) => {
			const id = await runId(emulator, APPS.surpriseMe, {}, { webhook: receiver.url });
			await emulator.control.waitIdle();
			receiver.received.length = 0;
			const delivery = await emulator.control.deliver({ run_id: id, how });
			const callback = receiver.received[0] ?? never();
			expect(delivery).toMatchObject({ status: 200, body: 'taken', faults: ['by hand', how] });
			const isBodyFit = how !== 'body_empty' && how !== 'body_not_json';
			if (isBodyFit) expect(isBelieved(callback)).toBe(believable.includes(how));
		},
	);

	it('have the form that their names say', async () => {
		const id = await runId(emulator, APPS.surpriseMe, {}, { webhook: receiver.url });
		await emulator.control.waitIdle();
		const sent = async (how: Forgery): Promise<Received> => {
			receiver.received.length = 0;
			await emulator.control.deliver({ run_id: id, how });
			return receiver.received[0] ?? never();
		};
		expect((await sent('body_empty')).body).toBe('');
		expect((await sent('body_huge')).body.length).toBeGreaterThan(1_048_576);
		expect((await sent('unknown_run')).body).not.toContain(id);
		expect(JSON.parse((await sent('no_run_id')).body)).not.toHaveProperty('run_id');
		expect((await sent('body_array')).body).toMatch(/^\[\{.*\}\]$/s);
		expect((await sent('other_result')).body).toContain('203.0.113.9');
		expect((await sent('upper_case_headers')).rawHeaders).toContain('WEBHOOK-SIGNATURE');
		const repeated = (await sent('repeated_headers')).rawHeaders;
		expect(repeated.filter((name) => name === 'webhook-signature')).toHaveLength(2);
		const several = (await sent('several_signatures')).headers['webhook-signature'];
		expect(String(several).split(' ')).toHaveLength(3);
		for (const header of ['id', 'timestamp', 'signature']) {
			expect((await sent('no_signature')).headers).not.toHaveProperty(`webhook-${header}`);
		}
	});

	it('can be made of the runs themselves, several ways at once', async () => {
		await emulator.control.webhooks({
			rules: [
				{ event: 'finished', fault: { kind: 'forge', how: ['other_result', 'bad_signature'] } },
			],
		});
		await runWithCallback();
		const forged = receiver.received.at(-1) ?? never();
		expect(forged.body).toContain('203.0.113.9');
		expect(isBelieved(forged)).toBe(false);
		const records = await emulator.control.deliveries();
		expect(records.at(-1)?.faults).toEqual(['other_result', 'bad_signature']);
	});

	it('can be written by hand to the last byte', async () => {
		const delivery = await emulator.control.deliver({
			url: `${receiver.url}/by-hand`,
			method: 'PUT',
			body: '{"event":"finished","run_id":"x"}',
			headers: { 'Content-Type': 'text/plain', 'Webhook-Id': 'mine' },
			timestamp: 12,
			secrets: [],
		});
		expect(delivery.status).toBe(200);
		expect(receiver.received).toMatchObject([
			{
				path: '/by-hand',
				body: '{"event":"finished","run_id":"x"}',
				headers: { 'content-type': 'text/plain', 'webhook-id': 'mine', 'webhook-timestamp': '12' },
			},
		]);
	});

	it('may name runs that never were', async () => {
		await emulator.control.deliver({ url: receiver.url, run_id: 'nOsUcHrUn1' });
		expect(payloads()).toEqual([{ event: 'finished', run_id: 'nOsUcHrUn1' }]);
	});
});

it('says what is missing when a delivery has nowhere to go', async () => {
	const answer = await call(emulator, '/control/webhooks/send', { method: 'POST', json: {} });
	expect(answer).toMatchObject({ status: 400, body: { message: matching(/url/) } });
});

function never(): never {
	throw new Error('no callback came');
}
