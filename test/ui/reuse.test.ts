import { useEditor } from './support/editor';
import { takePicture } from './support/screenshots';
import { expectSoon } from './support/waiting';
import { runNode } from './support/workflows';

const editor = useEditor();

const TIMES = 5;

editor.test(
	'Execute step costs one run with Reuse Runs, and its picture is there each time',
	async () => {
		const { control } = editor.n8n.magnific;
		const panel = await editor.openNode(...runNode({ items: [{ json: { title: 'Sale' } }] }));
		await panel.app.choose('Poster from Text');
		await panel.fillExpression('Headline', '{{ $json.title }}');
		await panel.addOption('Reuse Runs (Hours)');
		await panel.turnOn('Download Files');

		for (let time = 1; time <= TIMES; time += 1) {
			await panel.execute();
			await expectSoon(async () => (await control.requests({ route: 'file' })).length, time);
			await panel.output.getByText(time === 1 ? '1 run started' : '1 run reused').waitFor();
			expect(await panel.widthOfPicture()).toBe(384);
			await takePicture(editor.page, `output-reused-${String(time)}`);
			await panel.closePicture();
		}
		await panel.output.getByText('1 run reused: 3 credits were not spent.').waitFor();
		expect(await control.runs()).toHaveLength(1);
		expect(await control.charges()).toHaveLength(1);
	},
);
