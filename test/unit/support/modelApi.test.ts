import { app, world } from './fixtures';

describe('the model of the API', () => {
	it('lets 50 requests through per minute and then answers 429 with Retry-After', async () => {
		const { api, clock } = world({ latencyMs: 0 });
		for (let i = 0; i < 50; i++) await api.getApp(app().sqid);
		await clock.advance(10_000);
		await expect(api.getApp(app().sqid)).rejects.toMatchObject({
			kind: 'rate_limited',
			httpCode: 429,
			retryAfterMs: 50_000,
		});
		await clock.advance(50_000);
		await expect(api.getApp(app().sqid)).resolves.toMatchObject({ sqid: app().sqid });
		expect(api.answered(429)).toBe(1);
	});

	it('counts what others send with the same key', async () => {
		const { api, clock } = world({ latencyMs: 0, othersPerMinute: 25 });
		await clock.advance(60_000);
		let through = 0;
		const until429 = async (): Promise<void> => {
			for (;;) {
				await api.getApp(app().sqid);
				through += 1;
			}
		};
		await expect(until429()).rejects.toMatchObject({ kind: 'rate_limited' });
		expect(through).toBe(25);
	});

	it('gives a run its life: running, then its end, with the times of both', async () => {
		const { api, clock } = world({ durationMs: () => 30_000, latencyMs: 0 });
		const runId = await clock.run(api.startRun(app(), { prompt: 'a red car' }));
		await clock.advance(29_999);
		await expect(api.getRun(runId)).resolves.toMatchObject({ status: 'running', result: null });
		await clock.advance(1);
		await expect(api.getRun(runId)).resolves.toMatchObject({
			status: 'completed',
			completed_at: new Date(clock.now()).toISOString(),
		});
		await expect(api.getRun('nobody')).rejects.toMatchObject({ kind: 'not_found' });
	});

	it('logs when a request was sent and when the server got it', async () => {
		const { api, clock } = world({ latencyMs: 80 });
		const sentAt = clock.now();
		await clock.run(api.getApp(app().sqid));
		expect(api.calls).toEqual([
			{
				operation: 'getApp',
				id: app().sqid,
				index: 0,
				sentAt,
				arrivedAt: sentAt + 80,
				answeredAt: sentAt + 160,
				statusCode: 200,
			},
		]);
		expect(clock.now()).toBe(sentAt + 160);
	});

	it('meets the scripted faults, before or after it did what was asked', async () => {
		const { api, clock } = world({
			fault: ({ index }) =>
				[
					{ statusCode: 503, retryAfter: '7' },
					{ networkCode: 'ECONNRESET', done: false },
					{ networkCode: 'ECONNRESET', done: true },
					{ delayMs: 5_000 },
				][index],
		});
		const start = async (): Promise<string> => await clock.run(api.startRun(app(), {}));
		await expect(start()).rejects.toMatchObject({ kind: 'unavailable', retryAfterMs: 7_000 });
		await expect(start()).rejects.toMatchObject({ kind: 'network' });
		expect(api.runs).toHaveLength(0);
		await expect(start()).rejects.toMatchObject({ kind: 'network' });
		expect(api.runs).toHaveLength(1);
		const before = clock.now();
		await expect(start()).resolves.toBe('run00001');
		expect(clock.now()).toBe(before + 5_120);
	});
});
