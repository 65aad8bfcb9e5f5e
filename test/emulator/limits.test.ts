import { request as httpRequest } from 'node:http';
import { startEmulator, type Emulator } from '../../emulator';
import { ipWindows, Limits } from '../../emulator/limits';
import { RateLimiter } from '../../emulator/rateLimiter';
import { call, runId, text } from './support/client';
import { APPS } from './support/apps';

const LIMITED = {
	requestsPerMinute: 50,
	requestsPerIp: null,
	creationsPerMinute: 300,
	analyticsPerDay: 100,
};

describe('the limits', () => {
	it('of an IP address are 250 in five seconds and ten a second over two minutes, or more with the plan', () => {
		expect(ipWindows(LIMITED)).toEqual([
			{ ms: 5_000, max: 250 },
			{ ms: 120_000, max: 1_200 },
		]);
		expect(ipWindows({ ...LIMITED, requestsPerMinute: 60_000 })).toEqual([
			{ ms: 5_000, max: 5_000 },
			{ ms: 120_000, max: 120_000 },
		]);
		expect(ipWindows({ ...LIMITED, requestsPerIp: { in5s: 3, in120s: 4 } })).toEqual([
			{ ms: 5_000, max: 3 },
			{ ms: 120_000, max: 4 },
		]);
	});

	it('hold in every window that slides over the requests', () => {
		let now = 0;
		const limiter = new RateLimiter(() => now);
		const windows = ipWindows({ ...LIMITED, requestsPerIp: { in5s: 60, in120s: 900 } });
		const passed: number[] = [];
		for (; now < 300_000; now += 50) {
			if (limiter.wait(windows) > 0) continue;
			limiter.count(windows);
			passed.push(now);
		}
		for (const { ms, max } of windows) {
			const most = Math.max(
				...passed.map((end) => passed.filter((at) => at > end - ms && at <= end).length),
			);
			expect(most).toBe(max);
		}
	});

	it('say how long to wait, how many are left and when there is room again', () => {
		let now = 1_000;
		const limits = new Limits(() => now);
		for (let count = 0; count < 50; count += 1) expect(limits.admit('list', LIMITED)).toBe(0);
		now += 10_000;
		expect(limits.admit('get_run', LIMITED)).toBe(50_000);
		expect(limits.standing('run', LIMITED)).toEqual({ limit: 50, remaining: 0, resetMs: 50_000 });
		now += 50_000;
		expect(limits.admit('list', LIMITED)).toBe(0);
		expect(limits.standing('list', LIMITED)).toEqual({
			limit: 50,
			remaining: 49,
			resetMs: 60_000,
		});
	});

	it('are others for creations and for analytics, each with a window of its own', () => {
		let now = 0;
		const limits = new Limits(() => now);
		for (let count = 0; count < 50; count += 1) limits.admit('list', LIMITED);
		expect(limits.admit('list', LIMITED)).toBe(60_000);
		for (let count = 0; count < 300; count += 1) {
			expect(limits.admit('creations', LIMITED)).toBe(0);
		}
		expect(limits.admit('creations', LIMITED)).toBe(60_000);
		for (let count = 0; count < 50; count += 1) {
			expect(limits.admit('team', LIMITED)).toBe(0);
			expect(limits.admit('credit_usage', LIMITED)).toBe(0);
		}
		now += 3_600_000;
		expect(limits.admit('team', LIMITED)).toBe(23 * 3_600_000);
		expect(limits.admit('creations', LIMITED)).toBe(0);
	});
});

/** The status of a list request that comes from another address of this machine. */
function statusFrom(emulator: Emulator, localAddress: string): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		const request = httpRequest(
			`${emulator.url}/v1/ai/apps`,
			{ localAddress, headers: { 'x-magnific-api-key': emulator.apiKey } },
			(response) => {
				response.resume();
				resolve(response.statusCode);
			},
		);
		request.on('error', reject);
		request.end();
	});
}

