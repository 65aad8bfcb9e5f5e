import { posterFromText } from '../../emulator/apps/posterFromText';
import { appRun, fields } from '../engine/support/parameters';
import { magnificNode, workflowOf } from '../n8n/support/workflows';
import { useEditor } from './support/editor';
import { takePicture } from './support/screenshots';
import { expectSoon } from './support/waiting';
import { runNode } from './support/workflows';

const editor = useEditor();

editor.test(
	'what is around a run needs nothing to be filled in, and offers lists from the account',
	async () => {
		const { page, n8n } = editor;
		await n8n.api.runWorkflow(
			workflowOf(
				'A poster before',
				magnificNode(appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' }))),
			),
		);
		const panel = await editor.openNode(...runNode());
		const expectForm = async (...labels: string[]): Promise<void> => {
			const head = ['Credential', 'Resource', 'Operation'];
			await expectSoon(() => panel.labels(), [...head, ...labels]);
			await expectSoon(() => panel.marks(), 0);
		};

		await panel.choose('Resource', 'Creation');
		await expectForm('Return All', 'Limit', 'Filters', 'Simplify', 'Options');
		await panel.addOption('Tool Name or ID', 'Add filter');
		expect(await panel.optionsOf('Tool Name or ID')).toEqual(['Any', 'text-to-image']);
		await panel.addOption('Created After', 'Add filter');
		await panel.turnOn('Download Files');
		await takePicture(page, 'around-creation');
		await panel.execute();
		expect(await panel.widthOfPicture()).toBe(384);
		await takePicture(page, 'around-creation-output');
		await panel.closePicture();

		await panel.choose('Resource', 'File');
		await expectForm('Input Binary Field');
		expect(await panel.valueOf('Input Binary Field')).toBe('data');
		await panel.parameters.getByText('The name of the input field that holds the file').waitFor();
		await takePicture(page, 'around-upload');
		await panel.choose('Operation', 'Get Many');
		await expectForm('Return All', 'Limit', 'Options');
		await takePicture(page, 'around-files');

		await panel.choose('Resource', 'Usage');
		await expectForm('Start Date', 'End Date', 'Granularity', 'Options');
		expect(await panel.placeholderOf('Start Date')).toBe('Seven days ago');
		expect(await panel.placeholderOf('End Date')).toBe('Today');
		expect(await panel.optionsOf('Granularity')).toEqual(['Day', 'Month', 'Week', 'Year']);
		const lists = {
			'API Key Names or IDs': ['n8n', 'Shop', 'Last year (Inactive)'],
			'Group Names or IDs': ['Pictures', 'Shop'],
			'Project Names or IDs': ['Nightly batches', 'Shop windows'],
		};
		for (const [label, names] of Object.entries(lists)) {
			await panel.addOption(label);
			expect(await panel.namesIn(label)).toEqual(names);
		}
		await takePicture(page, 'around-usage');
		await panel.execute();
		await panel.showOutputAs('table');
		await panel.output.getByText('owner@example.com').waitFor();
		await takePicture(page, 'around-usage-output');
	},
);
