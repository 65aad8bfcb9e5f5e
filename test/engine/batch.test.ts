import { setTimeout as sleep } from 'node:timers/promises';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { localMagnific } from './support/localMagnific';
import { appRun, fields, json } from './support/parameters';
import { textOf } from './support/text';

const REQUESTS_PER_MINUTE = 600;
const TIME_SCALE = 4;
const ITEMS = 40;

const local = localMagnific({ requestsPerMinute: REQUESTS_PER_MINUTE, timeScale: TIME_SCALE });

/** The most requests that came within any window of this length. */
const mostWithin = (ms: number, times: number[]): number =>
	Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + ms).length));

describe('40 items at once against an app of 20 s', () => {
	it('are all submitted before the first run ends, stay within the budget, and come out in order', async () => {
		await local.control.settings({ durations: { [posterFromText.sqid]: 20 } });
		const titles = Array.from({ length: ITEMS }, (_, i) => `Title ${String(i)}`);
		const { items, error } = await local.run(
			appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.title }}' })),
			{ items: titles.map((title) => ({ json: { title } })) },
		);
		expect(error).toBeUndefined();

		const runs = await local.control.runs();
		expect(runs).toHaveLength(ITEMS);
		const lastSubmitted = Math.max(...runs.map(({ submitted_at }) => submitted_at));
		const firstEnded = Math.min(...runs.map(({ settled_at }) => settled_at ?? Infinity));
		expect(lastSubmitted).toBeLessThan(firstEnded);

		const titleOf = new Map(runs.map(({ run_id, inputs }) => [run_id, Object.values(inputs)[0]]));
		expect(items.map(({ json }) => titleOf.get(textOf(json.run_id)))).toEqual(titles);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(titles.map((_, item) => ({ item })));

		const requests = await local.requests();
		expect(requests.filter(({ status }) => status === 429)).toEqual([]);
		const times = requests.map(({ at }) => at);
		expect(mostWithin(5_000, times)).toBeLessThanOrEqual(50);
		expect(mostWithin(60_000, times)).toBeLessThanOrEqual(REQUESTS_PER_MINUTE);
		expect(requests.filter(({ route }) => route === 'run')).toHaveLength(ITEMS);
		expect(requests.filter(({ route }) => route === 'get_app')).toHaveLength(1);
	});
});

it('executions of one key share its budget', async () => {
	const parameters = appRun(surpriseMe, json({}), { wait: 'none' });
	const items = Array.from({ length: 30 }, () => ({ json: {} }));
	const outcomes = await Promise.all([0, 1].map(async () => local.run(parameters, { items })));
	expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined]);
	const requests = await local.requests();
	expect(requests.filter(({ status }) => status === 429)).toEqual([]);
	expect(await local.control.runs()).toHaveLength(60);
});

it('Stop lets no request come later than a second after it', async () => {
	await local.control.settings({ durations: { [surpriseMe.sqid]: 3_000 } });
	const { done, stop } = local.start(appRun(surpriseMe, json({})), {
		items: Array.from({ length: 5 }, () => ({ json: {} })),
	});
	await local.requested('get_run');
	stop();
	const stoppedAt = Date.now();
	await done;
	await sleep(4_000);
	const late = (await local.requests()).filter(({ at }) => at > stoppedAt + 1_000);
	expect(late).toEqual([]);
});
