import { posterFromText } from '../../emulator/apps/posterFromText';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { searchApps, testCredential } from './support/editor';
import { localMagnific } from './support/localMagnific';
import { forward, startOrigin } from './support/origin';
import { appRun, byId, fields, json } from './support/parameters';
import { textOf } from './support/text';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const poster = appRun(posterFromText, fields(posterFromText, { Headline: 'Hi' }));
const surprise = appRun(surpriseMe, json({}));
const items = [{ json: {} }, { json: {} }, { json: {} }];
const auto = { endpointFamily: 'auto' };

describe('a 403', () => {
	it('as a web page on one look is looked over again: all runs complete', async () => {
		await local.control.addFault({ route: 'get_run', fault: { kind: 'html', status: 403 } });
		const { json: outputs, error } = await local.run(surprise, { items });
		expect(error).toBeUndefined();
		expect(outputs.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
	});

	it('as a web page on a submission is sent once, and told as a firewall’s', async () => {
		await local.control.addFault({ route: 'run', fault: { kind: 'html', status: 403 } });
		const { error } = await local.run(surprise, {
			settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
		});
		expect(error?.message).toContain(
			'A firewall or proxy in between answered with a web page (403)',
		);
		expect(await local.count('run')).toBe(1);
	});

	it('on one app’s start leaves the runs of another', async () => {
		await local.control.addFault({
			app_id: surpriseMe.sqid,
			route: 'run',
			times: -1,
			fault: { kind: 'status', status: 403 },
		});
		const { json: outputs, failed } = await local.run(
			{
				...appRun(surpriseMe, json({})),
				app: byId('={{ $json.app }}'),
				inputsJson: '={{ $json.inputs }}',
			},
			{
				items: [
					{ json: { app: surpriseMe.sqid, inputs: {} } },
					{ json: { app: posterFromText.sqid, inputs: { headline: 'Hi' } } },
					{ json: { app: posterFromText.sqid, inputs: { headline: 'Ho' } } },
				],
				settings: { onError: 'continueErrorOutput' },
			},
		);
		expect(outputs.map(({ app_id, status }) => [app_id, status])).toEqual([
			[posterFromText.sqid, 'completed'],
			[posterFromText.sqid, 'completed'],
		]);
		expect(failed.map(({ json: { error } }) => error)).toEqual([
			'Magnific does not allow this API key to use what was asked for: Forbidden',
		]);
	});

	it('for one of three runs that are waited for leaves the others, also as the first thing a key meets', async () => {
		const ids: string[] = [];
		for (let i = 0; i < 3; i++) {
			const { json: outputs } = await local.run({ ...surprise, wait: 'none' });
			ids.push(textOf(outputs[0]?.run_id));
		}
		await local.control.addFault({
			run_id: ids[0] ?? '',
			times: -1,
			fault: { kind: 'status', status: 403 },
		});
		const { json: outputs, failed } = await local.run(
			{ resource: 'run', operation: 'wait', runId: '={{ $json.id }}' },
			{
				items: ids.map((id) => ({ json: { id } })),
				settings: { onError: 'continueErrorOutput' },
			},
		);
		expect(outputs.map(({ run_id }) => run_id)).toEqual(ids.slice(1));
		expect(failed).toHaveLength(1);
	});
});

describe('a submission that is certainly refused', () => {
	it('by a 404 was not started, whatever becomes of the question for the family', async () => {
		const baseUrl = local.url.replace('127.0.0.1', 'localhost');
		await local.control.addFault({ route: 'run', fault: { kind: 'status', status: 404 } });
		await local.control.addFault({ route: 'list', fault: { kind: 'status', status: 500 } });
		const { failed } = await local.run(surprise, {
			credential: { ...auto, baseUrl },
			settings: { onError: 'continueErrorOutput' },
		});
		expect(failed.map(({ json: { error } }) => error)).toEqual([
			'Magnific does not know what was asked for: Not Found',
		]);
		expect(await local.count('run', 'list')).toBe(2);
	});

	it('by a 402 is told as used up credits', async () => {
		await local.control.addFault({
			route: 'run',
			times: -1,
			fault: { kind: 'status', status: 402, body: { message: 'Insufficient credits' } },
		});
		const { error } = await local.run(surprise);
		expect(error?.message).toBe(
			'Item 0: The Magnific account has no credits left for this: Insufficient credits',
		);
		expect(error?.description).toContain('Top up');
	});
});

it('a server that wants the other kind of keys is found out, and remembered', async () => {
	// Its Apps paths behave like Flows: they take `api_key` only.
	const server = await startOrigin(
		async (request) =>
			await forward(local.url, {
				...request,
				path: request.path.replace('/v1/ai/apps', '/v1/ai/flows'),
			}),
	);
	try {
		const credential = { endpointFamily: 'apps', baseUrl: server.url };
		for (const refusedSubmissions of [1, 0]) {
			const { json: outputs, error } = await local.run(poster, { credential });
			expect(error).toBeUndefined();
			expect(outputs.map(({ status }) => status)).toEqual(['completed']);
			expect((await local.requests('run')).filter(({ status }) => status === 422)).toHaveLength(
				refusedSubmissions,
			);
			expect(await local.control.runs()).toHaveLength(1);
			await local.control.reset();
		}
	} finally {
		await server.close();
	}
});

describe('a key that is an expression', () => {
	const given = (keys: string[]) => ({
		// In two halves: no test may leave the key in n8n's data.
		credential: { apiKey: '={{ $json.head + $json.tail }}' },
		items: keys.map((key) => ({ json: { head: key.slice(0, 5), tail: key.slice(5) } })),
	});

	it('goes with all items where it is the same for all', async () => {
		const { json: outputs } = await local.run(surprise, given([local.apiKey, local.apiKey]));
		expect(outputs.map(({ status }) => status)).toEqual(['completed', 'completed']);
	});

	it('is refused before anything is sent where it is another one for another item', async () => {
		const { error } = await local.run(surprise, given([local.apiKey, local.apiKey, 'other-key']));
		expect(error?.message).toBe(
			'All 3 items: The credential’s API key or base URL is an expression that gives something else for item 2 than for item 0',
		);
		expect(await local.requests()).toEqual([]);
	});
});

it('a server that turns from Apps to Flows and back while n8n runs is found each time', async () => {
	const credential = { ...auto, baseUrl: `${local.url}/` };
	for (const families of [['flows'], ['apps'], ['flows']] as const) {
		await local.control.settings({ families: [...families] });
		const { json: outputs, error } = await local.run(poster, { credential });
		expect(error).toBeUndefined();
		expect(outputs.map(({ status }) => status)).toEqual(['completed']);
	}
});

describe('the list of apps', () => {
	it('offers what the key’s owner made and did not publish, marked', async () => {
		const { results } = await searchApps(local);
		expect(results).toContainEqual({ name: 'Untitled draft (Mine)', value: 'dRaFt0aB1C' });
		expect(new Set(results.map(({ value }) => value)).size).toBe(results.length);
	});

	it.each([403, 404, 500])('comes without those where they are answered %i', async (status) => {
		await local.control.addFault({ route: 'mine', times: -1, fault: { kind: 'status', status } });
		const { results } = await searchApps(local);
		expect(results).toHaveLength(10);
		expect(await local.count('mine')).toBe(1);
	});

	it('says nothing of costs that the server does not tell', async () => {
		await local.control.settings({ list: 'bare' });
		const { results } = await searchApps(local);
		expect(results.map(({ name }) => name)).toContain('Poster from Text');
		expect(results.filter(({ name }) => /cost|credit/.test(name))).toEqual([]);
	});
});

it('the test of the credential names a firewall in between', async () => {
	await local.control.addFault({ route: 'list', fault: { kind: 'html', status: 403 } });
	expect(await testCredential(local)).toMatchObject({
		status: 'Error',
		message: expect.stringContaining('firewall or proxy in between') as unknown,
	});
});
