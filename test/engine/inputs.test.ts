import { fourVariations } from '../../emulator/apps/fourVariations';
import { moodboard } from '../../emulator/apps/moodboard';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { productPhotoshoot } from '../../emulator/apps/productPhotoshoot';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { binary, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import { appRun, autoMap, fields, inputId, json } from './support/parameters';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const started = { wait: 'none' };
const photoUrl = 'https://example.com/cup.png';

/** What was sent as `inputs` with each run. */
const sent = async (): Promise<unknown[]> =>
	(await local.control.runs()).map(({ inputs }) => inputs);

describe('values of the form', () => {
	it('are sent under the input ids, in the input’s own type, and only where entered', async () => {
		const entered = { 'Product photo': photoUrl, Background: 'marble', Padding: '25', Caption: '' };
		await local.run(appRun(productPhotoshoot, fields(productPhotoshoot, entered), started));
		expect(await sent()).toEqual([
			{
				[inputId(productPhotoshoot, 'Product photo')]: photoUrl,
				[inputId(productPhotoshoot, 'Background')]: 'marble',
				[inputId(productPhotoshoot, 'Padding')]: 25,
			},
		]);
	});

	it('that were cleared or emptied by an expression are left to the app, zero is not', async () => {
		const entered = { Headline: 'Sale', Style: null, 'Number of shapes': '={{ $json.shapes }}' };
		await local.run(appRun(posterFromText, fields(posterFromText, entered), started), {
			items: [{ json: {} }, { json: { shapes: '' } }, { json: { shapes: 0 } }],
		});
		const headline = { [inputId(posterFromText, 'Headline')]: 'Sale' };
		expect(await sent()).toEqual([
			headline,
			headline,
			{ ...headline, [inputId(posterFromText, 'Number of shapes')]: 0 },
		]);
	});

	it('are resolved for each item', async () => {
		const entered = { Headline: '={{ $json.title }}' };
		await local.run(appRun(posterFromText, fields(posterFromText, entered), started), {
			items: [{ json: { title: 'One' } }, { json: { title: 2024 } }],
		});
		const id = inputId(posterFromText, 'Headline');
		expect(await sent()).toEqual([{ [id]: 'One' }, { [id]: '2024' }]);
	});

	it.each(['Headline', 'headline'])(
		'may stand under the input’s label or api_key, without a schema: %s',
		async (name) => {
			const written = { inputs: { mappingMode: 'defineBelow', value: { [name]: 'Sale' } } };
			await local.run(appRun(posterFromText, written, started));
			expect(await sent()).toEqual([{ [inputId(posterFromText, 'Headline')]: 'Sale' }]);
		},
	);

	it('of a select may be the label of the option', async () => {
		const entered = { 'Product photo': photoUrl, Background: 'Marble table' };
		await local.run(appRun(productPhotoshoot, fields(productPhotoshoot, entered), started));
		expect(await sent()).toEqual([
			expect.objectContaining({ [inputId(productPhotoshoot, 'Background')]: 'marble' }),
		]);
	});

	it('of a type that came later go out as text, lists as lists', async () => {
		const id = inputId(moodboard, 'Words');
		const entered = { Words: '={{ $json.words }}' };
		await local.run(appRun(moodboard, fields(moodboard, entered), started), {
			items: [{ json: { words: 'sea' } }, { json: { words: '["sea", "sand"]' } }],
		});
		await local.run(appRun(moodboard, json({ Words: ['sun'] }), started));
		expect(await sent()).toEqual([{ [id]: 'sea' }, { [id]: ['sea', 'sand'] }, { [id]: ['sun'] }]);
	});

	it('of a list may stand line by line', async () => {
		await local.run(appRun(moodboard, fields(moodboard, { Words: 'sea\nsand\n' }), started));
		expect(await sent()).toEqual([{ [inputId(moodboard, 'Words')]: ['sea', 'sand'] }]);
	});

	it('may have braces of their own', async () => {
		const entered = { Headline: 'Dear {{name}}' };
		await local.run(appRun(posterFromText, fields(posterFromText, entered), started));
		expect(await sent()).toEqual([{ [inputId(posterFromText, 'Headline')]: 'Dear {{name}}' }]);
	});

	it('are not needed by an app without inputs', async () => {
		const { json: outputs } = await local.run(appRun(surpriseMe, fields(surpriseMe, {})));
		expect(outputs).toEqual([expect.objectContaining({ status: 'completed' })]);
		expect(await sent()).toEqual([{}]);
	});
});

describe('inputs as JSON', () => {
	const photo = inputId(productPhotoshoot, 'Product photo');

	it.each([
		['id', photo],
		['api_key', 'product_photo'],
		['label', 'Product photo'],
		['label in other case', 'product PHOTO'],
	])('are found by their %s', async (_, key) => {
		await local.run(appRun(productPhotoshoot, json({ [key]: photoUrl, padding: '12' }), started));
		expect(await sent()).toEqual([
			{ [photo]: photoUrl, [inputId(productPhotoshoot, 'Padding')]: 12 },
		]);
	});

	it('are found by the deprecated key', async () => {
		await local.control.addApp({
			sqid: 'oLdK3yApp1',
			name: 'Old keys',
			inputs: [{ id: 'input-a-1', key: 'old-prompt', type: 'text', label: 'Prompt', config: null }],
		});
		await local.run(appRun('oLdK3yApp1', json({ 'old-prompt': 'a car' }), started));
		expect(await sent()).toEqual([{ 'input-a-1': 'a car' }]);
	});

	it('may be an object that an expression gives', async () => {
		const inputs = { inputMode: 'json', inputsJson: '={{ { Headline: $json.title } }}' };
		await local.run(appRun(posterFromText, inputs, started), {
			items: [{ json: { title: 'One' } }, { json: { title: 'Two' } }],
		});
		const id = inputId(posterFromText, 'Headline');
		expect(await sent()).toEqual([{ [id]: 'One' }, { [id]: 'Two' }]);
	});

	it('serve an app that an expression chooses for each item', async () => {
		const parameters = appRun('={{ $json.app }}', json({}), {
			...started,
			inputsJson: '={{ $json.inputs }}',
		});
		const { json: outputs } = await local.run(parameters, {
			items: [
				{ json: { app: posterFromText.sqid, inputs: { headline: 'Hi' } } },
				{ json: { app: surpriseMe.sqid, inputs: {} } },
			],
		});
		expect(outputs.map(({ app_name }) => app_name)).toEqual(['Poster from Text', 'Surprise Me']);
	});
});

describe('mapping automatically', () => {
	it('takes the columns that name an input and leaves the others alone', async () => {
		await local.run(appRun(posterFromText, autoMap, started), {
			items: [
				{ json: { headline: 'One', Style: 'Night', price: 12 } },
				{ json: { Headline: 'Two', number_of_shapes: '3', style: null } },
			],
		});
		const [headline, style, shapes] = ['Headline', 'Style', 'Number of shapes'].map((label) =>
			inputId(posterFromText, label),
		);
		expect(await sent()).toEqual([
			{ [String(headline)]: 'One', [String(style)]: 'Night' },
			{ [String(headline)]: 'Two', [String(shapes)]: 3 },
		]);
	});

	it('takes a binary field that is named like a creation input', async () => {
		const { error } = await local.run(appRun(fourVariations, autoMap, started), {
			items: [
				{ json: {}, binary: { picture: binary(await picture('red'), 'image/png', 'red.png') } },
			],
		});
		expect(error).toBeUndefined();
		expect(await sent()).toEqual([
			{
				[inputId(fourVariations, 'Picture')]: expect.stringMatching(
					new RegExp(`^${local.url}/files/`),
				) as unknown,
			},
		]);
	});
});
