import type { Locator } from 'playwright-core';
import { productPhotoshoot } from '../../emulator/apps/productPhotoshoot';
import { inputId } from '../engine/support/parameters';
import { useEditor } from './support/editor';
import { mug } from './support/pictures';
import { takePicture } from './support/screenshots';
import { expectSoon } from './support/waiting';
import { runNode } from './support/workflows';
import type { TestItem } from '../n8n/support/workflows';

const editor = useEditor();

const products = async (): Promise<TestItem[]> => [
	{
		json: { product: 'Breakfast mug' },
		files: { photo: { content: await mug(), fileName: 'mug.png', mimeType: 'image/png' } },
	},
];

/** Pixels of the picture itself; 0 until it is loaded. */
const widthOf = async (picture: Locator): Promise<number> =>
	await picture.evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0));

describe('a form that was filled in by hand', () => {
	editor.test('runs the app, and its picture is there to be looked at', async () => {
		const { page, n8n } = editor;
		const panel = await editor.openNode(...runNode({ items: await products() }));
		await panel.executePrevious();
		await panel.app.choose('Product Photoshoot');
		await panel.fill('Product photo (image)', 'photo');
		await panel.choose('Background', 'Marble table');
		await panel.fill('Padding', '24');
		await panel.fillExpression('Caption', '{{ $json.product }}');
		await panel.turnOn('Download Files');
		await panel.scrollTo('App');
		await takePicture(page, 'form');

		await panel.execute();
		await panel.output.getByTestId('node-run-status-success').waitFor();
		await panel.showOutputAs('json');
		await panel.output.getByText('"completed"').waitFor();
		await takePicture(page, 'output-json');

		await panel.showOutputAs('binary');
		await panel.output.getByTestId('ndv-view-binary-data').click();
		const picture = panel.output.locator('img[src*="binary-data"]');
		await picture.waitFor();
		await expectSoon(() => widthOf(picture), 512);
		await takePicture(page, 'output');

		const [run] = await n8n.magnific.control.runs();
		const input = (label: string): unknown => run?.inputs[inputId(productPhotoshoot, label)];
		expect(input('Product photo')).toMatch(/^http/);
		expect(input('Background')).toBe('marble');
		expect(input('Padding')).toBe(24);
		expect(input('Caption')).toBe('Breakfast mug');
	});

	editor.test('says what is wrong with it, in the label that the form shows', async () => {
		const panel = await editor.openNode(...runNode({ items: await products() }));
		await panel.app.choose('Product Photoshoot');
		await panel.fill('Product photo (image)', 'picture');
		await panel.execute();
		await panel.refusal(/^Item 0: “Product photo” is “picture”.*“photo”/).waitFor();
		await takePicture(editor.page, 'output-refused');
		expect(await editor.n8n.magnific.control.runs()).toEqual([]);
	});
});
