import {
	FOREIGN_APP_ID,
	FOREIGN_RUN_ID,
	startEmulator,
	type Emulator,
	type Family,
} from '../../emulator';
import { APPS } from './support/apps';
import { call, field, items, record, text } from './support/client';

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startEmulator({ requestsPerMinute: 5_000 });
});
afterEach(() => emulator.control.reset());
afterAll(() => emulator.close());

async function names(path: string): Promise<string[]> {
	const answer = await call(emulator, path);
	return items(field(answer.body, 'data')).map((app) => text(field(app, 'name')));
}

describe.each<Family>(['apps', 'flows'])('the %s family', (family) => {
	it('lists published apps by id and name alone, drafts left out', async () => {
		const { status, body } = await call(emulator, `/v1/ai/${family}`);
		expect(status).toBe(200);
		const apps = items(field(body, 'data')).map(record);
		expect(apps).toHaveLength(10);
		for (const app of apps) expect(Object.keys(app)).toEqual(['sqid', 'name']);
		expect(apps.map((app) => app.sqid)).not.toContain(APPS.untitledDraft);
	});

	it('lists them with their cost where that is asked for', async () => {
		await emulator.control.settings({ list: 'full' });
		const { body } = await call(emulator, `/v1/ai/${family}`);
		const apps = items(field(body, 'data')).map(record);
		expect(apps[0]).toMatchObject({
			sqid: APPS.sketchToRealism,
			name: 'Sketch to Realism',
			tool_metadata: { total_cost: 5 },
		});
	});

	it('searches names for a part, whatever its case', async () => {
		expect(await names(`/v1/ai/${family}?search=PRODUCT`)).toEqual([
			'Product Photoshoot',
			'Product Clip',
		]);
		expect(await names(`/v1/ai/${family}?search=no%20such%20app`)).toEqual([]);
	});

	it('lists what the owner made, published or not, and never with metadata', async () => {
		await emulator.control.settings({ list: 'full' });
		await emulator.control.addApp({ sqid: 'notMine123', name: 'Not mine', mine: false });
		const { body } = await call(emulator, `/v1/ai/me/${family}`);
		const apps = items(field(body, 'data')).map(record);
		expect(apps.map((app) => app.name)).toEqual(['Poster from Text', 'Untitled draft']);
		for (const app of apps) expect(Object.keys(app)).toEqual(['sqid', 'name']);
	});

	it('gives a definition with inputs of all kinds', async () => {
		const { body } = await call(emulator, `/v1/ai/${family}/${APPS.productPhotoshoot}`);
		const definition = record(field(body, 'data'));
		const inputs = items(definition.inputs).map(record);
		expect(inputs.map((input) => input.type)).toEqual(['creation', 'select', 'number', 'text']);
		for (const input of inputs) {
			expect(input.id).toBe(`input-${text(input.nodeId)}-1`);
			expect(input).not.toHaveProperty('key');
		}
		expect(definition.tool_metadata).toMatchObject({ total_cost: 8 });
	});

	it('answers an unknown app and an unknown run with a 404 that has a message', async () => {
		const app = await call(emulator, `/v1/ai/${family}/nOsUcHaPp1`);
		const run = await call(emulator, `/v1/ai/${family}/runs/nOsUcHrUn1`);
		const started = await call(emulator, `/v1/ai/${family}/nOsUcHaPp1/run`, {
			method: 'POST',
			json: { inputs: {} },
		});
		for (const { status, body } of [app, run, started]) {
			expect(status).toBe(404);
			expect(text(field(body, 'message'))).toMatch(/not found/);
		}
	});

	it('is unknown in all its paths when it is switched off', async () => {
		const other: Family = family === 'apps' ? 'flows' : 'apps';
		await emulator.control.settings({ families: [other] });
		const paths = ['', `/${APPS.surpriseMe}`, '/runs/nOsUcHrUn1'];
		for (const path of [...paths.map((end) => `/v1/ai/${family}${end}`), `/v1/ai/me/${family}`]) {
			const { status, body } = await call(emulator, path);
			expect([path, status, typeof body]).toEqual([path, 404, 'string']);
		}
		expect((await call(emulator, `/v1/ai/${other}`)).status).toBe(200);
	});
});

it('tells a missing key, a wrong key and a plan without the API apart', async () => {
	const missing = await call(emulator, '/v1/ai/apps', { key: null });
	const wrong = await call(emulator, '/v1/ai/apps', { key: 'something else' });
	await emulator.control.settings({ plan: 'none' });
	const plan = await call(emulator, '/v1/ai/apps');
	expect([missing.status, wrong.status, plan.status]).toEqual([401, 401, 403]);
	expect(missing.body).toEqual({ message: 'Missing API key' });
	expect(wrong.body).toEqual({ message: 'Invalid API key' });
});

