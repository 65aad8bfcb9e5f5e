import { z } from 'zod';
import { productPhotoshoot } from '../../emulator/apps/productPhotoshoot';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { inputId } from '../engine/support/parameters';
import { realN8n } from './support/realN8n';
import { MAGNIFIC } from './support/workflows';

const n8n = realN8n({ magnific: { settings: { list: 'full' } } });

const searchApps = async (filter?: string) =>
	await n8n.api.listSearch({
		nodeType: MAGNIFIC,
		methodName: 'searchApps',
		path: 'parameters.app',
		parameters: { resource: 'app', operation: 'run' },
		...(filter === undefined ? {} : { filter }),
	});

const inputsOf = async (sqid: string) =>
	await n8n.api.resourceMapperFields({
		nodeType: MAGNIFIC,
		methodName: 'getAppInputs',
		path: 'parameters.inputs',
		parameters: {
			resource: 'app',
			operation: 'run',
			app: { __rl: true, mode: 'list', value: sqid },
			inputMode: 'fields',
		},
	});

describe('the package, installed from its tarball', () => {
	it('is offered by the editor with its node, its tool form, its credential and its icons', async () => {
		const nodes = z
			.array(z.object({ name: z.string(), iconUrl: z.unknown() }).passthrough())
			.parse(await n8n.api.request('GET', '/types/nodes.json'))
			.filter(({ name }) => name.startsWith('n8n-nodes-magnific.'));
		const credentials = z
			.array(z.object({ name: z.string() }).passthrough())
			.parse(await n8n.api.request('GET', '/types/credentials.json'));

		expect(nodes.map(({ name }) => name)).toEqual(
			expect.arrayContaining([MAGNIFIC, `${MAGNIFIC}Tool`]),
		);
		expect(credentials.map(({ name }) => name)).toContain('magnificApi');
		const icons = z
			.object({ light: z.string(), dark: z.string() })
			.parse(nodes.find(({ name }) => name === MAGNIFIC)?.iconUrl);
		for (const icon of Object.values(icons)) {
			const response = await fetch(`${n8n.server.url}/${icon}`);
			expect(response.headers.get('content-type')).toMatch(/^image\/svg\+xml/);
			expect(await response.text()).toMatch(/<svg/);
		}
	});
});

describe('the credential test', () => {
	const test = async (change: Record<string, unknown>) =>
		await n8n.api.testCredential({
			...n8n.credential,
			data: { ...n8n.credential.data, ...change },
		});

	it('passes with a key that works', async () => {
		expect(await test({})).toEqual({ status: 'OK', message: 'The API key works.' });
	});

	it('passes on a server that knows only the later name of the API', async () => {
		await n8n.magnific.control.settings({ families: ['flows'] });
		expect(await test({})).toMatchObject({ status: 'OK' });
	});

	it('says when the key is refused', async () => {
		const { status, message } = await test({ apiKey: 'wrong' });
		expect(status).toBe('Error');
		expect(message).toMatch(/^Key refused/);
	});

	it('says when the plan has no Apps API', async () => {
		await n8n.magnific.control.settings({ plan: 'none' });
		const { status, message } = await test({});
		expect(status).toBe('Error');
		expect(message).toMatch(/plan has no Apps API/);
	});

	it('says when there is no Magnific at the base URL', async () => {
		const { status, message } = await test({ baseUrl: `${n8n.magnific.url}/elsewhere` });
		expect(status).toBe('Error');
		expect(message).toMatch(/^Nothing there/);
	});
});

describe('the list of apps', () => {
	it('shows every app that the key may run, with its credits', async () => {
		const { results } = await searchApps();
		const apps = await n8n.magnific.control.apps();
		const published = apps.filter(({ draft }) => !draft).map(({ sqid }) => sqid);

		expect(results.map(({ value }) => value)).toEqual(expect.arrayContaining(published));
		const shoot = results.find(({ value }) => value === productPhotoshoot.sqid);
		expect(shoot?.name).toMatch(/Product Photoshoot.*8 credits/);
	});

	it('can be searched', async () => {
		const { results } = await searchApps('poster');
		expect(results.map(({ value }) => value)).toEqual([posterFromText.sqid]);
	});
});

describe('the form of an app', () => {
	it('has a typed field for each input, with its choices and its required mark', async () => {
		const { fields } = await inputsOf(productPhotoshoot.sqid);
		const field = (label: string) =>
			fields.find(({ id }) => id === inputId(productPhotoshoot, label));

		expect(field('Product photo')).toMatchObject({ type: 'string', required: true });
		expect(field('Padding')).toMatchObject({ type: 'number', required: false });
		expect(field('Caption')).toMatchObject({ type: 'string', required: false });
		expect(field('Background')).toMatchObject({
			type: 'options',
			required: false,
			options: [
				{ name: 'White studio', value: 'studio' },
				{ name: 'Marble table', value: 'marble' },
				{ name: 'Beach at sunset', value: 'sunset' },
				{ name: 'Forest floor', value: 'forest' },
			],
		});
	});

	it('is another one for another app', async () => {
		const { fields } = await inputsOf(posterFromText.sqid);
		expect(fields.map(({ id }) => id)).toEqual(
			['Headline', 'Style', 'Number of shapes'].map((label) => inputId(posterFromText, label)),
		);
	});

	it('says why it is empty when the app is not there', async () => {
		const { fields, emptyFieldsNotice } = await inputsOf('n0SuchApp1');
		expect(fields).toEqual([]);
		expect(emptyFieldsNotice).toMatch(/n0SuchApp1/);
	});
});
