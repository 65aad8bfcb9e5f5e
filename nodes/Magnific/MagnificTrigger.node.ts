import {
	NodeConnectionTypes,
	type IHookFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { triggerProperties } from './descriptions/trigger';
import { getApps, magnificApiTest } from './methods';
import { enterRegistry, isRegistered, leaveRegistry, receive } from './operations/receive';

export class MagnificTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Magnific Trigger',
		name: 'magnificTrigger',
		icon: { light: 'file:../../icons/magnific.svg', dark: 'file:../../icons/magnific.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when a run of a Magnific app starts, finishes or fails',
		defaults: { name: 'Magnific Trigger' },
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
