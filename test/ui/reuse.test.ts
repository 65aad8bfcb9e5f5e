import { posterFromText } from '../../emulator/apps/posterFromText';
import { appRun, fields } from '../engine/support/parameters';
import { useEditor } from './support/editor';
import { takePicture } from './support/screenshots';
import { expectSoon } from './support/waiting';
import { runNode } from './support/workflows';

const editor = useEditor();

describe('executing the step again while the rest is being built', () => {
	editor.test('costs one run with Reuse Runs, and its picture is there each time', async () => {
		const { control } = editor.n8n.magnific;
		const panel = await editor.openNode(
			...runNode({
				parameters: appRun(
					posterFromText,
					fields(posterFromText, { Headline: '={{ $json.title }}' }),
				),
				items: [{ json: { title: 'Sale' } }],
			}),
		);
		await panel.executePrevious();
		await panel.addOption('Reuse Runs (Hours)');
		await panel.turnOn('Download Files');
		for (let time = 0; time < 5; time += 1) {
			const downloads = (await control.requests({ route: 'file' })).length;
			await panel.execute();
			await expectSoon(
				async () => (await control.requests({ route: 'file' })).length > downloads,
				true,
			);
			await panel.output.getByTestId('node-run-status-success').waitFor();
			await panel.showOutputAs('binary');
			await panel.output.getByTestId('ndv-view-binary-data').waitFor();
		}
		await panel.output.getByText('1 run reused').waitFor();
		await takePicture(editor.page, 'output-reused');
		expect(await control.runs()).toHaveLength(1);
	});
});
