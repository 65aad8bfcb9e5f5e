import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type IHookFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import {
	getAppInputs,
	getCreationTools,
	getTeamApiKeys,
	getTeamGroups,
	getTeamProjects,
	getTriggers,
	magnificApiTest,
	searchApps,
} from './editor';
import { resources } from './resources';
import { definitionsOf, executeOperation, operationOf, propertiesOf } from './resources/operation';
import { resumeRuns } from './suspended/resume';

/** Programmatic: declarative routing cannot wait, carry a batch under one budget, or take up a run that was paid for. */
export class Magnific implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Magnific',
		name: 'magnific',
		icon: { light: 'file:../../icons/magnific.svg', dark: 'file:../../icons/magnific.dark.svg' },
		group: ['transform'],
		version: 1,
		// The app by its name where it was chosen from the list: what tells one node from another.
		subtitle:
			'={{ $parameter["operation"] + ": " + ($rawParameter.toJSON?.().app?.cachedResultName || $parameter["resource"]) }}',
		description: 'Run Magnific apps (flows): pipelines of AI tools for images, videos and audio',
		defaults: { name: 'Magnific' },
		usableAsTool: {
			replacements: {
				description:
					'Let an agent run Magnific apps, which make images, videos and audio, and look up apps and runs',
				builderHint: {
					searchHint:
						'The Magnific node as a tool of an agent. It always waits for the run and answers with URLs. Every run costs credits: set Options → Credit Limit. With App → Run, take inputMode json and let the agent fill in inputsJson, an object with the labels of the app’s inputs as keys; give it App → Get Many and App → Get as further tools where it chooses the app itself.',
				},
			},
		},
		builderHint: {
			searchHint:
				'Runs a Magnific app (also called flow) for each incoming item and waits by itself until the runs are over: connect the next node directly, and build no Wait, IF or Loop around it and no status check after it. It takes all items at once and keeps to the rate limit by itself. Every run costs credits: to try a workflow, set options.validateOnly to true, which checks all inputs and tells the cost, and starts nothing. App → Get Many finds apps; App → Get gives an app’s inputs.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-magnific.magnificTrigger',
					relationHint:
						'Starts another workflow when a run ends that App → Run started with wait none and this trigger in options.notifyTrigger. Not needed where App → Run waits itself, which is its default.',
				},
			],
			extraTypeDefContent: definitionsOf(resources),
		},
		waitingNodeTooltip: 'Suspended until Magnific has finished the runs',
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'magnificApi', required: true, testedBy: 'magnificApiTest' }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				path: '',
				responseMode: 'onReceived',
				responseData: 'noData',
				restartWebhook: true,
			},
		],
		properties: propertiesOf(resources),
	};

	// The webhook only resumes parked executions: n8n serves it by itself, nothing is registered.
	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return await Promise.resolve(true);
			},
			async create(this: IHookFunctions): Promise<boolean> {
				return await Promise.resolve(true);
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				return await Promise.resolve(true);
			},
		},
	};

	methods = {
		credentialTest: { magnificApiTest },
		listSearch: { searchApps },
		loadOptions: {
			getCreationTools,
			getTeamApiKeys,
			getTeamGroups,
			getTeamProjects,
			getTriggers,
		},
		resourceMapping: { getAppInputs },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const resource = this.getNodeParameter('resource', 0);
		const operation = this.getNodeParameter('operation', 0);
		const found = operationOf(resources, resource, operation);
		if (!found) {
			throw new NodeOperationError(
				this.getNode(),
				`The operation “${operation}” of “${resource}” is not known to this version of the node`,
			);
		}
		return await executeOperation(this, found);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resumeRuns.call(this);
	}
}
