import { setTimeout as sleep } from 'node:timers/promises';
import type { IDataObject } from 'n8n-workflow';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { bytesOf } from './support/files';
import { localMagnific } from './support/localMagnific';
import { appRun, fields, json, inputId } from './support/parameters';
import { textOf } from './support/text';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();

const list = (rest: IDataObject = {}) => ({ resource: 'creation', operation: 'getAll', ...rest });

/** So many pictures by an app without inputs; the ids of their files, the newest first. */
const makePictures = async (count: number): Promise<unknown[]> => {
	const items = Array.from({ length: count }, () => ({ json: {} }));
	await local.run(appRun(surpriseMe, json({})), { items });
	return (await local.run(list({ returnAll: true }))).json.map(({ creation_id }) => creation_id);
};

describe('Creation → Get Many', () => {
	it('gives an item per creation, the newest first, linked to the item that asked', async () => {
		await local.run(appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' })));
		const { json: made } = await local.run(appRun(surpriseMe, json({})));
		const { items } = await local.run(list(), { items: [{ json: {} }] });
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 0 }]);
		const [newest, older] = items.map(({ json: creation }) => creation);
		expect(Object.keys(newest ?? {})).toEqual([
			'creation_id',
			'name',
			'family',
			'tool',
			'status',
			'url',
			'preview',
			'created_at',
		]);
		expect(newest).toMatchObject({ name: 'Surprise Me', family: 'image', status: 'completed' });
		expect(older).toMatchObject({ name: 'Poster from Text' });
		expect(made).toMatchObject([{ result: { images: [{ id: newest?.creation_id }] } }]);
	});

	it('gives a run’s file the id by which the next app takes it, without a download', async () => {
		await makePictures(1);
		const [creation] = (await local.run(list())).json;
		const chained = await local.run(
			appRun(fourVariations, fields(fourVariations, { Picture: '={{ $json.creation_id }}' })),
			{ items: [{ json: creation ?? {} }] },
		);
		expect(chained.json).toMatchObject([{ status: 'completed_with_errors' }]);
		const [, run] = await local.control.runs();
		expect(run?.inputs[inputId(fourVariations, 'Picture')]).toBe(creation?.creation_id);
		expect(await local.count('file', 'request_upload', 'put_upload')).toBe(0);
	});

	it('pages through all of them, each once, by a budget of its own', async () => {
		const ids = await makePictures(205);
		expect(ids).toHaveLength(205);
		expect(new Set(ids).size).toBe(205);
		const pages = (await local.requests('creations')).map(({ query }) => query);
		expect(pages).toEqual(['1', '2', '3'].map((page) => ({ page, per_page: '100' })));
		expect((await local.run(list())).json).toHaveLength(50);
		expect((await local.run(list({ limit: 3 }))).json).toHaveLength(3);
		expect((await local.requests('creations')).at(-1)?.query).toEqual({ page: '1', per_page: '3' });
	});

	it('gives nothing where there is nothing', async () => {
		const { json: found, error } = await local.run(list({ returnAll: true }));
		expect([found, error]).toEqual([[], undefined]);
	});

	it('can be of one tool, and as the API gives them', async () => {
		await makePictures(1);
		await local.run(appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' })));
		const all = (await local.run(list())).json;
		const { json: found } = await local.run(
			list({ filters: { tool: '={{ "text-to-image" }}' }, simplify: false }),
		);
		expect(found).toHaveLength(all.filter(({ tool }) => tool === 'text-to-image').length);
		expect(found[0]).toMatchObject({
			tool_name: 'text-to-image',
			creation: { tool: 'text-to-image', identifier: expect.any(String) as unknown },
		});
	});

	it('can be of a span of time, both ends in it, and asks no further than that', async () => {
		await makePictures(1);
		// The service tells whole seconds.
		await sleep(1_100);
		await makePictures(1);
		const [newest, oldest] = (await local.run(list())).json.map(({ created_at }) => created_at);
		const found = async (filters: IDataObject) =>
			(await local.run(list({ filters }))).json.map(({ created_at }) => created_at);
		expect(await found({ createdAfter: newest })).toEqual([newest]);
		expect(await found({ createdBefore: oldest })).toEqual([oldest]);
		expect(await found({ createdAfter: oldest, createdBefore: newest })).toEqual([newest, oldest]);
		expect(await found({ createdBefore: '2020-01-01T00:00:00' })).toEqual([]);
		await makePictures(103);
		await local.control.clearRequests();
		expect(await found({ createdAfter: '={{ $now.plus({ years: 1 }) }}' })).toEqual([]);
		expect(await local.count('creations')).toBe(1);
	});

	it.each<[string, IDataObject, RegExp]>([
		['no date', { createdAfter: 'yesterday' }, /^Item 0: Created After needs a date such as/],
		['a day that is not', { createdBefore: '2026-02-30' }, /^Item 0: Created Before needs a date/],
		[
			'dates the wrong way round',
			{ createdAfter: '2026-05-02T00:00:00Z', createdBefore: '2026-05-01T00:00:00Z' },
			/^Item 0: Created After \(2026-05-02T.*\) is later than Created Before \(2026-05-01T/,
		],
	])('refuses %s in words, and asks nothing', async (_, filters, said) => {
		const { error } = await local.run(list({ filters }));
		expect(error?.message).toMatch(said);
		expect(await local.count('creations')).toBe(0);
	});

	it.each([0, -3, 'many'])('refuses a limit of %s', async (limit) => {
		const { error } = await local.run(list({ limit }));
		expect(error?.message).toMatch(/^Item 0: Limit needs a whole number/);
		expect(await local.count('creations')).toBe(0);
	});

	it('downloads the files, and loses none of the list with one that cannot be had', async () => {
		await makePictures(2);
		await local.control.addFault({ route: 'file', fault: { kind: 'status', status: 400 } });
		const { items, error } = await local.run(
			list({ options: { downloadFiles: true, binaryField: 'picture' } }),
		);
		expect(error).toBeUndefined();
		const [there] = items.filter(({ binary }) => binary !== undefined);
		const [missing] = items.filter(({ binary }) => binary === undefined);
		expect((await bytesOf(there?.binary?.picture)).length).toBeGreaterThan(0);
		expect(there?.binary?.picture?.fileName).toBe(`${textOf(there?.json.creation_id)}-0.png`);
		expect(missing?.json.files_missing).toBe(
			`The download of the file of creation ${textOf(missing?.json.creation_id)} was refused (400)`,
		);
		expect(there?.json).not.toHaveProperty('files_missing');
	});

	it('goes on after a passing trouble, and tells a lasting one with the item', async () => {
		await makePictures(1);
		await local.control.addFault({ route: 'creations', fault: { kind: 'status', status: 502 } });
		expect((await local.run(list())).json).toHaveLength(1);
		await local.control.addFault({ route: 'creations', fault: { kind: 'status', status: 403 } });
		const { failed } = await local.run(list(), { settings: { onError: 'continueErrorOutput' } });
		expect(failed).toMatchObject([
			{ json: { error: expect.stringContaining('does not allow this API key') as unknown } },
		]);
	});

	it('does not take turns with the runs of the same key', async () => {
		await makePictures(1);
		await local.run(list());
		const { json: found } = await local.run(list({ limit: 1 }), {
			credential: { requestsPerMinute: 1 },
			items: Array.from({ length: 20 }, () => ({ json: {} })),
		});
		expect(found).toHaveLength(20);
	});
});
