import type { RunRecord } from '../../../emulator/index';
import { z } from 'zod';
import type { Execution, Item } from '../n8n/execution';
import type { WorkflowJson, WorkflowNode } from '../n8n/workflow';

const NODE_TYPE = 'n8n-nodes-magnific.magnific';

/** One run of an app as a node gave it out, by its success output or its error output. */
export interface DemoRun {
	node: WorkflowNode;
	/** Index of the input item that it belongs to. */
	item: number;
	appId: string;
	appName: string;
	runId: string;
	status: string;
	credits: number | null;
	/** From the start of the run to its end, by the local Magnific's scaled clock. */
	seconds: number | null;
	leftBy: 'success output' | 'error output';
	/** What the node gave out, with its files. */
	output: Item;
}

const runSchema = z.object({
	run_id: z.string(),
	app_id: z.string(),
	app_name: z.string(),
	status: z.string(),
	credits: z.number().nullish(),
});
const failureSchema = z.object({ details: runSchema });
const pairedItemSchema = z.object({ item: z.number() });

/** The runs of all Magnific nodes of an execution, by node and input item. */
export function runsOf(
	workflow: WorkflowJson,
	execution: Execution,
	records: readonly RunRecord[],
): DemoRun[] {
	return workflow.nodes
		.filter(({ type }) => type === NODE_TYPE)
		.flatMap((node) =>
			[
				...execution.items(node.name, 0).map((output) => {
					const run = runSchema.parse(output.json);
					return demoRun(node, output, run, 'success output', records);
				}),
				...execution.items(node.name, 1).map((output) => {
					const run = failureSchema.parse(output.json).details;
					return demoRun(node, output, run, 'error output', records);
				}),
			].sort((a, b) => a.item - b.item),
		);
}

function demoRun(
	node: WorkflowNode,
	output: Item,
	run: z.infer<typeof runSchema>,
	leftBy: DemoRun['leftBy'],
	records: readonly RunRecord[],
): DemoRun {
	const record = records.find(({ run_id }) => run_id === run.run_id);
	return {
		node,
		item: pairedItemSchema.parse(output.pairedItem).item,
		appId: run.app_id,
		appName: run.app_name,
		runId: run.run_id,
		status: run.status,
		credits: run.credits ?? record?.credits ?? null,
		seconds: record?.settled_at ? (record.settled_at - record.submitted_at) / 1000 : null,
		leftBy,
		output,
	};
}
