import type { INodeParameters } from 'n8n-workflow';
import { moodboard } from '../../emulator/apps/moodboard';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { productPhotoshoot } from '../../emulator/apps/productPhotoshoot';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { getAppInputs, searchApps, testCredential } from './support/editor';
import { localMagnific } from './support/localMagnific';
import { appRun, byId, fields, inputId } from './support/parameters';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific({ settings: { list: 'full' } });
const nowhere = { baseUrl: 'http://127.0.0.1:9' };

describe('the list of apps', () => {
	it('shows names with credits, by name, and no drafts', async () => {
		const { results } = await searchApps(local);
		expect(results.slice(0, 3)).toEqual([
			{ name: 'Broken Pipeline (4 credits)', value: 'bR0kEnP1pe' },
			{ name: 'Four Variations (12 credits)', value: 'hT3kYw8NdQ' },
			{ name: 'Moodboard', value: 'mOd8BrD4yU' },
		]);
		expect(results).toContainEqual({ name: 'Sound to Waveform (1 credit)', value: 'wAv5Zc7QnG' });
		expect(results.map(({ name }) => name)).not.toContain('Untitled draft');
	});

	it('costs one request to open, and none for each letter of a search', async () => {
		for (const filter of ['', 'p', 'po', 'pos', 'post', undefined]) {
			await searchApps(local, filter);
		}
		expect(await local.count('list')).toBe(2);
	});

	it('has a new app as soon as it is opened again', async () => {
		await searchApps(local);
		await local.control.addApp({ sqid: 'n3wApp0000', name: 'Just Published' });
		expect((await searchApps(local, '')).results.map(({ name }) => name)).toContain(
			'Just Published',
		);
		expect((await searchApps(local, 'just pub')).results).toHaveLength(1);
	});

	it('is another one for another key', async () => {
		await searchApps(local);
		await expect(searchApps(local, 'poster', { apiKey: 'wrong-key' })).rejects.toMatchObject({
			httpCode: '401',
		});
	});

	it('is searched as one types', async () => {
		const { results } = await searchApps(local, 'poster');
		expect(results).toEqual([{ name: 'Poster from Text (3 credits)', value: posterFromText.sqid }]);
	});

	it('tells in words why it cannot be shown', async () => {
		await expect(searchApps(local, '', { apiKey: 'wrong-key' })).rejects.toMatchObject({
			message: 'Magnific refused the API key: Invalid API key',
			description: expect.stringContaining('Check the API key in the credential') as unknown,
		});
		await expect(searchApps(local, '', nowhere)).rejects.toMatchObject({
			message: 'Magnific could not be reached: the connection was refused',
		});
	});
});

