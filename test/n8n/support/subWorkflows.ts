import type { WorkflowJson, WorkflowNode } from '../../../scripts/lib/n8n/workflow';
import { workflowOf } from './workflows';

/** A workflow that another one calls, and that then goes through `nodes`. */
export const calledByAnother = (name: string, ...nodes: WorkflowNode[]): WorkflowJson => {
	const workflow = workflowOf(name, ...nodes);
	const [start, ...rest] = workflow.nodes;
	if (!start) throw new Error('The workflow is empty');
	const trigger: WorkflowNode = {
		...start,
		type: 'n8n-nodes-base.executeWorkflowTrigger',
		typeVersion: 1.1,
		parameters: { inputSource: 'passthrough' },
	};
	return { ...workflow, nodes: [trigger, ...rest] };
};

/**
 * *Execute Sub-workflow*, which waits for the end of the workflow that it calls.
 *
 * @param mode `once` with all items, or once for `each` item
 */
export const callNode = (
	workflowId: string,
	mode: 'once' | 'each' = 'once',
	settings: Partial<WorkflowNode> = {},
): WorkflowNode => ({
	name: 'Call',
	type: 'n8n-nodes-base.executeWorkflow',
	typeVersion: 1.2,
	position: [0, 0],
	parameters: {
		workflowId: { __rl: true, mode: 'id', value: workflowId },
		workflowInputs: { mappingMode: 'defineBelow', value: null },
		mode,
		options: { waitForSubWorkflow: true },
	},
	...settings,
});
