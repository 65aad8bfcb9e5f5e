import { HookContext } from 'n8n-core';
import { NodeApiError, Workflow, type WorkflowExecuteMode } from 'n8n-workflow';
import { MagnificTrigger } from '../../nodes/Magnific/MagnificTrigger.node';
import { triggerRegistry } from '../../nodes/Magnific/trigger/registry';
import { localMagnific } from './support/localMagnific';
import { additionalDataFor, magnificNode } from './support/n8n';

const local = localMagnific();

/** What n8n hands to a trigger that it publishes, or that listens for a test event. */
const hooksOf = (baseUrl: string, mode: WorkflowExecuteMode = 'trigger') => {
	const type = new MagnificTrigger();
	const [description] = type.description.webhooks ?? [];
	if (!description) throw new Error('The trigger has no webhook');
	const workflow = new Workflow({
		id: 'workflow',
		name: 'Results',
		active: true,
		nodes: [
			{
				...magnificNode('n8n-nodes-magnific.magnificTrigger', { events: ['completed'] }, {}),
				name: 'Magnific Trigger',
				webhookId: '6f1d7f0e-0000-4000-8000-000000000001',
			},
		],
		connections: {},
		nodeTypes: {
			getByName: () => type,
			getByNameAndVersion: () => type,
			getKnownTypes: () => ({}),
		},
	});
	const node = workflow.getNode('Magnific Trigger');
	if (!node) throw new Error('The workflow has no trigger');
	const additionalData = additionalDataFor({ ...local.credential, baseUrl });
	const webhook = {
		httpMethod: 'POST' as const,
		node: node.name,
		path: 'magnific',
		webhookDescription: description,
		workflowId: workflow.id,
		workflowExecuteAdditionalData: additionalData,
	};
	const activation = mode === 'manual' ? 'manual' : 'activate';
	class Hooks extends HookContext {
		override getWorkflow(): { id: string; name: string; active: boolean } {
			const { id, name = '', active } = super.getWorkflow();
			return { id, name, active };
		}
	}
	const context = new Hooks(workflow, node, additionalData, mode, activation, webhook);
	const methods = type.webhookMethods.default;
	return {
		exists: async () => await methods.checkExists.call(context),
		create: async () => await methods.create.call(context),
		leave: async () => await methods.delete.call(context),
	};
};

describe('a trigger that is published', () => {
	it('enters the list of those to notify once, and leaves it', async () => {
		const { exists, create, leave } = hooksOf(local.url);
		expect(await exists()).toBe(false);
		expect(await create()).toBe(true);
		expect(await exists()).toBe(true);
		expect(triggerRegistry.all()).toMatchObject([
			{ workflowName: 'Results', nodeName: 'Magnific Trigger', isTest: false },
		]);
		expect(await leave()).toBe(true);
		expect(triggerRegistry.all()).toEqual([]);
	});

	it('is refused where Magnific could not call it, with the variables that say where it can', async () => {
		const { create } = hooksOf('https://api.magnific.com');
		const error: unknown = await create().catch((thrown: unknown) => thrown);
		if (!(error instanceof NodeApiError)) throw new Error('It was not refused');
		expect(error.message).toMatch(/cannot call this trigger.*127\.0\.0\.1.*near by/);
		expect(error.description).toMatch(/N8N_WEBHOOK_URL .*\bWEBHOOK_URL/);
		expect(triggerRegistry.all()).toEqual([]);
	});
});
