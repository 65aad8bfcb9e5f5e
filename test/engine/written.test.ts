import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { binary, picture } from './support/files';
import { callAsTool } from './support/agent';
import { localMagnific } from './support/localMagnific';
import { inputId } from './support/parameters';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

/**
 * Nodes as a model writes them that has read n8n's definition of this node and App → Get's answer,
 * and nothing else: parameters that are defaults are left out, and nothing has a stored schema.
 */
const local = localMagnific();

const POSTER = posterFromText.sqid;
const headlines = async (): Promise<unknown[]> =>
	(await local.control.runs()).map(({ inputs }) => inputs[inputId(posterFromText, 'Headline')]);

interface Written {
	what: string;
	parameters: INodeParameters;
	items?: () => Promise<INodeExecutionData[]>;
	/** What each item comes out with. */
	gives: unknown[];
	/** The headlines of the posters that were paid for. */
	headlines?: string[];
}

const byId = (value: string): INodeParameters => ({ __rl: true, mode: 'id', value });
const fromList = (value: string, cachedResultName: string): INodeParameters => ({
	__rl: true,
	mode: 'list',
	value,
	cachedResultName,
});
const mapped = (value: INodeParameters): INodeParameters => ({ mappingMode: 'defineBelow', value });
const completed = expect.objectContaining({ status: 'completed' }) as unknown;
const titles = async (): Promise<INodeExecutionData[]> =>
	await Promise.resolve([{ json: { title: 'One' } }, { json: { title: 'Two' } }]);

const RUN: Written[] = [
	{
		what: 'by label in the form, the app from the list',
		parameters: {
			resource: 'app',
			operation: 'run',
			app: fromList(POSTER, 'Poster from Text'),
			inputs: mapped({ Headline: '={{ $json.title }}', Style: 'Minimal' }),
		},
		items: titles,
		gives: [completed, completed],
		headlines: ['One', 'Two'],
	},
	{
		what: 'by api_key in the form, with the defaults of resource and operation left out',
		parameters: { app: byId(POSTER), inputs: mapped({ headline: 'Sale', number_of_shapes: '3' }) },
		gives: [completed],
		headlines: ['Sale'],
	},
	{
		what: 'as a JSON object',
		parameters: { app: byId(POSTER), inputMode: 'json', inputsJson: { Headline: 'Sale' } },
		gives: [completed],
		headlines: ['Sale'],
	},
	{
		what: 'as JSON text with an expression inside',
		parameters: {
			app: byId(POSTER),
			inputMode: 'json',
			inputsJson: '={{ JSON.stringify({ Headline: $json.title }) }}',
		},
		items: titles,
		gives: [completed, completed],
		headlines: ['One', 'Two'],
	},
	{
		what: 'with the columns mapped automatically',
		parameters: { app: byId(POSTER), inputs: { mappingMode: 'autoMapInputData', value: null } },
		items: async () => await Promise.resolve([{ json: { Headline: 'Sale', sku: 'A-1' } }]),
		gives: [completed],
		headlines: ['Sale'],
	},
	{
		what: 'with a picture by the name of its binary field, one item for each file',
		parameters: {
			app: byId(fourVariations.sqid),
			inputs: mapped({ Picture: 'photo' }),
			options: { outputPer: 'file' },
		},
		items: async () => [
			{ json: {}, binary: { photo: binary(await picture('red'), 'image/png', 'red.png') } },
		],
		gives: [0, 1, 2].map(
			(index) =>
				expect.objectContaining({
					index,
					media_type: 'image',
					url: expect.any(String) as unknown,
				}) as unknown,
		),
	},
	{
		what: 'as a trial, with options.validateOnly',
		parameters: {
			app: byId(POSTER),
			inputs: mapped({ Headline: 'Sale' }),
			options: { validateOnly: true },
		},
		gives: [expect.objectContaining({ status: 'validated', credits: 3 })],
		headlines: [],
	},
	{
		what: 'with wait none, for its run_id alone',
		parameters: { app: byId(POSTER), inputs: mapped({ Headline: 'Sale' }), wait: 'none' },
		gives: [expect.objectContaining({ run_id: expect.any(String) as unknown, status: 'running' })],
		headlines: ['Sale'],
	},
];

/** What a model gets wrong, and what it is told. */
const REFUSED: Array<{ what: string; parameters: INodeParameters; says: RegExp }> = [
	{
		what: 'the app by its name in list mode',
		parameters: {
			app: fromList('Poster from Text', 'Poster from Text'),
			inputs: mapped({ Headline: 'Sale' }),
		},
		says: /“Poster from Text” is not an app id.*App → Get Many/,
	},
	{
		what: 'inputs that the app does not have',
		parameters: { app: byId(POSTER), inputs: mapped({ Prompt: 'Sale' }) },
		says: /the app has no input “Prompt”.*the app’s inputs are “Headline”, “Style”/,
	},
	{
		what: 'inputs without the mapping around them',
		parameters: { app: byId(POSTER), inputs: { Headline: 'Sale' } },
		says: /“Inputs” holds no mapped values; write them as/,
	},
];

describe('a node written from n8n’s definition of it', () => {
	it.each(RUN)('runs $what', async ({ parameters, items, gives, headlines: paid }) => {
		const { json, error } = await local.run(parameters, items ? { items: await items() } : {});
		expect(error?.message).toBeUndefined();
		expect(json).toEqual(gives);
		if (paid) expect(await headlines()).toEqual(paid);
	});

	it.each(REFUSED)(
		'is refused in words that name the way out: $what',
		async ({ parameters, says }) => {
			const { error } = await local.run(parameters);
			expect(error?.message).toMatch(says);
			expect(await local.control.runs()).toEqual([]);
		},
	);

	it('runs as an agent’s tool that fills in the form by label', async () => {
		const answers = await callAsTool(
			local,
			{
				app: byId(POSTER),
				inputs: mapped({
					Headline: "={{ $fromAI('headline', 'What the poster says', 'string') }}",
				}),
			},
			[{ headline: 'Sale' }],
		);
		expect(answers).toEqual([{ answer: [completed] }]);
		expect(await headlines()).toEqual(['Sale']);
	});

	it('runs as an agent’s tool that fills in all inputs at once', async () => {
		const answers = await callAsTool(
			local,
			{
				app: byId("={{ $fromAI('app_id', 'The sqid of the app', 'string') }}"),
				inputMode: 'json',
				inputsJson: "={{ $fromAI('inputs', 'An object with labels as keys', 'json') }}",
			},
			[{ app_id: POSTER, inputs: { Headline: 'Sale' } }],
		);
		expect(answers).toEqual([{ answer: [completed] }]);
		expect(await headlines()).toEqual(['Sale']);
	});
});
