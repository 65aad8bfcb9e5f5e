import { posterFromText } from '../../emulator/apps/posterFromText';
import { untitledDraft } from '../../emulator/apps/untitledDraft';
import { localMagnific } from './support/localMagnific';
import { byId, inputId } from './support/parameters';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific({ settings: { list: 'full' } });
const appGet = { resource: 'app', operation: 'get' };
const appGetAll = { resource: 'app', operation: 'getAll' };

describe('App → Get', () => {
	it('gives the definition in a short form, asked for once for all items', async () => {
		const { items } = await local.run(
			{ ...appGet, app: byId(posterFromText.sqid) },
			{ items: [{ json: {} }, { json: {} }] },
		);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(items[1]?.json).toEqual({
			sqid: posterFromText.sqid,
			name: 'Poster from Text',
			total_cost: 3,
			inputs: [
				{
					id: inputId(posterFromText, 'Headline'),
					api_key: 'headline',
					label: 'Headline',
					type: 'text',
					media_type: null,
					required: true,
					default: null,
					options: [],
					description: 'The words on the poster; a few are read from further away.',
					placeholder: 'Summer sale starts Friday',
				},
				{
					id: inputId(posterFromText, 'Style'),
					api_key: 'style',
					label: 'Style',
					type: 'select',
					media_type: null,
					required: false,
					default: 'Bold',
					options: ['Bold', 'Minimal', 'Night', 'Nature'].map((value) => ({ value, label: value })),
				},
				expect.objectContaining({ label: 'Number of shapes', type: 'number', default: 6 }),
			],
		});
		expect(await local.count('get_app')).toBe(1);
	});

	it('gives an item for each input where that is wanted', async () => {
		const { items } = await local.run({
			...appGet,
			app: byId(posterFromText.sqid),
			outputPer: 'input',
		});
		expect(items.map(({ json }) => [json['sqid'], json['app_name'], json['label']])).toEqual(
			['Headline', 'Style', 'Number of shapes'].map((label) => [
				posterFromText.sqid,
				'Poster from Text',
				label,
			]),
		);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(items.map(() => ({ item: 0 })));
	});

	it('gives the definition as the API does where it is not to be simplified', async () => {
		const { json } = await local.run({
			...appGet,
			app: byId(posterFromText.sqid),
			simplify: false,
		});
		expect(json).toEqual([
			expect.objectContaining({
				sqid: posterFromText.sqid,
				inputs: posterFromText.inputs,
				tool_metadata: expect.objectContaining({ total_cost: 3, category: 'general' }) as unknown,
			}),
		]);
	});

	it('fails the item whose app is unknown, or whose expression gives none, and no other', async () => {
		const { json, failed } = await local.run(
			{ ...appGet, app: byId('={{ $json.app }}') },
			{
				items: [
					{ json: { app: posterFromText.sqid } },
					{ json: { app: 'zzzzzzzzzz' } },
					{ json: {} },
				],
				settings: { onError: 'continueErrorOutput' },
			},
		);
		expect(json.map(({ name }) => name)).toEqual(['Poster from Text']);
		expect(failed.map(({ json: { error } }) => error)).toEqual([
			'App zzzzzzzzzz was not found, or the account of this API key cannot see it',
			'No app is chosen',
		]);
	});
});

describe('App → Get Many', () => {
	const names = async (parameters: Record<string, string | number | boolean | object>) => {
		const { json } = await local.run({ ...appGetAll, ...parameters });
		return json.map(({ name }) => name);
	};

	it('gives the apps that the key may run, by name, with their cost', async () => {
		const { items } = await local.run({ ...appGetAll, returnAll: true });
		expect(items).toHaveLength(10);
		expect(items[0]).toEqual({
			json: { sqid: 'bR0kEnP1pe', name: 'Broken Pipeline', total_cost: 4 },
			pairedItem: { item: 0 },
		});
		const all = items.map(({ json }) => (typeof json.name === 'string' ? json.name : ''));
		expect(all).toEqual([...all].sort((a, b) => a.localeCompare(b)));
	});

	it('gives no more than the limit', async () => {
		expect(await names({ limit: 2 })).toEqual(['Broken Pipeline', 'Four Variations']);
	});

	it('searches in names and ids, in any case', async () => {
		expect(await names({ filters: { search: 'PRODUCT' } })).toEqual([
			'Product Clip',
			'Product Photoshoot',
		]);
	});

	it('gives what the key’s owner made, drafts too, where that is asked for', async () => {
		const mine = await names({ filters: { owner: 'mine' } });
		expect(mine).toContain(untitledDraft.name);
		expect(await names({})).not.toContain(untitledDraft.name);
	});

	it('gives null for a cost that the list does not tell', async () => {
		await local.control.settings({ list: 'bare' });
		const { json } = await local.run({ ...appGetAll, limit: 1 });
		expect(json).toEqual([{ sqid: 'bR0kEnP1pe', name: 'Broken Pipeline', total_cost: null }]);
	});

	it('gives nothing, and no error, where nothing is found', async () => {
		const { json, error } = await local.run({ ...appGetAll, filters: { search: 'no such app' } });
		expect(json).toEqual([]);
		expect(error).toBeUndefined();
	});
});
