import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

export class MagnificApi implements ICredentialType {
	name = 'magnificApi';

	displayName = 'Magnific API';

	icon: Icon = { light: 'file:../icons/magnific.svg', dark: 'file:../icons/magnific.dark.svg' };

	documentationUrl = 'https://github.com/n8n-nodes-magnific/n8n-nodes-magnific#credential';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'From the API section of the Magnific dashboard',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.magnific.com',
			placeholder: 'e.g. https://api.magnific.com',
			description: 'Where the API is. The API key is sent to this address and nowhere else.',
		},
		{
			displayName: 'Endpoint Family',
			name: 'endpointFamily',
			type: 'options',
			options: [
				{ name: 'Apps', value: 'apps', description: 'Use /v1/ai/apps' },
				{
					name: 'Automatic',
					value: 'auto',
					description: 'Find out which of the two the server has',
				},
				{ name: 'Flows', value: 'flows', description: 'Use /v1/ai/flows, the later name' },
			],
			default: 'auto',
			description: 'Magnific serves the same API under two names',
		},
		{
			displayName: 'Requests Per Minute',
			name: 'requestsPerMinute',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 50,
			description:
				'The limit of your plan. The node paces itself to it; set it lower if other programs use the same key.',
		},
		{
			displayName: 'Webhook Signing Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'From the Magnific dashboard. With it, callbacks are checked by their signature; without it, by asking the API.',
		},
	];

	// A function, not n8n's expression form: expressions cannot be evaluated once a webhook call has
	// been answered, and a parked execution looks at its runs after that.
	authenticate = async (
		{ apiKey }: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> =>
		await Promise.resolve({
			...options,
			headers: {
				...options.headers,
				'X-Magnific-Api-Key': typeof apiKey === 'string' ? apiKey : '',
			},
		});
}
