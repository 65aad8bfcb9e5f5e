import { NodeHelpers, type INodeExecutionData, type INodeParameters } from 'n8n-workflow';
import nock from 'nock';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { productPhotoshoot } from '../../emulator/apps/productPhotoshoot';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { Magnific } from '../../nodes/Magnific/Magnific.node';
import { engineSince, promised } from './support/engine';
import { binary, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import { magnificNode } from './support/n8n';
import { MAGNIFIC } from './support/nodeTypes';
import { isItem } from './support/nodeTypes';
import { appRun, autoMap, byId, fields, json } from './support/parameters';
import { withPublicHosts } from './support/publicHosts';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();

const sound = binary(Buffer.from('RIFF0000WAVE'), 'audio/wav', 'a.wav');
/** An item whose field `data` is not what n8n promises of binary data, as a Code node can make it. */
const broken = (value: unknown): INodeExecutionData => {
	const item: { json: object; binary: unknown } = { json: {}, binary: { data: value } };
	const made: unknown = JSON.parse(JSON.stringify(item));
	if (!isItem(made)) throw new Error('It is no item');
	return made;
};

const poster = (values: Record<string, string | number>): INodeParameters =>
	appRun(posterFromText, fields(posterFromText, values));
const photoshoot = (photo: string): INodeParameters =>
	appRun(productPhotoshoot, fields(productPhotoshoot, { 'Product photo': photo }));

const twoPrompts = {
	sqid: 'tW0Pr0mpts',
	name: 'Two prompts',
	inputs: [
		{ id: 'input-a-1', api_key: 'prompt', type: 'text', label: 'Prompt', config: null },
		{ id: 'input-b-1', api_key: 'prompt_2', type: 'text', label: 'Prompt', config: null },
	],
};

const expectNothingSpent = async (): Promise<void> => {
	expect(await local.count('run', 'request_upload', 'put_upload')).toBe(0);
	expect(await local.control.runs()).toEqual([]);
};

interface BadInput {
	what: string;
	parameters: INodeParameters;
	item?: INodeExecutionData;
	message: string | RegExp;
}

const BAD_INPUTS: BadInput[] = [
	{
		what: 'a required input without a value',
		parameters: poster({}),
		message: '“Headline” is required, but has no value',
	},
	{
		what: 'a required input that an expression left empty',
		parameters: poster({ Headline: '={{ $json.missing }}' }),
		message: '“Headline” is required, but has no value',
	},
	{
		what: 'text where a number is needed',
		parameters: poster({ Headline: 'Hi', 'Number of shapes': 'many' }),
		message: '“Number of shapes” needs a number, but got “many”',
	},
	{
		what: 'a value that is no option of the select',
		parameters: poster({ Headline: 'Hi', Style: 'Loud' }),
		message: '“Style” has no option “Loud”; choose one of: Bold, Minimal, Night, Nature',
	},
	{
		what: 'an option whose label differs from its value',
		parameters: appRun(
			productPhotoshoot,
			json({ 'Product photo': 'https://example.com/a.png', Background: 'beach' }),
		),
		message: /^“Background” has no option “beach”; choose one of: White studio \(studio\), /,
	},
	{
		what: 'a binary field of the wrong media type',
		parameters: photoshoot('sound'),
		item: { json: {}, binary: { sound } },
		message: '“Product photo” needs an image, but the binary field “sound” is audio/wav',
	},
	{
		what: 'a binary field that the item does not have',
		parameters: photoshoot('photo'),
		item: { json: {}, binary: { sound } },
		message:
			'“Product photo” is “photo”, which is no binary field of the item, URL, base64 or creation id; the item’s binary fields are “sound”',
	},
	{
		what: 'a binary field of an item without binary data',
		parameters: photoshoot('data'),
		message:
			'“Product photo” is “data”, which is no binary field of the item, URL, base64 or creation id; the item has no binary data',
	},
	...['attachment_0', 'productPhoto', 'image_1', 'my photo', 'undefined', 'abc 123'].map(
		(value): BadInput => ({
			what: `the name “${value}” on an item without binary data`,
			parameters: photoshoot(value),
			message: `“Product photo” is “${value}”, which is no binary field of the item, URL`,
		}),
	),
	{
		what: 'a slip of a field that is there',
		parameters: photoshoot('pic7f3'),
		item: { json: {}, binary: { pic7f3a: sound } },
		message: '“Product photo” is “pic7f3”, which is no binary field of the item',
	},
	{
		what: 'where n8n keeps a file',
		parameters: photoshoot('={{ "filesystem-v2" }}'),
		message: /^“Product photo” is “filesystem-v2”, which is n8n’s own note of where/,
	},
	{
		what: 'the name of a file on disk',
		parameters: photoshoot('/home/x.png'),
		message: /^“Product photo” is “\/home\/x.png”, the name of a file; read the file/,
	},
	{
		what: 'two URLs in one',
		parameters: photoshoot('https://a.example/1.png, https://a.example/2.png'),
		message: /^“Product photo” has several URLs, and takes one/,
	},
	{
		what: 'a link to a page of Google Drive',
		parameters: photoshoot('https://drive.google.com/file/d/1AbC/view'),
		message: /^“Product photo” has a link to a page \(Google Drive\), .*export=download&id=1AbC/,
	},
	...[null, {}, 'text', ['text'], { mimeType: 'image/png' }, 7].map(
		(value): BadInput => ({
			what: `a binary field that is ${JSON.stringify(value)}`,
			parameters: photoshoot('data'),
			item: broken(value),
			message: '“Product photo” names the binary field “data”, which holds no file',
		}),
	),
	{
		what: 'an expression left as text',
		parameters: poster({ Headline: 'Hi {{ $json.title }}' }),
		message:
			'“Headline” holds the expression “{{ $json.title }}” as plain text; switch the field to Expression',
	},
	{
		what: 'an expression left in JSON',
		parameters: appRun(posterFromText, json({ Headline: '{{ $json.title }}' })),
		message: '“Headline” holds the expression “{{ $json.title }}” as plain text',
	},
	{
		what: 'an object that became text',
		parameters: poster({ Headline: '={{ "" + { a: 1 } }}' }),
		message: '“Headline” holds “[object Object]”',
	},
	{
		what: 'a text that an expression found nothing for',
		parameters: poster({ Headline: '={{ "" + $json.none }}' }),
		message: '“Headline” is the word “undefined”',
	},
	{
		what: 'a data: URI with n8n’s note of where it keeps a file in it',
		parameters: photoshoot('data:image/png;base64,filesystem-v2'),
		message: /“Product photo” has a data: URI with “filesystem-v2” in it, which is n8n’s own note/,
	},
	{
		what: 'a URL in which a value is missing',
		parameters: photoshoot('https://example.com/undefined/a.png'),
		message: /“Product photo” has a URL in which a value is missing/,
	},
	{
		what: 'a URL of another kind of file',
		parameters: photoshoot('https://example.com/a.mp4'),
		message: /“Product photo” needs an image, but its URL ends in \.mp4/,
	},
	{
		what: 'a data: URI of the wrong media type',
		parameters: photoshoot('data:audio/wav;base64,UklGRg=='),
		message: '“Product photo” needs an image, but the data: URI is audio/wav',
	},
	{
		what: 'a malformed app id',
		parameters: { ...poster({}), app: byId('={{ "not an id!" }}') },
		message: /^“not an id!” is not an app id/,
	},
	{
		what: 'no app',
		parameters: { ...poster({}), app: byId('={{ $json.missing }}') },
		message: 'No app is chosen',
	},
	{
		what: 'an app id that the account cannot see',
		parameters: { ...poster({}), app: byId('zzzzzzzzzz') },
		message: 'App zzzzzzzzzz was not found, or the account of this API key cannot see it',
	},
	{
		what: 'JSON that is not an object',
		parameters: appRun(posterFromText, json('["Hi"]')),
		message: /^the inputs must be a JSON object/,
	},
	{
		what: 'JSON that cannot be read',
		parameters: appRun(posterFromText, json('{ Headline }')),
		message: /^the inputs are not valid JSON: /,
	},
	{
		what: 'JSON with an unknown key',
		parameters: appRun(posterFromText, json({ Headline: 'Hi', Colour: 'red' })),
		message:
			'“Colour” is not an input of the app; the app’s inputs are “Headline”, “Style”, “Number of shapes”',
	},
	{
		what: 'JSON that gives one input twice',
		parameters: appRun(posterFromText, json({ Headline: 'Hi', headline: 'Ho' })),
		message: '“Headline” is given twice',
	},
	{
		what: 'a key for an app without inputs',
		parameters: appRun(surpriseMe, json({ Prompt: 'Hi' })),
		message: '“Prompt” is not an input of the app; the app has no inputs',
	},
	{
		what: 'a label that two inputs share',
		parameters: appRun(twoPrompts.sqid, json({ Prompt: 'Hi' })),
		message:
			'“Prompt” names 2 inputs of the app; use an id instead: input-a-1 (prompt), input-b-1 (prompt_2)',
	},
	{
		what: 'a column whose name two inputs share',
		parameters: appRun(twoPrompts.sqid, autoMap),
		item: { json: { Prompt: 'Hi' } },
		message: /^“Prompt” names 2 inputs of the app/,
	},
	{
		what: 'a value for an input that the app no longer has',
		parameters: appRun(posterFromText, {
			inputMode: 'fields',
			inputs: { mappingMode: 'defineBelow', value: { 'input-gone-1': 'Hi' } },
		}),
		message: /^the app has no input “input-gone-1” any more; open the node and refresh its fields/,
	},
	{
		what: 'a label that two inputs share, in a form written by hand',
		parameters: appRun(twoPrompts.sqid, {
			inputs: { mappingMode: 'defineBelow', value: { Prompt: 'Hi' } },
		}),
		message:
			'“Prompt” names 2 inputs of the app; use an id instead: input-a-1 (prompt), input-b-1 (prompt_2)',
	},
	{
		what: 'a form written by hand without its wrapping',
		parameters: appRun(posterFromText, { inputs: { Headline: 'Hi' } }),
		message: '“Inputs” holds no mapped values; write them as { "mappingMode": "defineBelow", ',
	},
	{
		what: 'an expression that cannot be resolved',
		parameters: poster({ Headline: '={{ $("Nowhere").item.json.title }}' }),
		message: "Referenced node doesn't exist",
	},
];

describe.each(BAD_INPUTS)('$what', ({ parameters, item = { json: {} }, message }) => {
	beforeEach(async () => {
		await local.control.addApp(twoPrompts);
	});

	it('stops the workflow, naming the item and the field, and nothing is spent', async () => {
		const good: INodeExecutionData = {
			json: { title: 'Good' },
			binary: { photo: binary(await picture('red'), 'image/png', 'red.png') },
		};
		const { error } = await local.run(parameters, { items: [item, good] });
		expect(error?.message).toMatch(/^Item 0: |^(All 2|2 of 2) items: /);
		const said = String(error?.message).replace(
			/^(Item 0: |All 2 items: |2 of 2 items: Item 0: )/,
			'',
		);
		if (typeof message === 'string') expect(said.slice(0, message.length)).toBe(message);
		else expect(said).toMatch(message);
		await expectNothingSpent();
	});
});

describe('a batch with bad items', () => {
	const values = { Headline: '={{ $json.title }}', 'Number of shapes': '={{ $json.shapes }}' };
	const parameters = appRun(posterFromText, fields(posterFromText, values));
	const items = [
		{ json: { title: 'Good', shapes: 2 } },
		{ json: { title: '', shapes: 'many' } },
		{ json: { title: 'Fine', shapes: 'few' } },
	];

	it('starts none of them, and one message tells all that is wrong with all of them', async () => {
		const { error } = await local.run(parameters, { items });
		expect(error?.message).toBe(
			'2 of 3 items: Item 1: “Headline” is required, but has no value; “Number of shapes” needs a number, but got “many”. Item 2: “Number of shapes” needs a number, but got “few”',
		);
		expect(error?.context.itemIndex).toBeUndefined();
		expect(error?.description).toBe('Nothing was started for this item. Correct it and run again.');
		await expectNothingSpent();
	});

	it('runs the good ones alone when the node continues using the error output', async () => {
		const { json: outputs, failed } = await local.run(parameters, {
			items,
			settings: { onError: 'continueErrorOutput' },
		});
		expect(outputs.map(({ status }) => status)).toEqual(['completed']);
		expect(await local.count('run')).toBe(1);
		expect(failed.map((item) => item.json)).toEqual([
			expect.objectContaining({
				title: '',
				error:
					'“Headline” is required, but has no value; “Number of shapes” needs a number, but got “many”',
			}),
			expect.objectContaining({ title: 'Fine' }),
		]);
		expect(failed.map(({ json: { details } }) => details)).toEqual([
			promised({
				run_id: null,
				app_id: posterFromText.sqid,
				app_name: 'Poster from Text',
				status: 'not_started',
				problems: [
					'“Headline” is required, but has no value',
					'“Number of shapes” needs a number, but got “many”',
				],
			}),
			promised(expect.objectContaining({ status: 'not_started' })),
		]);
	});

	it('uploads no file when another item stops the workflow', async () => {
		const { error } = await local.run(
			appRun(fourVariations, fields(fourVariations, { Picture: '={{ $json.field }}' })),
			{
				items: [
					{
						json: { field: 'data' },
						binary: { data: binary(await picture('red'), 'image/png', 'red.png') },
					},
					{ json: { field: 'nothing here' } },
				],
			},
		);
		expect(error?.message).toMatch(/^Item 1: “Picture” is “nothing here”/);
		await expectNothingSpent();
	});
});

describe('binary data that is no file', () => {
	it.each([null, { mimeType: 'image/png' }])(
		'fails its own item where it is used: %j',
		async (value) => {
			const good = (): INodeExecutionData => ({ json: {}, binary: { data: red } });
			const red = binary(await picture('red'), 'image/png', 'red.png');
			const { json: outputs, failed } = await local.run(photoshoot('data'), {
				items: [good(), broken(value), good()],
				settings: { onError: 'continueErrorOutput' },
			});
			expect(outputs.map(({ status }) => status)).toEqual(['completed', 'completed']);
			expect(failed.map((item) => item.json.error)).toEqual([
				expect.stringContaining('the binary field “data”, which holds no file'),
			]);
		},
	);

	it.each([null, {}, 'text', [1]])('harms nobody where it is not used: %j', async (value) => {
		const { json: outputs, error } = await local.run(poster({ Headline: 'Hi' }), {
			items: [{ json: {} }, broken(value), { json: {} }],
		});
		expect(error).toBeUndefined();
		expect(outputs).toHaveLength(3);
	});
});

describe('an image URL that the public API cannot fetch', () => {
	withPublicHosts();

	it.each([
		'http://localhost:5678/x.png',
		'http://192.168.1.20/x.png',
		'http://n8n:5678/x.png',
		'http://2130706433/x.png',
		'http://[::1]/x.png',
		'http://files.internal/x.png',
	])('is refused: %s', async (url) => {
		const api = nock('https://magnific.example')
			.get(`/v1/ai/apps/${fourVariations.sqid}`)
			.reply(200, { data: fourVariations });
		const { error } = await local.run(
			appRun(fourVariations, fields(fourVariations, { Picture: url })),
			{ credential: { baseUrl: 'https://magnific.example' } },
		);
		expect(api.isDone()).toBe(true);
		expect(error?.message).toMatch(
			/“Picture” has a URL that Magnific cannot fetch: its address \(http/,
		);
	});
});

it('a malformed app id that is no expression is refused by n8n before anything is executed', async () => {
	const parameters = { ...poster({ Headline: 'Hi' }), app: byId('not an id!') };
	const issue = 'An app ID has 6 to 20 letters and digits';
	const node = magnificNode(MAGNIFIC, parameters, {});
	const { description } = new Magnific();
	expect(
		NodeHelpers.getNodeParametersIssues(description.properties, node, description)?.parameters,
	).toEqual({ app: [issue] });
	// An older engine refuses with a text that is the same for all workflows.
	const said = engineSince('2.41') ? issue : 'The workflow has issues and cannot be executed';
	await expect(local.run(parameters)).rejects.toThrow(said);
	expect(await local.requests()).toEqual([]);
});

it('an empty item list makes no request', async () => {
	const { items, error } = await local.run(poster({ Headline: 'Hi' }), { items: [] });
	expect(items).toEqual([]);
	expect(error).toBeUndefined();
	expect(await local.requests()).toEqual([]);
});
