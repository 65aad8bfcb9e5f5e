import { randomUUID } from 'node:crypto';
import type { INodeParameters } from 'n8n-workflow';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { appRun, fields } from '../engine/support/parameters';
import { MAGNIFIC, magnificNode } from '../n8n/support/workflows';
import type { WorkflowJson } from '../../scripts/lib/n8n/workflow';
import { useEditor } from './support/editor';
import { takePicture } from './support/screenshots';
import { expectSoon } from './support/waiting';
import { runNode } from './support/workflows';

const editor = useEditor();

const TRIGGER = 'Magnific Trigger';

const triggerWorkflow = (name: string, parameters: INodeParameters = {}): WorkflowJson => ({
	name,
	nodes: [
		magnificNode(parameters, {
			id: randomUUID(),
			name: TRIGGER,
			type: `${MAGNIFIC}Trigger`,
			webhookId: randomUUID(),
		}),
	],
	connections: {},
	settings: { executionOrder: 'v1' },
});

const posterWith = (options: INodeParameters): [WorkflowJson, string] =>
	runNode({
		items: [{ json: { sku: 'MUG-7', headline: 'New: the breakfast mug' } }],
		parameters: appRun(
			posterFromText,
			fields(posterFromText, { Headline: '={{ $json.headline }}' }),
			{ wait: 'none', options },
		),
	});

editor.test('the trigger says what it listens for, and how runs come to it', async () => {
	const panel = await editor.openNode(triggerWorkflow('Poster results'), TRIGGER);
	await expectSoon(() => panel.labels(), ['Credential', 'Events', 'App Names or IDs', 'Options']);
	await takePicture(editor.page, 'trigger');
});

editor.test(
	'a trigger that listens for a test event is picked from the list, and shows the run with its metadata',
	async () => {
		const trigger = await editor.openNode(triggerWorkflow('Poster results'), TRIGGER);
		await trigger.listen();

		const starter = await editor.openNodeInNewTab(
			...posterWith({ metadata: { values: [{ name: 'sku', value: '={{ $json.sku }}' }] } }),
		);
		await starter.addOption('Notify Trigger Name or ID');
		expect(await starter.optionsOf('Notify Trigger Name or ID')).toEqual([
			'None',
			'Poster results (Listening for Test Event)',
		]);
		await starter.choose('Notify Trigger Name or ID', 'Poster results (Listening for Test Event)');
		await starter.execute();
		await starter.output.getByTestId('node-run-status-success').waitFor();
		await starter.page.close();

		await trigger.output.getByTestId('node-run-status-success').waitFor();
		await trigger.showOutputAs('json');
		await trigger.output.getByText('"MUG-7"').scrollIntoViewIfNeeded();
		await takePicture(editor.page, 'trigger-output');
	},
);

editor.test(
	'where no trigger is published, the list says so, and nothing is marked in red',
	async () => {
		const panel = await editor.openNode(...posterWith({ notifyTrigger: '' }));
		const none = 'None: No Magnific Trigger Is Published';
		await expectSoon(() => panel.chosen('Notify Trigger Name or ID'), none);
		expect(await panel.optionsOf('Notify Trigger Name or ID')).toEqual([none]);
		expect(await panel.isMarked('Notify Trigger Name or ID')).toBe(false);
		await takePicture(editor.page, 'notify-none');
	},
);

editor.test('an active trigger is offered by the name of its workflow', async () => {
	const { api } = editor.n8n;
	const id = await api.importWorkflow(triggerWorkflow('Posters into the drive'));
	await api.activate(id);
	const panel = await editor.openNode(...posterWith({ notifyTrigger: '' }));
	await expectSoon(
		() => panel.optionsOf('Notify Trigger Name or ID'),
		['None', 'Posters into the drive'],
	);
	await panel.openDropdown('Notify Trigger Name or ID');
	await takePicture(editor.page, 'notify-trigger');
	await api.deactivate(id);
});
