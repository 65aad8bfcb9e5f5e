import {
	NodeConnectionTypes,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { outputInWords } from './batch/output';
import { triggerOutput, triggerProperties } from './trigger/description';
import { getApps, magnificApiTest } from './editor';
import { enterRegistry, isRegistered, leaveRegistry } from './trigger/listen';
import { receive } from './trigger/receive';

export class MagnificTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Magnific Trigger',
		name: 'magnificTrigger',
		icon: { light: 'file:../../icons/magnific.svg', dark: 'file:../../icons/magnific.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["events"].map((event) => event.replace(/[A-Z]/g, (letter) => " " + letter.toLowerCase())).join(", ") }}',
		// The node panel shows it for both nodes.
		description:
			'Run Magnific apps (flows) for images, videos and audio, and start workflows when their runs end',
		defaults: { name: 'Magnific Trigger' },
		builderHint: {
			searchHint:
				'Starts a workflow when a run of a Magnific app ends. It hears only of runs that App → Run of another workflow started with wait none and this trigger in options.notifyTrigger: Magnific has no list of subscribers. To use a result in the workflow that started the run, take no trigger: App → Run waits by itself.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-magnific.magnific',
					relationHint: 'Starts the runs: App → Run, with wait none and options.notifyTrigger',
				},
			],
			extraTypeDefContent: [{ content: outputInWords(triggerOutput) }],
		},
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'magnificApi', required: true, testedBy: 'magnificApiTest' }],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				path: 'magnific',
				responseMode: 'onReceived',
				responseData: 'noData',
			},
		],
		triggerPanel: {
			header: 'Listen for a run of a Magnific app (flow)',
			executionsHelp: {
				inactive:
					'<b>While you build this workflow</b>, click the button: until one event comes, App → Run of another workflow offers this trigger under Notify Trigger, as listening for a test event.<br /><br /><b>Once you publish this workflow</b>, App → Run offers it by its name, and each run that was given it starts it. These executions are in the executions list, not in the editor.',
				active:
					'<b>While you build this workflow</b>, click the button: until one event comes, App → Run of another workflow offers this trigger under Notify Trigger, as listening for a test event.<br /><br /><b>Since this workflow is published</b>, App → Run offers it by its name, and each run that was given it starts it. These executions are in the <a data-key="executions">executions list</a>, not in the editor.',
			},
			activationHint:
				'Publish the workflow to have it started by every run that was given this trigger.',
		},
		properties: triggerProperties,
	};

	methods = {
		credentialTest: { magnificApiTest },
		loadOptions: { getApps },
	};

	webhookMethods = {
		default: {
			async checkExists(this: IHookFunctions): Promise<boolean> {
				return await Promise.resolve(isRegistered(this));
			},
			async create(this: IHookFunctions): Promise<boolean> {
				await enterRegistry(this);
				return true;
			},
			async delete(this: IHookFunctions): Promise<boolean> {
				leaveRegistry(this);
				return await Promise.resolve(true);
			},
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive.call(this);
	}
}