describe('the form of the inputs', () => {
	const form = async (parameters: INodeParameters, credential = {}) =>
		await getAppInputs(local, parameters, credential);

	it('has a field of the right type for each input, with its options and default', async () => {
		const always = { defaultMatch: false, display: true, readOnly: false, removed: false };
		expect(await form(appRun(productPhotoshoot, fields(productPhotoshoot, {})))).toEqual({
			fields: [
				{
					...always,
					id: inputId(productPhotoshoot, 'Product photo'),
					displayName: 'Product photo (image)',
					type: 'string',
					required: true,
				},
				{
					...always,
					id: inputId(productPhotoshoot, 'Background'),
					displayName: 'Background',
					type: 'options',
					required: false,
					options: [
						{ name: 'White studio', value: 'studio' },
						{ name: 'Marble table', value: 'marble' },
						{ name: 'Beach at sunset', value: 'sunset' },
						{ name: 'Forest floor', value: 'forest' },
					],
					defaultValue: 'studio',
				},
				{
					...always,
					id: inputId(productPhotoshoot, 'Padding'),
					displayName: 'Padding',
					type: 'number',
					required: false,
					defaultValue: 40,
				},
				{
					...always,
					id: inputId(productPhotoshoot, 'Caption'),
					displayName: 'Caption',
					type: 'string',
					required: false,
				},
			],
		});
	});

	it('shows a type that came later as text', async () => {
		const { fields: shown } = await form(appRun(moodboard, fields(moodboard, {})));
		expect(shown).toEqual([
			expect.objectContaining({ displayName: 'Words', type: 'string', required: true }),
		]);
	});

	it('tells inputs of the same label apart', async () => {
		await local.control.addApp({
			sqid: 'tW0Pr0mpts',
			name: 'Two prompts',
			inputs: [
				{ id: 'input-a-1', api_key: 'prompt', type: 'text', label: 'Prompt', config: null },
				{ id: 'input-b-1', api_key: 'prompt_2', type: 'text', label: 'Prompt', config: null },
			],
		});
		const { fields: shown } = await form(appRun('tW0Pr0mpts', {}));
		expect(shown.map(({ id, displayName }) => [id, displayName])).toEqual([
			['input-a-1', 'Prompt'],
			['input-b-1', 'Prompt (2)'],
		]);
	});

	it('says that an app has no inputs', async () => {
		expect(await form(appRun(surpriseMe, {}))).toEqual({
			fields: [],
			emptyFieldsNotice: '“Surprise Me” has no inputs: it runs as it is.',
		});
	});

	it('asks for an app where none is chosen, without a request', async () => {
		expect(await form({ ...appRun('', {}), app: { __rl: true, mode: 'list', value: '' } })).toEqual(
			{
				fields: [],
				emptyFieldsNotice: 'Choose an app to see its inputs.',
			},
		);
		expect(await local.requests()).toEqual([]);
	});

	it.each(['={{ $json.app }}', '={{ $("Source 0").item.json.app }}', null])(
		'points to the JSON mode where an expression chooses the app (%s)',
		async (expression) => {
			expect(await form({ ...appRun('', {}), app: byId(expression) })).toEqual({
				fields: [],
				emptyFieldsNotice:
					'The app is chosen by an expression, so its inputs are not known here. Set Input Mode to JSON.',
			});
			expect(await local.requests()).toEqual([]);
		},
	);

	it('says what an app id looks like, without a request', async () => {
		expect(await form({ ...appRun('', {}), app: byId('my app') })).toEqual({
			fields: [],
			emptyFieldsNotice:
				'The inputs could not be loaded: “my app” is not an app id; an id has 6 to 20 letters and digits, like uqzQLDr2Aw; App → Get Many lists those of all apps as sqid. Choose the app from the list. Then open the node again.',
		});
		expect(await local.requests()).toEqual([]);
	});

	it('says that the app is unknown', async () => {
		expect(await form(appRun('zzzzzzzzzz', {}))).toEqual({
			fields: [],
			emptyFieldsNotice:
				'App zzzzzzzzzz was not found, or the account of this API key cannot see it. Choose another one.',
		});
	});

	it('says why it cannot be loaded where there is none yet', async () => {
		const { fields: shown, emptyFieldsNotice } = await form(appRun(posterFromText, {}), nowhere);
		expect(shown).toEqual([]);
		expect(emptyFieldsNotice).toMatch(
			/^The inputs could not be loaded: Magnific could not be reached: the connection was refused\./,
		);
	});

	it('keeps the fields that are there when it cannot be loaded: it fails instead of giving none', async () => {
		const { fields: schema } = await form(appRun(posterFromText, {}));
		const stored = appRun(posterFromText, {
			inputs: {
				mappingMode: 'defineBelow',
				value: { [inputId(posterFromText, 'Headline')]: 'Hi' },
				schema: schema.map(({ id, displayName, type }) => ({ id, displayName, type: type ?? '' })),
			},
		});
		await expect(form(stored, nowhere)).rejects.toMatchObject({
			message: 'Magnific could not be reached: the connection was refused',
		});
	});
});

describe('the test of the credential', () => {
	it('says that the key works', async () => {
		expect(await testCredential(local)).toEqual({ status: 'OK', message: 'The API key works.' });
	});

	it('finds the Flows family where the server has no other', async () => {
		await local.control.settings({ families: ['flows'] });
		expect(await testCredential(local, { endpointFamily: 'auto' })).toMatchObject({ status: 'OK' });
	});

	it('says that the key is refused', async () => {
		expect(await testCredential(local, { apiKey: 'wrong-key' })).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(/^Key refused: /) as unknown,
		});
	});

	it('says that the plan has no API', async () => {
		await local.control.settings({ plan: 'none' });
		expect(await testCredential(local)).toMatchObject({
			status: 'Error',
			message: expect.stringContaining('this plan has no Apps API') as unknown,
		});
	});

	it.each([
		['a wrong path', () => `${local.url}/nothing`],
		['a page that is not the API', () => `${local.url}/?`],
		['an address where nobody listens', () => nowhere.baseUrl],
		['no web address', () => 'magnific'],
	])('says that there is nothing there for %s', async (_, baseUrl) => {
		expect(await testCredential(local, { baseUrl: baseUrl() })).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(/^Nothing there: /) as unknown,
		});
	});
});
