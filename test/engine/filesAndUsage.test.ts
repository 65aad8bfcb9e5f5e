import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { GROUPS, KEYS, PROJECTS } from '../../emulator/account/team';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { loadOptions } from './support/editor';
import { binary, bytesOf, keepFilesIn, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import { appRun, fields } from './support/parameters';
import { textOf } from './support/text';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const continues = { onError: 'continueErrorOutput' } as const;

const itemWith = (data: IBinaryData, field = 'data'): INodeExecutionData => ({
	json: {},
	binary: { [field]: data },
});

describe.each(['memory', 'disk'] as const)('File → Upload, from %s', (place) => {
	beforeAll(async () => {
		await keepFilesIn(place);
	});

	const upload = (binaryField = 'data') => ({ resource: 'file', operation: 'upload', binaryField });

	it('uploads each distinct file once, and gives an address that an app takes', async () => {
		const bytes = await picture('red');
		const red = binary(bytes, 'image/png', 'red.png');
		const blue = binary(await picture('blue'), 'application/octet-stream', 'blue');
		const { json } = await local.run(upload(), {
			items: [red, blue, red].map((one) => itemWith(one)),
		});
		expect(json).toEqual(
			[bytes.length, expect.any(Number), bytes.length].map((size) => ({
				file_id: expect.stringMatching(/^upl_img_/) as unknown,
				url: expect.stringContaining(`${local.url}/files/`) as unknown,
				content_type: 'image/png',
				bytes: size as unknown,
				expires_at: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
			})),
		);
		expect(json[2]).toEqual(json[0]);
		expect(await local.count('put_upload')).toBe(2);
		expect((await local.requests('put_upload')).map(({ has_key }) => has_key)).toEqual([
			false,
			false,
		]);
		const { json: made } = await local.run(
			appRun(fourVariations, fields(fourVariations, { Picture: textOf(json[0]?.url) })),
		);
		expect(made).toMatchObject([{ status: 'completed_with_errors' }]);
	});

	it('takes a fresh address for each try', async () => {
		await local.control.addFault({ route: 'put_upload', fault: { kind: 'reset_before' } });
		const red = binary(await picture('red'), 'image/png', 'red.png');
		const { json } = await local.run(upload(), { items: [itemWith(red)] });
		expect(json).toHaveLength(1);
		expect(new Set((await local.requests('put_upload')).map(({ path }) => path)).size).toBe(2);
	});

	it.each<[string, () => Promise<IBinaryData> | IBinaryData, string, RegExp]>([
		[
			'an empty file',
			() => binary(Buffer.alloc(0), 'image/png', 'a.png'),
			'data',
			/^The binary field “data” holds (an empty|no) file/,
		],
		[
			'no file of that name',
			async () => binary(await picture('red'), 'image/png', 'a.png'),
			'photo',
			/^Input Binary Field is “photo”, which is no binary field of the item; the item’s binary fields are “data”$/,
		],
		[
			'a name of none',
			async () => binary(await picture('red'), 'image/png', 'a.png'),
			'constructor',
			/^Input Binary Field is “constructor”, which is no binary field/,
		],
	])('refuses %s in words, and asks for no address', async (_, file, field, said) => {
		const { failed } = await local.run(upload(field), {
			items: [itemWith(await file())],
			settings: continues,
		});
		expect(failed[0]?.json.error).toMatch(said);
		expect(await local.count('request_upload')).toBe(0);
	});

	it('says which types are taken where one is not, and uploads the others', async () => {
		const gif = binary(await picture('red', 'gif'), 'image/gif', 'red.gif');
		const red = binary(await picture('red'), 'image/png', 'red.png');
		const { json, failed } = await local.run(upload(), {
			items: [itemWith(gif), itemWith(red)],
			settings: continues,
		});
		expect(json).toMatchObject([{ content_type: 'image/png' }]);
		expect(failed[0]?.json.error).toMatch(
			/^Magnific’s upload does not take the binary field “data” \(image\/gif\): /,
		);
		expect(failed[0]?.json.message).toContain(
			'It takes PNG, JPEG or WebP; MP4, WebM or MOV; MP3, WAV, M4A or OGG.',
		);
	});
});

describe('File → Get Many', () => {
	const list = (rest: IDataObject = {}) => ({ resource: 'file', operation: 'getAll', ...rest });

	it('gives the uploads with fresh addresses, the newest first, and their files', async () => {
		await keepFilesIn('memory');
		const pictures = await Promise.all(
			['red', 'blue', 'green'].map(async (colour) => await picture(colour)),
		);
		for (const bytes of pictures) {
			await local.run(
				{ resource: 'file', operation: 'upload', binaryField: 'data' },
				{ items: [itemWith(binary(bytes, 'image/png', 'a.png'))] },
			);
		}
		const { items } = await local.run(list({ limit: 2, options: { downloadFiles: true } }));
		expect(items.map(({ json }) => json)).toEqual(
			[pictures[2], pictures[1]].map((bytes) => ({
				file_id: expect.stringMatching(/^upl_img_/) as unknown,
				url: expect.stringContaining(`${local.url}/files/`) as unknown,
				content_type: 'image/png',
				bytes: bytes?.length,
				created_at: expect.any(String) as unknown,
				expires_at: expect.any(String) as unknown,
				file_expires_at: expect.any(String) as unknown,
			})),
		);
		const [first] = items;
		expect(await bytesOf(first?.binary?.data)).toEqual(pictures[2]);
		expect((await local.run(list({ returnAll: true }))).json).toHaveLength(3);
	});

	it('refuses a limit of 0', async () => {
		const { error } = await local.run(list({ limit: 0 }));
		expect(error?.message).toMatch(/^Item 0: Limit needs a whole number, but got “0”: 1 or more/);
	});
});

describe('Usage → Get', () => {
	const usage = (rest: IDataObject = {}) => ({ resource: 'usage', operation: 'get', ...rest });
	const asked = async (): Promise<unknown[]> =>
		(await local.requests('credit_usage')).map(({ body }) => body);

	it('gives a flat item per period, tool and user, which add up to what was charged', async () => {
		const items = ['a', 'b', 'c'].map((headline) => ({ json: { headline } }));
		await local.run(
			appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.headline }}' })),
			{ items },
		);
		const { json } = await local.run(usage({ options: { apiKeyIds: [KEYS[0].api_key_id] } }));
		expect(json).toEqual([
			{
				date: new Date().toISOString().slice(0, 10),
				tool: 'Poster from Text',
				user_email: 'owner@example.com',
				project: 'Nightly batches',
				group: 'Pictures',
				uses: 3,
				credits: 9,
			},
		]);
		const charged = (await local.control.charges()).reduce((sum, { credits }) => sum + credits, 0);
		expect(json[0]?.credits).toBe(charged);
	});

	it('sends what it was asked, a day as it was written, and nothing that narrows nothing down', async () => {
		await local.run(usage());
		await local.run(
			usage({
				startDate: '2026-05-01T00:00:00.000+02:00',
				endDate: '={{ DateTime.fromISO("2026-05-31T23:59:00", { zone: "Asia/Tokyo" }) }}',
				granularity: 'month',
				options: {
					apiKeyIds: '={{ "key-of-n8n, key-of-the-shop" }}',
					groupIds: '={{ ["3", 4] }}',
					projectReferences: [PROJECTS[0].project_reference],
				},
			}),
		);
		expect(await asked()).toEqual([
			{ granularity: 'day' },
			{
				granularity: 'month',
				start_date: '2026-05-01',
				end_date: '2026-05-31',
				api_key_ids: ['key-of-n8n', 'key-of-the-shop'],
				group_ids: [3, 4],
				project_references: [PROJECTS[0].project_reference],
			},
		]);
	});

	it('asks once for all items that ask the same', async () => {
		const items = ['2026-05-01', '2026-05-01', '2026-05-02'].map((day) => ({ json: { day } }));
		const { error } = await local.run(usage({ startDate: '={{ $json.day }}' }), { items });
		expect(error).toBeUndefined();
		expect(await asked()).toHaveLength(2);
	});

	it.each<[string, IDataObject, RegExp]>([
		['no date', { startDate: 'last month' }, /^Item 0: Start Date needs a date such as/],
		[
			'dates the wrong way round',
			{ startDate: '2026-05-02', endDate: '2026-05-01' },
			/^Item 0: Start Date \(2026-05-02\) is later than End Date \(2026-05-01\)/,
		],
		[
			'a group that is no number',
			{ options: { groupIds: ['Design'] } },
			/^Item 0: Group needs a list of IDs of groups, which are numbers/,
		],
		['a granularity that there is not', { granularity: 'hour' }, /^Item 0: Granularity needs/],
	])('refuses %s in words, and asks nothing', async (_, parameters, said) => {
		const { error } = await local.run(usage(parameters));
		expect(error?.message).toMatch(said);
		expect(await asked()).toEqual([]);
	});

	it('says how long a time may be where it is too long for the plan', async () => {
		await local.control.settings({ plan: 'business' });
		const { error } = await local.run(usage({ startDate: '2026-01-01', endDate: '2026-11-01' }));
		expect(error?.message).toContain('180 days');
		expect(error?.description).toContain('Business allows 180 days, Enterprise 365');
	});

	it('says in plain words that the plan has it not', async () => {
		await local.control.settings({ plan: 'premium' });
		const { error } = await local.run(usage());
		expect(error?.message).toMatch(/Usage is part of the plans Business and Enterprise only$/);
		expect(await asked()).toHaveLength(1);
	});

	it('shows in the form why a list cannot be loaded', async () => {
		await local.control.settings({ plan: 'premium' });
		await expect(loadOptions(local, 'getTeamGroups')).rejects.toThrow(/Business and Enterprise/);
	});

	it('offers the team’s keys, groups and projects, each asked for once, and the tools of creations', async () => {
		expect(await loadOptions(local, 'getTeamApiKeys')).toEqual([
			{ name: 'n8n', value: 'key-of-n8n' },
			{ name: 'Shop', value: 'key-of-the-shop' },
			{ name: 'Last year (Inactive)', value: 'key-of-last-year' },
		]);
		await loadOptions(local, 'getTeamApiKeys');
		expect(await loadOptions(local, 'getTeamGroups')).toEqual(
			GROUPS.map(({ name, group_id: value }) => ({ name, value })),
		);
		expect(await loadOptions(local, 'getTeamProjects')).toEqual(
			PROJECTS.map(({ name, project_reference: value }) => ({ name, value })),
		);
		expect(await local.count('team')).toBe(3);
		await local.run(appRun(posterFromText, fields(posterFromText, { Headline: 'x' })));
		const tools = await loadOptions(local, 'getCreationTools');
		expect(tools[0]).toEqual({ name: 'Any', value: '' });
		expect(tools).toHaveLength(2);
	});
});
