import { setTimeout as sleep } from 'node:timers/promises';
import { controlClient, startEmulator, type Emulator, type FaultSpec } from '../../emulator';
import { APPS } from './support/apps';
import { call, filesOf, runId } from './support/client';

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

const LIST = '/v1/ai/apps';
const RUN = `/v1/ai/apps/${APPS.surpriseMe}/run`;

function list(): ReturnType<typeof call> {
	return call(emulator, LIST);
}

function run(signal?: AbortSignal): ReturnType<typeof call> {
	const options = { method: 'POST', json: { inputs: {} } };
	return call(emulator, RUN, signal === undefined ? options : { ...options, signal });
}

/** The code, or else the name, that Node gives to what went wrong with a connection. */
async function failureOf(request: Promise<unknown>): Promise<string> {
	try {
		await request;
		return 'answered';
	} catch (error) {
		const cause = property(error, 'cause');
		return String(cause === undefined ? property(error, 'name') : property(cause, 'code'));
	}
}

function property(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

async function started(): Promise<number> {
	return (await emulator.control.runs()).length;
}

it.each([429, 500, 502, 503, 401, 404])('answers with status %i as asked', async (status) => {
	await emulator.control.addFault({ fault: { kind: 'status', status } });
	const answer = await list();
	expect(answer.status).toBe(status);
	expect(answer.body).toHaveProperty('message');
	expect(answer.headers.get('retry-after')).toBeNull();
	expect(await emulator.control.requests()).toMatchObject([{ status, fault: 'status' }]);
});

it('answers 429 with Retry-After and a body of its own when these are given', async () => {
	await emulator.control.addFault({
		fault: {
			kind: 'status',
			status: 429,
			headers: { 'Retry-After': '2' },
			body: { message: 'slow' },
		},
	});
	const answer = await list();
	expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '2']);
	expect(answer.body).toEqual({ message: 'slow' });
});

it('answers with HTML as a proxy does', async () => {
	await emulator.control.addFault({ fault: { kind: 'html' } });
	const answer = await list();
	expect(answer.status).toBe(502);
	expect(answer.headers.get('content-type')).toBe('text/html');
	expect(answer.body).toContain('<h1>502 Bad Gateway</h1>');
});

it('redirects', async () => {
	await emulator.control.addFault({
		fault: { kind: 'redirect', location: 'http://127.0.0.1:9/x' },
	});
	const answer = await list();
	expect([answer.status, answer.headers.get('location')]).toEqual([302, 'http://127.0.0.1:9/x']);
});

it('does nothing of what was asked when it resets before, and all of it when it resets after', async () => {
	await emulator.control.addFault({ fault: { kind: 'reset_before' } });
	expect(await failureOf(run())).toBe('ECONNRESET');
	expect(await started()).toBe(0);
	await emulator.control.addFault({ fault: { kind: 'reset_after' } });
	expect(await failureOf(run())).toBe('ECONNRESET');
	expect(await started()).toBe(1);
	const log = await emulator.control.requests({ route: 'run' });
	expect(log.map(({ status, fault }) => [status, fault])).toEqual([
		[0, 'reset_before'],
		[0, 'reset_after'],
	]);
	const [lost] = await emulator.control.runs();
	expect(log[1]?.run_id).toBe(lost?.run_id);
});

it.each([false, true])('gives no answer at all, with the run started: %s', async (processed) => {
	await emulator.control.addFault({ fault: { kind: 'no_answer', processed } });
	expect(await failureOf(run(AbortSignal.timeout(300)))).toBe('TimeoutError');
	expect(await started()).toBe(processed ? 1 : 0);
	expect(await emulator.control.requests()).toMatchObject([{ status: 0, fault: 'no_answer' }]);
});

it('cuts the body short while the run was started', async () => {
	await emulator.control.addFault({ fault: { kind: 'truncated' } });
	expect(await failureOf(run())).toBe('UND_ERR_SOCKET');
	expect(await started()).toBe(1);
});

it('sends a whole body slowly, and a whole answer late', async () => {
	await emulator.control.addFault({ fault: { kind: 'slow_body', ms: 300 } });
	await emulator.control.addFault({ skip: 1, fault: { kind: 'delay', ms: 300 } });
	for (const kind of ['slow_body', 'delay']) {
		const before = performance.now();
		const answer = await list();
		expect(performance.now() - before).toBeGreaterThan(280);
		expect(answer.status).toBe(200);
		expect(answer.body).toHaveProperty('data');
		expect((await emulator.control.requests({ route: 'list' })).at(-1)?.fault).toBe(kind);
	}
});

it('answers in the wrong shape, or with an error, after the run was started', async () => {
	await emulator.control.addFault({ fault: { kind: 'wrong_shape' } });
	expect(await run()).toMatchObject({ status: 202, body: { unexpected: true } });
	await emulator.control.addFault({ fault: { kind: 'wrong_shape', body: [1, 2] } });
	expect(await run()).toMatchObject({ status: 202, body: [1, 2] });
	await emulator.control.addFault({ fault: { kind: 'status_after', status: 504 } });
	expect(await run()).toMatchObject({ status: 504, body: { message: 'Gateway Timeout' } });
	expect(await started()).toBe(3);
	const log = await emulator.control.requests({ route: 'run' });
	expect(log.map((entry) => entry.status)).toEqual([202, 202, 504]);
});

