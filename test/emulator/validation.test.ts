import { startEmulator, type Emulator } from '../../emulator';
import { APPS, SKETCH_INPUT_ID } from './support/apps';
import { call, field, items, record, startRun } from './support/client';
import { matching } from './support/expecting';
import { dataUri, picture } from './support/media';

let emulator: Emulator;
let photo: string;

beforeAll(async () => {
	emulator = await startEmulator({ requestsPerMinute: 5_000 });
	photo = dataUri(await picture('#ffffff'), 'image/png');
});
afterEach(() => emulator.control.reset());
afterAll(() => emulator.close());

it.each<[string, string, Record<string, unknown>, string, RegExp]>([
	['a required input is missing', APPS.sketchToRealism, {}, 'sketch', /required/],
	['a required text is empty', APPS.posterFromText, { headline: '' }, 'headline', /required/],
	['a text is a number', APPS.posterFromText, { headline: 2024 }, 'headline', /string/],
	[
		'a number is a text',
		APPS.posterFromText,
		{ headline: 'a', number_of_shapes: '6' },
		'number_of_shapes',
		/number/,
	],
	[
		'a choice is none of the options',
		APPS.posterFromText,
		{ headline: 'a', style: 'Loud' },
		'style',
		/Bold, Minimal/,
	],
	[
		"a choice is an option's label",
		APPS.productPhotoshoot,
		{ product_photo: 'PHOTO', background: 'Marble table' },
		'background',
		/studio, marble/,
	],
	['an input is unknown', APPS.surpriseMe, { speed: 1 }, 'speed', /no such input/],
	['a creation is a plain word', APPS.sketchToRealism, { sketch: 'data' }, 'sketch', /URL, base64/],
	['a creation is a number', APPS.sketchToRealism, { sketch: 5 }, 'sketch', /URL, base64/],
	[
		'a data URI is of another medium',
		APPS.sketchToRealism,
		{ sketch: 'data:audio/wav;base64,UklGRg==' },
		'sketch',
		/of type image/,
	],
	['a value is null', APPS.posterFromText, { headline: null }, 'headline', /string/],
])('refuses a run where %s, and starts nothing', async (_case, appId, inputs, name, reason) => {
	const given = inputs.product_photo === 'PHOTO' ? { ...inputs, product_photo: photo } : inputs;
	const { status, body } = await startRun(emulator, appId, given);
	expect(status).toBe(422);
	expect(field(body, 'invalid_params')).toEqual([{ name, reason: matching(reason) }]);
	expect(await emulator.control.runs()).toEqual([]);
});

it('lists everything that is wrong with a run at once', async () => {
	const { body } = await startRun(emulator, APPS.posterFromText, {
		style: 'x',
		number_of_shapes: '1',
	});
	const named = items(field(body, 'invalid_params')).map((param) => field(param, 'name'));
	expect(named).toEqual(['headline', 'style', 'number_of_shapes']);
});

it('knows inputs by id in the Apps family and by api_key in the Flows family', async () => {
	const tries = await Promise.all([
		startRun(emulator, APPS.sketchToRealism, { [SKETCH_INPUT_ID]: photo }, { family: 'apps' }),
		startRun(emulator, APPS.sketchToRealism, { sketch: photo }, { family: 'apps' }),
		startRun(emulator, APPS.sketchToRealism, { sketch: photo }, { family: 'flows' }),
		startRun(emulator, APPS.sketchToRealism, { [SKETCH_INPUT_ID]: photo }, { family: 'flows' }),
	]);
	expect(tries.map(({ status }) => status)).toEqual([202, 422, 202, 422]);
});

it('knows them by both in the Flows family where that is asked for', async () => {
	await emulator.control.settings({ flowsInputKeys: 'any' });
	const tries = await Promise.all([
		startRun(emulator, APPS.sketchToRealism, { sketch: photo }, { family: 'flows' }),
		startRun(emulator, APPS.sketchToRealism, { [SKETCH_INPUT_ID]: photo }, { family: 'flows' }),
		startRun(emulator, APPS.sketchToRealism, { sketch: photo }, { family: 'apps' }),
	]);
	expect(tries.map(({ status }) => status)).toEqual([202, 202, 422]);
});

it('takes an id in the Flows family where the definition has no api_key', async () => {
	await emulator.control.addApp({
		sqid: 'noKeys1234',
		name: 'No keys',
		inputs: [{ id: 'input-x-1', type: 'text', label: 'X', required: true }],
	});
	const { status } = await startRun(emulator, 'noKeys1234', { 'input-x-1': 'yes' });
	expect(status).toBe(202);
});

it('understands options in all the forms that definitions may have', async () => {
	const forms = [{ value: 'a' }, { id: 'b', name: 'B' }, { key: 'c', title: 'C' }, 'd', 5];
	await emulator.control.addApp({
		sqid: 'options123',
		name: 'Options',
		inputs: [{ id: 'o', type: 'select', label: 'O', config: { options: forms } }],
	});
	for (const value of ['a', 'b', 'c', 'd', 5]) {
		expect((await startRun(emulator, 'options123', { o: value })).status).toBe(202);
	}
	expect((await startRun(emulator, 'options123', { o: 'B' })).status).toBe(422);
});

it('passes lists through to inputs of unknown type', async () => {
	const { status } = await startRun(emulator, APPS.moodboard, { words: ['linen', 'olive'] });
	expect(status).toBe(202);
});

it('refuses bodies that are no JSON object, inputs that are none and webhooks that are no URL', async () => {
	const path = `/v1/ai/apps/${APPS.surpriseMe}/run`;
	const bodies: unknown[] = ['text', [1], {}, { inputs: [] }, { inputs: {}, webhook: 'nowhere' }];
	const statuses: number[] = [];
	for (const json of bodies) {
		const answer = await call(emulator, path, { method: 'POST', json });
		statuses.push(answer.status);
		expect(record(answer.body)).toHaveProperty('message');
	}
	expect(statuses).toEqual([400, 400, 422, 422, 422]);
});

it('can put validation errors under problem', async () => {
	await emulator.control.settings({ validationErrors: 'problem' });
	const { status, body } = await startRun(emulator, APPS.sketchToRealism, {});
	expect(status).toBe(422);
	expect(field(field(body, 'problem'), 'invalid_params')).toHaveLength(1);
});