describe('an emulator with three requests a minute', () => {
	let emulator: Emulator;
	beforeAll(async () => {
		emulator = await startEmulator({ requestsPerMinute: 3, timeScale: 1_000 });
	});
	afterEach(() => emulator.control.reset());
	afterAll(() => emulator.close());

	it('answers the fourth with 429 and a Retry-After in real seconds', async () => {
		for (let count = 0; count < 3; count += 1) {
			expect((await call(emulator, '/v1/ai/apps')).status).toBe(200);
		}
		const refused = await call(emulator, '/v1/ai/apps');
		expect(refused.status).toBe(429);
		const seconds = Number(refused.headers.get('retry-after'));
		expect(seconds).toBeGreaterThan(50);
		expect(seconds).toBeLessThanOrEqual(60);
		await emulator.control.settings({ requestsPerMinute: 100 });
		expect((await call(emulator, '/v1/ai/apps')).status).toBe(200);
	});

	it('counts all keyed endpoints together, but no file, refusal or wrong key', async () => {
		for (let count = 0; count < 5; count += 1) {
			expect((await call(emulator, '/v1/ai/apps', { key: 'wrong' })).status).toBe(401);
			expect((await call(emulator, '/files/none.png', { key: null })).status).toBe(403);
		}
		const statuses: number[] = [];
		const paths = ['/v1/ai/apps', '/v1/ai/flows/runs/none', '/v1/ai/me/apps', '/v1/ai/flows'];
		for (const path of paths) statuses.push((await call(emulator, path)).status);
		expect(statuses).toEqual([200, 404, 200, 429]);
		const log = await emulator.control.requests({ status: 429 });
		expect(log.map((entry) => text(entry.route))).toEqual(['list']);
	});

	it('tells in each answer how the key stands, unless told not to', async () => {
		const told = async (): Promise<(string | null)[]> => {
			const { headers } = await call(emulator, '/v1/ai/apps');
			return ['limit', 'remaining', 'reset'].map((name) => headers.get(`x-ratelimit-${name}`));
		};
		expect(await told()).toEqual(['3', '2', '60']);
		await told();
		expect((await told()).slice(0, 2)).toEqual(['3', '0']);
		expect((await told()).slice(0, 2)).toEqual(['3', '0']);
		await emulator.control.settings({ rateLimitHeaders: false });
		expect(await told()).toEqual([null, null, null]);
	});

	it.each([
		['date', /GMT$/],
		['none', /^null$/],
	] as const)('says when to come again as asked: %s', async (retryAfter, pattern) => {
		await emulator.control.settings({ retryAfter });
		for (let count = 0; count < 3; count += 1) await call(emulator, '/v1/ai/apps');
		const { status, headers } = await call(emulator, '/v1/ai/apps');
		expect(status).toBe(429);
		expect(String(headers.get('retry-after'))).toMatch(pattern);
	});

	it('counts all requests of an IP address, whatever their key, and those of another apart', async () => {
		await emulator.control.settings({ requestsPerIp: { in5s: 3, in120s: 100 } });
		const statuses: number[] = [];
		for (const key of ['wrong', null, 'other']) {
			statuses.push((await call(emulator, '/v1/ai/apps', { key })).status);
		}
		const refused = await call(emulator, '/v1/ai/apps');
		expect([...statuses, refused.status]).toEqual([401, 401, 401, 429]);
		expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(5);
		expect(await statusFrom(emulator, '127.0.0.2')).toBe(200);
	});

	it('answers each so-manieth status call with an empty 502, counted from the start', async () => {
		await emulator.control.settings({ requestsPerMinute: 5_000, status502Every: 3 });
		const id = await runId(emulator, APPS.surpriseMe, {});
		const seen: [number, unknown][] = [];
		for (let look = 0; look < 6; look += 1) {
			const { status, body } = await call(emulator, `/v1/ai/apps/runs/${id}`);
			seen.push([status, status === 502 ? body : null]);
		}
		expect(seen.map(([status]) => status)).toEqual([200, 200, 502, 200, 200, 502]);
		expect(seen[2]).toEqual([502, '']);
		await emulator.control.settings({ status502Every: null });
		for (let look = 0; look < 6; look += 1) {
			expect((await call(emulator, `/v1/ai/apps/runs/${id}`)).status).toBe(200);
		}
	});

	it('does so every fiftieth time where nothing else is asked', async () => {
		await emulator.control.settings({ requestsPerMinute: 5_000 });
		const id = await runId(emulator, APPS.surpriseMe, {});
		const statuses: number[] = [];
		for (let look = 0; look < 100; look += 1) {
			statuses.push((await call(emulator, `/v1/ai/flows/runs/${id}`)).status);
		}
		const places = statuses.flatMap((status, index) => (status === 502 ? [index + 1] : []));
		expect(places).toEqual([50, 100]);
	});
});
