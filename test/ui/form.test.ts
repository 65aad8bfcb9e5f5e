import { useEditor } from './support/editor';
import type { Field, NodePanel } from './support/nodePanel';
import { takePicture } from './support/screenshots';
import { expectSoon } from './support/waiting';
import { runNode } from './support/workflows';

const editor = useEditor();

const field = (label: string, facts: Partial<Field> = {}): Field => ({
	label,
	widget: 'text',
	value: '',
	required: false,
	marked: false,
	...facts,
});

const needed = { required: true, marked: true };

const PHOTOSHOOT = [
	field('Product photo (image)', needed),
	field('Background', { widget: 'dropdown', value: 'White studio' }),
	field('Padding', { widget: 'number', value: '40' }),
	field('Caption'),
];

const expectFields = async (panel: NodePanel, fields: Field[]): Promise<void> => {
	await expectSoon(() => panel.fields(), fields);
};

describe('the list of apps', () => {
	editor.test('shows names with credits, and can be searched', async () => {
		const panel = await editor.openNode(...runNode());
		await panel.app.open();
		await expectSoon(
			() => panel.app.names(),
			[
				'Broken Pipeline (4 credits)',
				'Four Variations (12 credits)',
				'Moodboard',
				'Poster from Text (3 credits)',
				'Product Clip (40 credits)',
				'Product Photoshoot (8 credits)',
				'Sketch to Realism (5 credits)',
				'Sound to Waveform (1 credit)',
				'Surprise Me (2 credits)',
				'Untitled draft (Mine)',
				'Video Title Card (3 credits)',
			],
		);
		await takePicture(editor.page, 'app-list-all');

		await panel.app.search('product');
		await expectSoon(
			() => panel.app.names(),
			['Product Clip (40 credits)', 'Product Photoshoot (8 credits)'],
		);
		await takePicture(editor.page, 'app-list');

		await panel.app.pick('Product Photoshoot');
		expect(await panel.app.chosen()).toBe('Product Photoshoot (8 credits)');
	});

	editor.test('says why it cannot be loaded', async () => {
		await editor.n8n.magnific.control.settings({ plan: 'none' });
		const panel = await editor.openNode(...runNode());
		await panel.app.open();
		await panel.app.refusal.filter({ hasText: /plan/ }).waitFor();
		await takePicture(editor.page, 'app-list-refused');
	});
});

describe('the form of an app', () => {
	editor.test('has a fitting widget for each input, and another app has others', async () => {
		const panel = await editor.openNode(...runNode());
		expect(await panel.form.isVisible()).toBe(false);

		await panel.app.choose('Product Photoshoot');
		await expectFields(panel, PHOTOSHOOT);
		expect(await panel.optionsOf('Background')).toEqual([
			'White studio',
			'Marble table',
			'Beach at sunset',
			'Forest floor',
		]);
		await takePicture(editor.page, 'form-photoshoot');

		await panel.fill('Product photo (image)', 'data');
		await expectFields(panel, [
			field('Product photo (image)', { required: true, value: 'data' }),
			...PHOTOSHOOT.slice(1),
		]);

		await panel.app.choose('Poster from Text');
		await expectFields(panel, [
			field('Headline', needed),
			field('Style', { widget: 'dropdown', value: 'Bold' }),
			field('Number of shapes', { widget: 'number', value: '6' }),
		]);
		await takePicture(editor.page, 'form-poster');

		await panel.app.choose('Video Title Card');
		await expectFields(panel, [field('Clip (video)', needed), field('Title')]);

		await panel.choose('Input Mode', 'JSON');
		await panel.parameter('Inputs (JSON)').locator('.cm-content').waitFor();
		expect(await panel.form.isVisible()).toBe(false);
		await takePicture(editor.page, 'form-json');
	});

	editor.test('is a plain note where the app has no inputs', async () => {
		const panel = await editor.openNode(...runNode());
		await panel.app.choose('Surprise Me');
		await panel.parameters.getByText('“Surprise Me” has no inputs: it runs as it is.').waitFor();
		await takePicture(editor.page, 'form-without-inputs');
		expect(await panel.parameters.getByText('No inputs found').count()).toBe(0);
		expect(await panel.form.isVisible()).toBe(false);
	});

	editor.test('points to JSON where an expression chooses the app', async () => {
		const panel = await editor.openNode(
			...runNode({
				parameters: { app: { __rl: true, mode: 'id', value: '={{ $json.app }}' } },
			}),
		);
		await panel.parameters.getByText(/chosen by an expression.*JSON/).waitFor();
		await takePicture(editor.page, 'form-by-expression');
	});
});

describe('the parameters', () => {
	editor.test('are only those that the operation has', async () => {
		const panel = await editor.openNode(...runNode());
		const head = ['Credential', 'Resource', 'Operation'];
		await expectSoon(() => panel.labels(), [...head, 'App', 'Input Mode', 'Wait', 'Options']);

		await panel.choose('Operation', 'Get');
		await expectSoon(() => panel.labels(), [...head, 'App', 'Output Per', 'Simplify']);
		await takePicture(editor.page, 'app-get');

		await panel.choose('Operation', 'Get Many');
		await expectSoon(() => panel.labels(), [...head, 'Return All', 'Limit', 'Filters']);
		await takePicture(editor.page, 'app-get-many');

		await panel.choose('Resource', 'Run');
		await panel.choose('Operation', 'Get');
		await expectSoon(() => panel.labels(), [...head, 'Run ID', 'Options']);
		await takePicture(editor.page, 'run-get');

		await panel.choose('Operation', 'Wait');
		await expectSoon(() => panel.labels(), [...head, 'Run ID', 'Wait', 'Options']);
		await takePicture(editor.page, 'run-wait');
	});
});
