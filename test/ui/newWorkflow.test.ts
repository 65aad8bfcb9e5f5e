import { CredentialDialog } from './support/credentialDialog';
import { useEditor } from './support/editor';
import { NodeCreator } from './support/nodeCreator';
import { NodePanel } from './support/nodePanel';
import { takePicture } from './support/screenshots';
import { expectSoon } from './support/waiting';
import { runNode } from './support/workflows';

const editor = useEditor();

describe('somebody who has just installed the package', () => {
	beforeAll(async () => {
		const { api, credential } = editor.n8n;
		await api.request('DELETE', `/rest/credentials/${credential.id}`);
	});

	editor.test('finds the node by its name, adds it and connects it to Magnific', async () => {
		const { page, n8n } = editor;
		await editor.openNewWorkflow();
		const creator = new NodeCreator(page);
		await creator.addManualTrigger();
		await creator.searchNext('magnific');
		await creator.item('Magnific').click();
		await expectSoon(
			() => creator.names(),
			[
				'Get app',
				'Get many apps',
				'Run app',
				'Get many creations',
				'Get many files',
				'Upload file',
				'Get run',
				'Wait for run',
				'Get usage',
			],
		);
		await takePicture(page, 'node-creator');
		await creator.section('Triggers').click();
		await expectSoon(
			async () => (await creator.names()).slice(-5),
			[
				'On run cancelled',
				'On run completed',
				'On run completed with errors',
				'On run failed',
				'On run started',
			],
		);

		await creator.item('Run app').click();
		const panel = new NodePanel(page);
		await panel.parameters.waitFor();
		expect(await panel.valueOf('Resource')).toBe('App');
		expect(await panel.valueOf('Operation')).toBe('Run');
		await takePicture(page, 'new-node');

		const dialog = new CredentialDialog(page);
		await dialog.openNew(panel.root);
		await dialog.fill('apiKey', n8n.magnific.apiKey);
		await takePicture(page, 'credential');
		await dialog.fill('baseUrl', n8n.magnific.url);
		await dialog.save();
		await dialog.root.waitFor({ state: 'hidden' });

		await dialog.reopenFor(panel.root);
		await dialog.seeSuccess();
		await takePicture(page, 'credential-success');
		await dialog.close();
		await panel.app.choose('Surprise Me');
		expect(await panel.app.chosen()).toBe('Surprise Me (2 credits)');

		await panel.close();
		await page.getByText('run: Surprise Me (2 credits)').waitFor();
		await takePicture(page, 'canvas');
	});
});

describe('the credential dialog', () => {
	editor.test('says in words why a credential is refused', async () => {
		const { page, n8n } = editor;
		const panel = await editor.openNode(...runNode());
		const dialog = new CredentialDialog(page);
		await dialog.openNew(panel.root);

		await dialog.fill('apiKey', 'wrong');
		await dialog.fill('baseUrl', n8n.magnific.url);
		await dialog.save();
		await dialog.seeRefusal(/^Key refused/);
		await takePicture(page, 'credential-key-refused');

		await dialog.fill('apiKey', n8n.magnific.apiKey);
		await dialog.fill('baseUrl', n8n.server.url);
		await dialog.save();
		await dialog.seeRefusal(/^Nothing there/);
		await takePicture(page, 'credential-nothing-there');

		await n8n.magnific.control.settings({ plan: 'none' });
		await dialog.fill('baseUrl', n8n.magnific.url);
		await dialog.save();
		await dialog.seeRefusal(/plan has no Apps API/);
		await takePicture(page, 'credential-plan');
	});
});