it('redirects one family to the other, whatever is asked, while it runs', async () => {
	await emulator.control.settings({ families: ['flows'], familyRedirect: { from: 'apps' } });
	const paths = ['apps?search=a', 'me/apps', `apps/${APPS.surpriseMe}`, 'apps/runs/apps123456'];
	const seen = await Promise.all(paths.map((path) => call(emulator, `/v1/ai/${path}`)));
	expect(seen.map(({ status, headers }) => [status, headers.get('location')])).toEqual([
		[308, '/v1/ai/flows?search=a'],
		[308, '/v1/ai/me/flows'],
		[308, `/v1/ai/flows/${APPS.surpriseMe}`],
		[308, '/v1/ai/flows/runs/apps123456'],
	]);
	expect((await call(emulator, '/v1/ai/flows')).status).toBe(200);
	await emulator.control.settings({ familyRedirect: null });
	expect((await call(emulator, '/v1/ai/apps')).status).toBe(404);
});

it('refuses what belongs to somebody else, and nothing beside it', async () => {
	const { posterFromText } = APPS;
	await emulator.control.settings({ forbidden: [FOREIGN_APP_ID, FOREIGN_RUN_ID, posterFromText] });
	const run = { method: 'POST', json: { inputs: { headline: 'Hi' } } };
	const refused = await Promise.all([
		call(emulator, `/v1/ai/apps/${FOREIGN_APP_ID}`),
		call(emulator, `/v1/ai/apps/${FOREIGN_APP_ID}/run`, run),
		call(emulator, `/v1/ai/flows/runs/${FOREIGN_RUN_ID}`),
		call(emulator, `/v1/ai/flows/${posterFromText}/run`, run),
	]);
	for (const { status, body } of refused) {
		expect([status, body]).toEqual([403, { message: 'This belongs to somebody else.' }]);
	}
	expect((await call(emulator, `/v1/ai/apps/${APPS.surpriseMe}`)).status).toBe(200);
});

it('says more of a few apps and inputs: descriptions and placeholders', async () => {
	const { body } = await call(emulator, `/v1/ai/apps/${APPS.sketchToRealism}`);
	const definition = record(field(body, 'data'));
	expect(text(definition.description)).not.toBe('');
	const [sketch, notes] = items(definition.inputs).map(record);
	expect(text(sketch?.description)).not.toBe('');
	expect(text(field(notes?.presentation, 'placeholder'))).not.toBe('');
});

it('covers all input types, media, required and optional, with and without default and cost', async () => {
	const apps = await emulator.control.apps();
	const inputs = apps.flatMap((app) => app.inputs);
	const values = (name: string): Set<unknown> => new Set(inputs.map((input) => input[name]));
	const media = inputs.map((input) =>
		input.type === 'creation' ? field(input.config, 'mediaType') : undefined,
	);
	expect(values('type')).toEqual(new Set(['creation', 'text', 'number', 'select', 'list']));
	expect(new Set(media)).toEqual(new Set(['image', 'video', 'audio', undefined]));
	expect(values('required')).toEqual(new Set([true, false]));
	expect(values('default').size).toBeGreaterThan(3);
	expect(new Set(inputs.map((input) => input.id)).size).toBe(inputs.length);
	expect(apps.filter((app) => app.total_cost === null && !app.draft)).toHaveLength(1);
	expect(apps.filter((app) => app.inputs.length === 0)).toHaveLength(1);
	for (const app of apps) expect(app.sqid).toMatch(/^[A-Za-z0-9]{6,20}$/);
});

it('takes odd apps from tests and hands them out as they are', async () => {
	const input = { id: 'a', label: 'Twin', type: 'hologram', config: { anything: [1] } };
	await emulator.control.addApp({
		sqid: 'oddApp1234',
		name: 'Odd',
		inputs: [input, { ...input, id: 'b' }],
	});
	await emulator.control.addApp({
		sqid: 'rawApp1234',
		name: 'Raw',
		raw: { sqid: 7, inputs: 'none' },
	});
	const odd = await call(emulator, '/v1/ai/apps/oddApp1234');
	const raw = await call(emulator, '/v1/ai/apps/rawApp1234');
	expect(field(field(odd.body, 'data'), 'inputs')).toEqual([input, { ...input, id: 'b' }]);
	expect(raw.body).toEqual({ data: { sqid: 7, inputs: 'none' } });
	await emulator.control.removeApp('oddApp1234');
	expect((await call(emulator, '/v1/ai/apps/oddApp1234')).status).toBe(404);
});
