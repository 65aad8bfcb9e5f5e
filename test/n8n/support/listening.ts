import { posterFromText } from '../../../emulator/apps/posterFromText';
import type { N8nApi } from '../../../scripts/lib/n8n/api';
import type { WorkflowJson } from '../../../scripts/lib/n8n/workflow';
import { appRun } from '../../engine/support/parameters';
import { untilThere } from './production';
import { MAGNIFIC, magnificNode } from './workflows';

export const TRIGGER = 'Magnific Trigger';

/** A workflow of nothing but the trigger. @param webhookId makes its URL, so one for each */
export const listening = (name: string, webhookId: string, parameters = {}): WorkflowJson => ({
	name,
	nodes: [
		{
			...magnificNode({ events: ['completed', 'failed'], ...parameters }),
			name: TRIGGER,
			type: `${MAGNIFIC}Trigger`,
			webhookId,
		},
	],
	connections: {},
	settings: { executionOrder: 'v1' },
});

/** Activates a trigger's workflow and waits until App → Run offers it; gives its id and URL. */
export const activate = async (
	api: N8nApi,
	workflow: WorkflowJson,
): Promise<{ id: string; url: string }> => {
	const id = await api.importWorkflow(workflow);
	await api.activate(id);
	const url = await untilThere(`trigger ${workflow.name} in the list`, async () => {
		const triggers = await api.loadOptions({
			nodeType: MAGNIFIC,
			methodName: 'getTriggers',
			path: 'parameters.options.notifyTrigger',
			parameters: appRun(posterFromText, {}, { wait: 'none' }),
		});
		return triggers.find(({ name }) => name === workflow.name)?.value;
	});
	return { id, url: String(url) };
};

/** The executions of a workflow once there are so many of them. */
export const executionsOf = async (
	api: N8nApi,
	workflowId: string,
	count: number,
): Promise<string[]> =>
	await untilThere(`execution number ${String(count)} of the workflow`, async () => {
		const ids = await api.listExecutions(workflowId);
		return ids.length >= count ? ids : undefined;
	});
