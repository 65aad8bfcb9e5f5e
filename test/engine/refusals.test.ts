import type { INodeParameters } from 'n8n-workflow';
import type { FaultSpec, RouteName } from '../../emulator';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { promised } from './support/engine';
import { localMagnific } from './support/localMagnific';
import { appRun, fields, json } from './support/parameters';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const poster = appRun(posterFromText, fields(posterFromText, { Headline: 'Hi' }));
const surprise = (options: INodeParameters = {}): INodeParameters =>
	appRun(surpriseMe, json({}), { options });
const items = [{ json: {} }, { json: {} }, { json: {} }];

const onRoute = async (route: RouteName, fault: FaultSpec['fault'], times = 1): Promise<void> => {
	await local.control.addFault({ route, times, fault });
};

/** A run id of each run that was really started, known to the node or not. */
const startedRuns = async (): Promise<number> => (await local.control.runs()).length;

describe('a refusal that concerns the key', () => {
	it('401 says that the key was refused, after a single request', async () => {
		const { error } = await local.run(poster, { credential: { apiKey: 'wrong-key' }, items });
		expect(error?.message).toBe('All 3 items: Magnific refused the API key: Invalid API key');
		expect(error?.description).toContain('Check the API key in the credential');
		expect((await local.requests()).map(({ route }) => route)).toEqual(['get_app']);
	});

	it('403 says that the plan has no API, after a single request', async () => {
		await local.control.settings({ plan: 'none' });
		const { error } = await local.run(poster, { items });
		expect(error?.message).toBe(
			'All 3 items: Magnific does not allow this with your plan or role: This plan does not include access to the API',
		);
		expect((await local.requests()).map(({ route }) => route)).toEqual(['get_app']);
	});

	it('that repeats the key in its text does not get it shown', async () => {
		await onRoute('get_app', {
			kind: 'status',
			status: 401,
			body: { message: `The key ${local.apiKey} has expired.` },
		});
		const { error } = await local.run(poster);
		expect(error?.message).toBe('Item 0: Magnific refused the API key: The key *** has expired');
	});

	it('in the middle of a batch lets no further run be sent, and loses none that runs', async () => {
		await local.control.addFault({
			route: 'run',
			skip: 1,
			times: -1,
			fault: { kind: 'status', status: 401 },
		});
		const { json: outputs, failed } = await local.run(surprise({ maxConcurrentRuns: 1 }), {
			items,
			settings: { onError: 'continueErrorOutput' },
		});
		expect(outputs.map(({ status }) => status)).toEqual(['completed']);
		expect(failed.map(({ json: { error } }) => error)).toEqual([
			'Magnific refused the API key: Unauthorized',
			'Magnific refused the API key: Unauthorized',
		]);
		expect(await local.count('run')).toBe(2);
	});
});