it('spoils files and uploads too', async () => {
	await runId(emulator, APPS.surpriseMe, {});
	await emulator.control.waitIdle();
	const [done] = await emulator.control.runs();
	const url = /http[^"]+/.exec(JSON.stringify(done?.result))?.[0] ?? '';
	await emulator.control.addFault({ route: 'file', fault: { kind: 'truncated' } });
	const download = async (): Promise<ArrayBuffer> => (await fetch(url)).arrayBuffer();
	expect(await failureOf(download())).toBe('UND_ERR_SOCKET');
	expect((await download()).byteLength).toBeGreaterThan(1_000);
});

describe('which requests are hit', () => {
	async function statuses(
		specs: FaultSpec[],
		requests: (() => ReturnType<typeof call>)[],
	): Promise<number[]> {
		for (const spec of specs) await emulator.control.addFault(spec);
		const seen: number[] = [];
		for (const request of requests) seen.push((await request()).status);
		return seen;
	}
	const fault = { kind: 'status', status: 500 } as const;
	const four = [list, list, list, list];

	it('is one, unless told otherwise', async () => {
		expect(await statuses([{ fault }], four)).toEqual([500, 200, 200, 200]);
	});

	it('starts after the first n and lasts for as many as asked', async () => {
		expect(await statuses([{ skip: 1, times: 2, fault }], four)).toEqual([200, 500, 500, 200]);
	});

	it('is all of them with -1, until the faults are cleared', async () => {
		expect(await statuses([{ times: -1, fault }], four)).toEqual([500, 500, 500, 500]);
		await emulator.control.clearFaults();
		expect((await list()).status).toBe(200);
	});

	it('can be chosen by route, method, family, app and run', async () => {
		const id = await runId(emulator, APPS.surpriseMe, {});
		const app = (): ReturnType<typeof call> => call(emulator, `${LIST}/${APPS.posterFromText}`);
		const poll = (): ReturnType<typeof call> => call(emulator, `/v1/ai/flows/runs/${id}`);
		const specs: FaultSpec[] = [
			{ route: ['mine', 'list'], family: 'flows', fault },
			{ app_id: APPS.posterFromText, fault: { kind: 'status', status: 501 } },
			{ run_id: id, fault: { kind: 'status', status: 502 } },
			{ method: 'post', fault: { kind: 'status', status: 503 } },
		];
		const requests = [list, app, poll, (): ReturnType<typeof call> => run(), app, poll];
		expect(await statuses(specs, requests)).toEqual([200, 501, 502, 503, 200, 200]);
	});

	it('can be left to chance, the same way for the same seed', async () => {
		const many = Array.from({ length: 60 }, () => list);
		const spec: FaultSpec = { times: -1, probability: 0.3, seed: 7, fault };
		const first = await statuses([spec], many);
		await emulator.control.reset();
		const second = await statuses([spec], many);
		expect(first).toEqual(second);
		const hits = first.filter((status) => status === 500).length;
		expect(hits).toBeGreaterThan(6);
		expect(hits).toBeLessThan(36);
	});
});

it('refuses faults that it does not know', async () => {
	const answer = await call(emulator, '/control/faults', {
		method: 'POST',
		json: { fault: { kind: 'earthquake' } },
	});
	expect(answer.status).toBe(400);
});

it('hits the downloads of one app’s files only, and logs which run made a file', async () => {
	const ids = [
		await runId(emulator, APPS.surpriseMe, {}),
		await runId(emulator, APPS.posterFromText, { headline: 'Sale' }),
	];
	await emulator.control.waitIdle();
	const fault: FaultSpec['fault'] = { kind: 'status', status: 403 };
	await emulator.control.addFault({ route: 'file', app_id: APPS.surpriseMe, times: -1, fault });
	for (const id of ids) await filesOf(emulator, id);
	expect(await emulator.control.requests({ route: 'file' })).toMatchObject([
		{ run_id: ids[0], app_id: APPS.surpriseMe, status: 403 },
		{ run_id: ids[1], app_id: APPS.posterFromText, status: 200 },
	]);
});

it('hits the requests with one content type only', async () => {
	const fault: FaultSpec['fault'] = { kind: 'status', status: 500 };
	await emulator.control.addFault({ content_type: 'image/png', times: -1, fault });
	const put = async (type: string): Promise<number> =>
		(await fetch(`${emulator.url}/uploads/x`, { method: 'PUT', headers: { 'content-type': type } }))
			.status;
	expect([await put('image/jpeg'), await put('image/png')]).toEqual([403, 500]);
});

it('closes without waiting for requests that it leaves unanswered', async () => {
	const other = await startEmulator();
	await other.control.addFault({ fault: { kind: 'no_answer' } });
	const pending = failureOf(call(other, LIST));
	while ((await other.control.requests()).length === 0) await new Promise(setImmediate);
	await other.close();
	expect(await pending).not.toBe('answered');
	expect(await failureOf(call(other, LIST))).toBe('ECONNREFUSED');
});

it('refuses connections for a while, in which runs go on', async () => {
	const other = await startEmulator({ timeScale: 20 });
	const id = await runId(other, APPS.surpriseMe, {});
	await other.control.refuseConnections(60_000);
	expect(await failureOf(call(other, LIST))).toBe('ECONNREFUSED');
	await other.control.waitIdle();
	expect(await other.control.runs()).toMatchObject([{ run_id: id, status: 'completed' }]);
	await other.close();
	expect(await failureOf(call(other, LIST))).toBe('ECONNREFUSED');
});

it('accepts connections again on the same port when the refusal is over', async () => {
	await controlClient(emulator.url).refuseConnections(150);
	let outcome = await failureOf(call(emulator, LIST));
	const seen = new Set([outcome]);
	for (let tries = 0; tries < 200 && !(seen.size > 1 && outcome === 'answered'); tries += 1) {
		await sleep(10);
		outcome = await failureOf(call(emulator, LIST));
		seen.add(outcome);
	}
	expect(outcome).toBe('answered');
	expect(seen).toContain('ECONNREFUSED');
});
