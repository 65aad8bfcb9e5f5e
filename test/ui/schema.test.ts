import { randomUUID } from 'node:crypto';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { appRun, fields } from '../engine/support/parameters';
import { magnificNode, workflowOf } from '../n8n/support/workflows';
import { useEditor } from './support/editor';
import { takePicture } from './support/screenshots';
import { expectSoon } from './support/waiting';

const editor = useEditor();

editor.test('the fields of a node that never ran can be dragged into the next one', async () => {
	const magnific = magnificNode(
		appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' })),
		{ id: randomUUID() },
	);
	const next = {
		id: randomUUID(),
		name: 'Next',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		position: [600, 0] as [number, number],
		parameters: {},
	};
	const panel = await editor.openNode(workflowOf('Poster', magnific, next), next.name);
	const field = panel.input
		.getByTestId('run-data-schema-item')
		.getByText('run_id', { exact: true });
	await field.waitFor();
	await takePicture(editor.page, 'schema-preview');

	await field.dragTo(panel.parameter('URL').locator('input').first());
	await expectSoon(
		async () => await panel.parameter('URL').locator('.cm-content').first().innerText(),
		'{{ $json.run_id }}',
	);
	await takePicture(editor.page, 'schema-dragged');
	expect(await editor.n8n.magnific.control.runs()).toEqual([]);
});
