import { startEmulator, type Emulator } from '../../emulator';
import { RateLimiter, windowsFor } from '../../emulator/rateLimiter';
import { call, text } from './support/client';

/** Admits requests at the given times (ms) and returns those that passed. */
function admitted(times: number[], requestsPerMinute: number): number[] {
	let now = 0;
	const limiter = new RateLimiter(() => now);
	return times.filter((time) => {
		now = time;
		return limiter.admit(requestsPerMinute) === 0;
	});
}

describe('the limits', () => {
	it('are 50 in five seconds, the plan in a minute and ten a second over two minutes', () => {
		expect(windowsFor(50)).toEqual([
			{ ms: 5_000, max: 50 },
			{ ms: 60_000, max: 50 },
			{ ms: 120_000, max: 1_200 },
		]);
		expect(windowsFor(1_200)).toEqual([
			{ ms: 5_000, max: 100 },
			{ ms: 60_000, max: 1_200 },
			{ ms: 120_000, max: 2_400 },
		]);
	});

	it('hold in every window that slides over the requests', () => {
		const times = Array.from({ length: 3_000 }, (_, index) => index * 50);
		const passed = admitted(times, 300);
		for (const { ms, max } of windowsFor(300)) {
			const most = Math.max(
				...passed.map((end) => passed.filter((at) => at > end - ms && at <= end).length),
			);
			expect(most).toBeLessThanOrEqual(max);
		}
		expect(passed.length).toBeGreaterThan(300 * 2);
	});

	it('say how long to wait, and let pass after that', () => {
		let now = 1_000;
		const limiter = new RateLimiter(() => now);
		for (let count = 0; count < 50; count += 1) expect(limiter.admit(50)).toBe(0);
		now += 10_000;
		expect(limiter.admit(50)).toBe(50_000);
		now += 50_000;
		expect(limiter.admit(50)).toBe(0);
	});
});

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
});
