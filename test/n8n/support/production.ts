import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { N8nApi } from '../../../scripts/lib/n8n/api';
import type { WorkflowJson, WorkflowNode } from '../../../scripts/lib/n8n/workflow';
import { workflowOf } from './workflows';

const PATIENCE_MS = 60_000;
const INTERVAL_MS = 200;

/** Looks again and again until there is something; `what` names it where nothing comes in a minute. */
export const untilThere = async <T>(
	what: string,
	look: () => Promise<T | undefined>,
): Promise<T> => {
	const deadline = Date.now() + PATIENCE_MS;
	for (;;) {
		const found = await look();
		if (found !== undefined) return found;
		if (Date.now() > deadline) throw new Error(`There is no ${what} after a minute.`);
		await delay(INTERVAL_MS);
	}
};

/** A workflow that a call to its own URL begins, and that then goes through `nodes`. */
export const calledWorkflow = (
	name: string,
	...nodes: WorkflowNode[]
): { workflow: WorkflowJson; path: string } => {
	const workflow = workflowOf(name, ...nodes);
	const path = randomUUID();
	const [start, ...rest] = workflow.nodes;
	if (!start) throw new Error('The workflow is empty');
	const webhook: WorkflowNode = {
		...start,
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: path,
		parameters: { path, httpMethod: 'POST', responseMode: 'onReceived' },
	};
	return { workflow: { ...workflow, nodes: [webhook, ...rest] }, path };
};

/**
 * Publishes such a workflow, calls it, and gives its execution's id: as in production, nobody
 * starts it by hand.
 *
 * @param webhookUrl of the process that serves production URLs
 */
export const startByCall = async (
	api: N8nApi,
	webhookUrl: string,
	{ workflow, path }: ReturnType<typeof calledWorkflow>,
): Promise<string> => {
	const workflowId = await api.importWorkflow(workflow);
	await api.activate(workflowId);
	await untilThere('answer at the URL of the workflow', async () => {
		const { ok } = await fetch(`${webhookUrl}/webhook/${path}`, { method: 'POST' });
		return ok ? ok : undefined;
	});
	return await untilThere('execution of the workflow', async () => {
		const [id] = await api.listExecutions(workflowId);
		return id;
	});
};
