import { startEmulator, type Emulator } from '../../emulator';
import { parseUsageRequest, usageOf, type UsageRequest } from '../../emulator/account/usage';
import type { ChargeRecord } from '../../emulator';
import { APPS } from './support/apps';
import { call, field, items, record, runId, runStatus, text } from './support/client';
import { dataUri, picture } from './support/media';

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startEmulator({ timeScale: 1_000, requestsPerMinute: 5_000 });
});
afterEach(() => emulator.control.reset());
afterAll(() => emulator.close());

describe('the recent creations', () => {
	async function recent(query = ''): Promise<Record<string, unknown>> {
		const { status, body } = await call(emulator, `/v1/creations/recent${query}`);
		expect(status).toBe(200);
		return record(body);
	}

	async function identifiers(query = ''): Promise<unknown[]> {
		const { data } = await recent(query);
		return items(data).map((item) => field(field(item, 'creation'), 'identifier'));
	}

	it('are what the runs made, the newest first, five a page', async () => {
		expect(await recent()).toEqual({
			data: [],
			meta: { pagination: { current_page: 1, per_page: 5, last_page: 1, total: 0 } },
		});
		const ids: string[] = [];
		for (let count = 0; count < 7; count += 1) {
			ids.push(await runId(emulator, APPS.surpriseMe, {}));
			await emulator.control.waitIdle();
		}
		const results = await Promise.all(ids.map((id) => runStatus(emulator, id)));
		const made = results.map(({ result }) => field(items(field(result, 'images'))[0], 'id'));
		const newestFirst = made.reverse();
		expect(await identifiers()).toEqual(newestFirst.slice(0, 5));
		expect(await identifiers('?page=2')).toEqual(newestFirst.slice(5));
		expect(await identifiers('?per_page=3&page=3')).toEqual(newestFirst.slice(6));
		expect(await identifiers('?page=9')).toEqual([]);
		expect(field((await recent('?per_page=3')).meta, 'pagination')).toEqual({
			current_page: 1,
			per_page: 3,
			last_page: 3,
			total: 7,
		});
	});

	it('can be had of one tool, and be given to another run', async () => {
		await runId(emulator, APPS.productClip, {
			still_picture: dataUri(await picture('#d06020'), 'image/png'),
			seconds: 0.5,
		});
		await runId(emulator, APPS.surpriseMe, {});
		await emulator.control.waitIdle();
		const [video] = items((await recent('?tool_name=image-to-video')).data);
		expect(video).toMatchObject({
			tool_name: 'image-to-video',
			thumbnail: null,
			creation: { family: 'video', preview: null },
		});
		const [image] = items((await recent('?tool_name=text-to-image')).data).map(record);
		const creation = record(image?.creation);
		expect((await fetch(text(creation.url))).status).toBe(200);
		const again = await runId(emulator, APPS.sketchToRealism, { sketch: creation.identifier });
		await emulator.control.waitIdle();
		expect(await runStatus(emulator, again)).toMatchObject({ status: 'completed' });
	});

	it('refuse pages that there can not be', async () => {
		for (const query of ['page=0', 'per_page=-1', 'page=two', 'per_page=1.5']) {
			const { status, body } = await call(emulator, `/v1/creations/recent?${query}`);
			expect([query, status]).toEqual([query, 400]);
			expect(field(body, 'invalid_params')).toMatchObject([{ name: query.split('=')[0] }]);
		}
	});
});

