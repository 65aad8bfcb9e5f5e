import { z } from 'zod';
import { inputFacts, type App } from '../../../emulator/apps/app';
import { readExamples } from '../../../scripts/lib/demo/examples';
import type { Execution } from '../../../scripts/lib/n8n/execution';
import type { N8nApi } from '../../../scripts/lib/n8n/api';
import {
	parseWorkflow,
	type WorkflowJson,
	type WorkflowNode,
} from '../../../scripts/lib/n8n/workflow';

/** The example whose file name begins with the number, e.g. `07`. */
export async function example(number: string): Promise<WorkflowJson> {
	for (const [name, workflow] of await readExamples()) {
		if (name.startsWith(number)) return workflow;
	}
	throw new Error(`There is no example ${number}`);
}

/**
 * The example with texts in its JSON replaced everywhere, each a pair of what is there and what is
 * to be. Throws where one of them is not there.
 */
export async function changedExample(
	number: string,
	changes: Array<[from: string, to: string]>,
): Promise<WorkflowJson> {
	const changed = changes.reduce(
		(text, [from, to]) => {
			if (!text.includes(from)) throw new Error(`There is no ${from} in the example`);
			return text.replaceAll(from, to);
		},
		JSON.stringify(await example(number)),
	);
	return parseWorkflow(JSON.parse(changed));
}

/** The workflow's own node of that name, to be changed in place. */
export function nodeOf({ nodes }: WorkflowJson, name: string): WorkflowNode {
	const node = nodes.find((candidate) => candidate.name === name);
	if (!node) throw new Error(`There is no node ${name}`);
	return node;
}

/** Starts a stored workflow from one of its triggers. @returns the execution's id */
export async function startFrom(api: N8nApi, workflowId: string, trigger: string): Promise<string> {
	const answer = await api.request('POST', `/rest/workflows/${workflowId}/run`, {
		triggerToStartFrom: { name: trigger },
	});
	return z.object({ executionId: z.coerce.string() }).parse(answer).executionId;
}

/** Runs a stored workflow from one of its triggers to its end. */
export async function runFrom(
	api: N8nApi,
	workflowId: string,
	trigger: string,
): Promise<Execution> {
	return await api.waitForEnd(await startFrom(api, workflowId, trigger));
}

/** By what key a run's inputs have the app's first one. */
export function firstInputOf({ name, inputs }: App): string {
	const id = inputs[0] && inputFacts(inputs[0]).id;
	if (id === undefined) throw new Error(`${name} has no inputs`);
	return id;
}