describe('a refused submission', () => {
	it('422 lists the inputs and the reasons, bare or under “problem”', async () => {
		const creation = appRun('crEat10nXY', json({ Photo: 'nosuchcreation1' }));
		for (const validationErrors of ['bare', 'problem'] as const) {
			await local.control.settings({ validationErrors });
			await local.control.addApp({
				sqid: 'crEat10nXY',
				name: 'Creation',
				inputs: [
					{ id: 'input-a-1', type: 'creation', label: 'Photo', config: { mediaType: 'image' } },
				],
			});
			const { error, run } = await local.run(creation);
			expect(error?.message).toBe(
				'Item 0: Magnific did not accept an input: input-a-1: Photo must be a URL, base64 data or the id of a creation.',
			);
			expect(run.data.resultData.error?.context).toMatchObject({
				failures: [
					{
						itemIndex: 0,
						status: 'not_started',
						http_code: 422,
						invalid_params: [
							{
								name: 'input-a-1',
								reason: 'Photo must be a URL, base64 data or the id of a creation.',
							},
						],
					},
				],
			});
		}
		expect(await local.count('run')).toBe(2);
	});

	it('404 for an app that vanished meanwhile fails the item and is not sent again', async () => {
		await onRoute('run', { kind: 'status', status: 404, body: { message: 'App not found' } });
		const { error } = await local.run(surprise());
		expect(error?.message).toBe('Item 0: Magnific does not know what was asked for: App not found');
		expect(await local.count('run')).toBe(1);
	});

	it('400 tells what the API said', async () => {
		await onRoute('run', { kind: 'status', status: 400, body: { message: 'Too many layers.' } });
		const { error } = await local.run(surprise());
		expect(error?.message).toBe(
			'Item 0: Magnific did not accept the request (400): Too many layers',
		);
	});

	it('a redirect is not followed: the key goes to the base URL only', async () => {
		await onRoute('get_app', {
			kind: 'redirect',
			location: `${local.url}/v1/ai/apps`,
			status: 302,
		});
		const { error } = await local.run(surprise());
		expect(error?.message).toBe('Item 0: The base URL answered with a redirect (302)');
		expect(await local.count('list')).toBe(0);
	});

	it.each([
		['429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '2' } }],
		['429 without', { kind: 'status', status: 429 }],
		['503', { kind: 'status', status: 503 }],
	] as const)('%s is put off and sent again, since nothing was started', async (_, fault) => {
		await onRoute('run', fault, 2);
		const { json: outputs, error } = await local.run(surprise(), { items });
		expect(error).toBeUndefined();
		expect(outputs.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
		expect(await local.count('run')).toBe(5);
		expect(await startedRuns()).toBe(3);
	});

	it('429 without end gives up after the time a run may take, and says why', async () => {
		await onRoute('run', { kind: 'status', status: 429 }, -1);
		const { error } = await local.run(surprise({ maxWait: 0.1 }));
		expect(error?.message).toBe('Item 0: Magnific asks to slow down (429): Too Many Requests');
		expect(error?.description).toContain('Set Requests Per Minute in the credential');
		expect(await startedRuns()).toBe(0);
	});
});

const MAYBE = 'The run may have started and been charged, but its id is not known: ';

describe.each<[string, FaultSpec['fault'], string, number]>([
	[
		'500',
		{ kind: 'status', status: 500 },
		'Magnific could not handle the request (500): Internal Server Error',
		0,
	],
	[
		'500 after the run was started',
		{ kind: 'status_after', status: 500 },
		'Magnific could not handle the request (500): Internal Server Error',
		1,
	],
	[
		'502 as a web page',
		{ kind: 'html', status: 502 },
		'Magnific could not handle the request (502)',
		0,
	],
	[
		'504',
		{ kind: 'status', status: 504 },
		'Magnific could not handle the request (504): Gateway Timeout',
		0,
	],
	[
		'a web page instead of JSON',
		{ kind: 'html', status: 200 },
		'The answer is not JSON; it may come from a proxy or a web page instead of the API',
		0,
	],
	[
		'an answer without a run id',
		{ kind: 'wrong_shape' },
		'Magnific’s answer is not as documented: it has no run id',
		1,
	],
	[
		'an answer cut short',
		{ kind: 'truncated' },
		'The connection to Magnific broke off before it answered',
		1,
	],
	[
		'a reset before the run was accepted',
		{ kind: 'reset_before' },
		'The connection to Magnific broke off before it answered',
		0,
	],
	[
		'a reset after the run was accepted',
		{ kind: 'reset_after' },
		'The connection to Magnific broke off before it answered',
		1,
	],
])('a submission answered by %s', (_, fault, reason, started) => {
	it('is never sent again, not by Retry On Fail either, and is told as what it is', async () => {
		await onRoute('run', fault);
		const { error } = await local.run(surprise(), {
			settings: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
		});
		expect(error?.message.startsWith(`Item 0: ${MAYBE}`)).toBe(true);
		expect(error?.message).toContain(reason);
		expect(error?.description).toContain('It was not sent again, so as not to pay twice.');
		expect(await local.count('run')).toBe(1);
		expect(await startedRuns()).toBe(started);
	});

	it('loses no other item, and leaves by the error output as unknown', async () => {
		await local.control.addFault({ route: 'run', skip: 1, fault });
		const { json: outputs, failed } = await local.run(surprise(), {
			items,
			settings: { onError: 'continueErrorOutput' },
		});
		expect(outputs.map(({ status }) => status)).toEqual(['completed', 'completed']);
		expect(failed.map(({ json: { error } }) => error)).toEqual([`${MAYBE}${reason}`]);
		expect(failed[0]?.json.details).toEqual(
			promised(expect.objectContaining({ run_id: null, status: 'unknown' })),
		);
		expect(await local.count('run')).toBe(3);
	});
});

describe('a passing trouble of a request that is safe to repeat', () => {
	it.each<[string, FaultSpec['fault']]>([
		['429', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
		['500', { kind: 'status', status: 500 }],
		['503', { kind: 'status', status: 503 }],
		['a web page instead of JSON', { kind: 'html', status: 200 }],
		['an unexpected shape', { kind: 'wrong_shape' }],
		['a broken connection', { kind: 'reset_before' }],
		['an answer cut short', { kind: 'truncated' }],
	])('%s is overcome without a second run', async (_, fault) => {
		for (const route of ['get_app', 'get_run'] as const) await onRoute(route, fault, 2);
		const { json: outputs, error } = await local.run(surprise());
		expect(error).toBeUndefined();
		expect(outputs.map(({ status }) => status)).toEqual(['completed']);
		expect(await local.count('run')).toBe(1);
	});

	it('that does not pass is told, and nothing is started', async () => {
		await onRoute('get_app', { kind: 'html', status: 200 }, -1);
		const { error } = await local.run(surprise());
		expect(error?.message).toBe(
			'Item 0: The answer is not JSON; it may come from a proxy or a web page instead of the API',
		);
		expect(await local.count('run')).toBe(0);
	});

	it('a run that cannot be found for a moment after its start is looked for again', async () => {
		await onRoute('get_run', { kind: 'status', status: 404 }, 2);
		const { json: outputs } = await local.run(surprise());
		expect(outputs.map(({ status }) => status)).toEqual(['completed']);
	});

	it('a run that cannot be found at all is given up with its id', async () => {
		await onRoute('get_run', { kind: 'status', status: 404 }, -1);
		const { error } = await local.run(surprise());
		const [run] = await local.control.runs();
		expect(error?.message).toBe(
			`Item 0: Run ${String(run?.run_id)} was started, but its state could not be read: Magnific does not know what was asked for: Not Found`,
		);
	});
});

describe('a base URL', () => {
	it('where nothing listens is told as unreachable', async () => {
		const { error } = await local.run(surprise(), {
			credential: { baseUrl: 'http://127.0.0.1:9' },
		});
		expect(error?.message).toBe(
			'Item 0: Magnific could not be reached: the connection was refused',
		);
	});

	it('that is none is told before anything is sent', async () => {
		const { error } = await local.run(surprise(), { credential: { baseUrl: 'api.magnific' } });
		expect(error?.message).toBe(
			'Item 0: The base URL “api.magnific” in the credential is not a web address',
		);
	});
});