describe('the analytics', () => {
	const usage = (json: unknown): ReturnType<typeof call> =>
		call(emulator, '/v1/analytics/team-credit-usage', { method: 'POST', json });

	it('tell what was paid today by this key', async () => {
		await runId(emulator, APPS.posterFromText, { headline: 'a' });
		await runId(emulator, APPS.posterFromText, { headline: 'b' });
		await runId(emulator, APPS.surpriseMe, {});
		const keys = await call(emulator, '/v1/analytics/team-api-keys');
		const [own] = items(field(keys.body, 'data'));
		const { status, body } = await usage({ api_key_ids: [field(own, 'api_key_id')] });
		expect(status).toBe(200);
		const [today, ...others] = items(field(body, 'data'));
		expect(others).toEqual([]);
		expect(today).toMatchObject({
			consumptions: [
				{ tool: 'Poster from Text', user_uses: 2, user_credits: 6 },
				{ tool: 'Surprise Me', user_uses: 1, user_credits: 2 },
			],
		});
	});

	it('are refused to plans that do not have them', async () => {
		await emulator.control.settings({ plan: 'premium' });
		expect((await usage({})).status).toBe(403);
		expect((await call(emulator, '/v1/analytics/team-members')).status).toBe(403);
		expect((await call(emulator, '/v1/creations/recent')).status).toBe(200);
		await emulator.control.settings({ plan: 'business' });
		expect((await usage({})).status).toBe(200);
		const half = { start_date: '2026-01-01', end_date: '2026-07-01' };
		expect((await usage(half)).status).toBe(400);
		await emulator.control.settings({ plan: 'enterprise' });
		expect((await usage(half)).status).toBe(200);
	});

	it('have a limit of requests a day, all of them together', async () => {
		await emulator.control.settings({ analyticsPerDay: 5 });
		for (const name of ['api-keys', 'groups', 'members', 'projects']) {
			const { status, body } = await call(emulator, `/v1/analytics/team-${name}`);
			expect([name, status]).toEqual([name, 200]);
			expect(items(field(body, 'data')).length).toBeGreaterThan(1);
		}
		expect((await usage({})).status).toBe(200);
		const refused = await usage({});
		expect(refused.status).toBe(429);
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(86_000);
		expect((await call(emulator, '/v1/ai/apps')).status).toBe(200);
	});

	it.each([
		[{ granularity: 'hour' }, 'granularity'],
		[{ start_date: '01/05/2026' }, 'start_date'],
		[{ end_date: '2026-13-45' }, 'end_date'],
		[{ start_date: '2026-05-02', end_date: '2026-05-01' }, 'start_date'],
		[{ start_date: '2024-05-02', end_date: '2026-05-01' }, 'start_date'],
		[{ group_ids: ['3'] }, 'group_ids.0'],
		[{ project_references: ['none'] }, 'project_references.0'],
	])('refuse %j', async (body, name) => {
		const answer = await usage(body);
		expect(answer.status).toBe(400);
		expect(field(answer.body, 'invalid_params')).toMatchObject([{ name }]);
	});
});

describe('the credit usage', () => {
	const NOW = Date.parse('2026-05-20T12:00:00Z');
	const request = (body: unknown): UsageRequest => {
		const parsed = parseUsageRequest(body, NOW, 365);
		if ('invalid' in parsed) throw new Error(JSON.stringify(parsed.invalid));
		return parsed.request;
	};
	const charge = (at: string, credits: number): ChargeRecord => ({
		seq: 1,
		at: Date.parse(at),
		run_id: 'r',
		app_id: 'a',
		app_name: 'Poster',
		family: 'apps',
		credits,
		balance: 0,
		inputs: {},
		webhook: null,
		item: null,
	});
	const charges = [
		charge('2026-05-20T01:00:00Z', 1),
		charge('2026-05-18T00:00:00Z', 2),
		charge('2026-05-17T23:59:59Z', 4),
		charge('2026-05-12T00:00:00Z', 8),
		charge('2025-12-31T00:00:00Z', 16),
	];
	const sums = (body: object): [string, number][] =>
		usageOf(charges, request({ group_ids: [3], ...body }), NOW).map(({ date, consumptions }) => [
			date.slice(0, 10),
			consumptions.reduce((sum, { user_credits: credits }) => sum + credits, 0),
		]);

	it('is of the last seven days where no dates are given, by day', () => {
		expect(sums({})).toEqual([
			['2026-05-17', 4],
			['2026-05-18', 2],
			['2026-05-20', 1],
		]);
	});

	it('takes in the last day, and sums by week from Monday, month and year', () => {
		const dates = { start_date: '2025-12-31', end_date: '2026-05-20' };
		expect(sums({ ...dates, granularity: 'week' })).toEqual([
			['2025-12-29', 16],
			['2026-05-11', 12],
			['2026-05-18', 3],
		]);
		expect(sums({ ...dates, granularity: 'month' })).toEqual([
			['2025-12-01', 16],
			['2026-05-01', 15],
		]);
		expect(sums({ ...dates, granularity: 'year' })).toEqual([
			['2025-01-01', 16],
			['2026-01-01', 15],
		]);
	});

	it('tells users apart, and projects where there are any', () => {
		const all = usageOf(charges, request({ start_date: '2026-04-01' }), NOW);
		const users = all.flatMap(({ date, consumptions }) =>
			consumptions.flatMap(({ user_usages: usages }) =>
				usages.map(({ user_email: user, project_name: project }) => [
					date.slice(0, 10),
					user,
					project,
				]),
			),
		);
		expect(users).toContainEqual(['2026-05-20', 'owner@example.com', 'Nightly batches']);
		expect(users).toContainEqual(['2026-05-19', 'shop@example.com', 'Shop windows']);
		expect(users).toContainEqual(['2026-04-15', 'shop@example.com', undefined]);
	});
});
