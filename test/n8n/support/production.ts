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

/** Such a workflow, published; each call begins another execution of it. */
export interface Published {
	workflowId: string;
	/** Calls it, as in production: nobody starts it by hand. Gives the execution's id. */
	start(): Promise<string>;
}

/**
 * Publishes such a workflow.
 *
 * @param webhookUrl of the process that serves production URLs
 */
export const publish = async (
	api: N8nApi,
	webhookUrl: string,
	{ workflow, path }: ReturnType<typeof calledWorkflow>,
): Promise<Published> => {
	const workflowId = await api.importWorkflow(workflow);
	await api.activate(workflowId);
	const known = new Set<string>();
	return {
		workflowId,
		async start() {
			await untilThere('answer at the URL of the workflow', async () => {
				const { ok } = await fetch(`${webhookUrl}/webhook/${path}`, { method: 'POST' });
				return ok ? ok : undefined;
			});
			const id = await untilThere('execution of the workflow', async () =>
				(await api.listExecutions(workflowId)).find((one) => !known.has(one)),
			);
			known.add(id);
			return id;
		},
	};
};

/** Publishes such a workflow, calls it once, and gives its execution's id. */
export const startByCall = async (
	api: N8nApi,
	webhookUrl: string,
	called: ReturnType<typeof calledWorkflow>,
): Promise<string> => await (await publish(api, webhookUrl, called)).start();
