import { parse, stringify } from 'flatted';
import { WorkflowExecute } from 'n8n-core';
import type { INodeExecutionData, INodeParameters, IRunExecutionData } from 'n8n-workflow';
import type { LocalMagnific } from './localMagnific';
import { additionalDataFor, NODE, workflowOf, type NodeSettings } from './n8n';
import { outcomeOf, type NodeOutcome } from './runNode';
import { witness } from './witness';

const isRunData = (value: unknown): value is IRunExecutionData =>
	typeof value === 'object' && value !== null && 'resultData' in value;

/**
 * What n8n keeps of an execution in which it was killed: nothing of the nodes' contexts, and from its
 * event log that a node had begun, if it had.
 */
export const crashed = (outcome: NodeOutcome, hadBegun: boolean): NodeOutcome => {
	const { data } = outcome.run;
	if (data.executionData) data.executionData.contextData = {};
	const { runData } = data.resultData;
	data.resultData.runData = Object.fromEntries(
		Object.entries(runData).filter(([name]) => hadBegun || name !== NODE),
	);
	return outcome;
};

/** *Retry with currently saved workflow* of an execution that failed, as n8n 2.41 does it. */
export const retryExecution = async (
	{ credential }: LocalMagnific,
	{ run: failed }: NodeOutcome,
	parameters: INodeParameters,
	items: INodeExecutionData[],
	executionId = '2',
	settings: NodeSettings = {},
): Promise<NodeOutcome> => {
	const data: unknown = parse(stringify(failed.data));
	if (!isRunData(data)) throw new Error('The execution was not saved');
	delete data.resultData.error;
	data.resultData.runData[NODE]?.pop();
	const workflow = workflowOf(parameters, items, settings);
	for (const entry of data.executionData?.nodeExecutionStack ?? []) {
		entry.node = workflow.getNode(entry.node.name) ?? entry.node;
	}
	const additionalData = { ...additionalDataFor(credential), executionId };
	const run = await new WorkflowExecute(additionalData, 'retry', data).processRunExecutionData(
		workflow,
	);
	witness(run);
	return outcomeOf(run);
};
