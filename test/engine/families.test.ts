import { startEmulator, type Emulator } from '../../emulator';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { SPEED } from './support/fastClock';
import { localMagnific } from './support/localMagnific';
import { appRun, fields, inputId } from './support/parameters';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const poster = appRun(posterFromText, fields(posterFromText, { Headline: 'Hi' }), { wait: 'none' });
const unknownApp = appRun('zzzzzzzzzz', fields(posterFromText, {}), { wait: 'none' });
const auto = { endpointFamily: 'auto' };

describe('the endpoint family', () => {
	it('Flows has its own paths and gets the inputs by api_key, by id where there is none', async () => {
		await local.control.addApp({
			sqid: 'n0ApiKey01',
			name: 'No api_key',
			inputs: [{ id: 'input-a-1', type: 'text', label: 'Prompt', config: null }],
		});
		const flows = { credential: { endpointFamily: 'flows' } };
		await local.run(poster, flows);
		await local.run(
			appRun(
				'n0ApiKey01',
				{ inputMode: 'json', inputsJson: '{"Prompt":"a car"}' },
				{ wait: 'none' },
			),
			flows,
		);
		expect((await local.control.runs()).map(({ family, inputs }) => ({ family, inputs }))).toEqual([
			{ family: 'flows', inputs: { headline: 'Hi' } },
			{ family: 'flows', inputs: { 'input-a-1': 'a car' } },
		]);
		expect(await local.requests(undefined, { family: 'apps' })).toEqual([]);
	});

	it('Apps gets the inputs by id and never asks for the other', async () => {
		await local.run(poster, { credential: { endpointFamily: 'apps' } });
		const { error } = await local.run(unknownApp, { credential: { endpointFamily: 'apps' } });
		expect((await local.control.runs()).map(({ inputs }) => inputs)).toEqual([
			{ [inputId(posterFromText, 'Headline')]: 'Hi' },
		]);
		expect(error?.message).toContain('App zzzzzzzzzz was not found');
		expect(await local.count('list')).toBe(0);
		expect(await local.requests(undefined, { family: 'flows' })).toEqual([]);
	});

	it('Automatic takes Apps where the server has it, and an unknown app stays not found', async () => {
		await local.run(poster, { credential: auto });
		expect(await local.count('list')).toBe(0);
		for (let time = 0; time < 2; time += 1) {
			const { error } = await local.run(unknownApp, { credential: auto });
			expect(error?.message).toBe(
				'Item 0: App zzzzzzzzzz was not found, or the account of this API key cannot see it',
			);
		}
		expect(await local.count('list')).toBe(1);
		expect(await local.requests(undefined, { family: 'flows' })).toEqual([]);
	});
});

describe('a server that knows Flows only', () => {
	let flowsOnly: Emulator;

	beforeAll(async () => {
		flowsOnly = await startEmulator({
			timeScale: SPEED,
			families: ['flows'],
			requestsPerMinute: 60_000,
			apiKey: local.apiKey,
		});
	});

	afterAll(async () => {
		await flowsOnly.close();
	});

	it('is not taken for one that knows Apps because the question met a passing trouble', async () => {
		await flowsOnly.control.addFault({ route: 'list', fault: { kind: 'status', status: 503 } });
		const baseUrl = flowsOnly.url.replace('127.0.0.1', 'localhost');
		const credential = { ...auto, baseUrl };
		const { error, json } = await local.run(poster, { credential });
		expect(error?.message).toBeUndefined();
		expect(json).toMatchObject([{ status: 'running' }]);
		await flowsOnly.control.reset();
	});

	it('is found out once, then its apps run and its unknown apps are not found', async () => {
		const credential = { ...auto, baseUrl: `${flowsOnly.url}/` };
		const polled = appRun(posterFromText, fields(posterFromText, { Headline: 'Hi' }));
		const { json } = await local.run(polled, { credential, items: [{ json: {} }, { json: {} }] });
		expect(json.map(({ status }) => status)).toEqual(['completed', 'completed']);
		expect((await flowsOnly.control.runs()).map(({ inputs }) => inputs)).toEqual([
			{ headline: 'Hi' },
			{ headline: 'Hi' },
		]);

		const { error } = await local.run(unknownApp, { credential });
		expect(error?.message).toContain('App zzzzzzzzzz was not found');

		const asked = await flowsOnly.control.requests({ family: 'apps' });
		expect(asked.map(({ route }) => route)).toEqual(['get_app', 'list']);
		expect((await flowsOnly.control.requests({ route: 'list' })).length).toBe(2);
	});
});
