import { WorkflowExecute } from 'n8n-core';
import type {
	ExecutionError,
	ICredentialDataDecryptedObject,
	IDataObject,
	INodeExecutionData,
	INodeParameters,
	IRun,
} from 'n8n-workflow';
import { additionalDataFor, NODE, workflowOf, type NodeSettings } from './n8n';
import { holdToSchema } from './schemas';
import { witness } from './witness';

export interface NodeRun {
	parameters: INodeParameters;
	/** Default: one empty item. */
	items?: INodeExecutionData[];
	settings?: NodeSettings;
	credential: ICredentialDataDecryptedObject;
	/** False: the workflow was never saved. */
	isSaved?: boolean;
}

export interface NodeOutcome {
	/** The items of the main output. */
	items: INodeExecutionData[];
	/** The json of the items of the main output. */
	json: IDataObject[];
	/** The items of the error output. */
	failed: INodeExecutionData[];
	/** What stopped the workflow. */
	error: ExecutionError | undefined;
	/** Everything that n8n would store. */
	run: IRun;
}

/** What a run of the workflow came to. */
export const outcomeOf = (run: IRun): NodeOutcome => {
	const tasks = run.data.resultData.runData[NODE] ?? [];
	const outputs = (output: number): INodeExecutionData[] =>
		tasks.flatMap((task) => task.data?.main?.[output] ?? []);
	const items = outputs(0);
	return {
		items,
		json: items.map(({ json }) => json),
		failed: outputs(1),
		error: run.data.resultData.error,
		run,
	};
};

/** Starts a workflow of sources and the Magnific node on n8n's engine. `stop` is the Stop button. */
export const startNode = ({
	parameters,
	items = [{ json: {} }],
	settings = {},
	credential,
	isSaved = true,
}: NodeRun): { done: Promise<NodeOutcome>; stop: () => void } => {
	const workflow = workflowOf(parameters, items, settings);
	if (!isSaved) workflow.id = '';
	const start = workflow.getNode('Source 0');
	if (!start) throw new Error('The workflow has no start');
	const execution = new WorkflowExecute(additionalDataFor(credential), 'manual').run({
		workflow,
		startNode: start,
	});
	let isStopped = false;
	const done = execution.then((run) => {
		witness(run);
		const outcome = outcomeOf(run);
		// What n8n puts out of a stopped node is not the node's.
		if (!isStopped) holdToSchema(parameters, outcome.json);
		return outcome;
	});
	return {
		done,
		stop: () => {
			isStopped = true;
			execution.cancel();
		},
	};
};
