import { UserError } from 'n8n-workflow';
import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { DEFAULT_BASE_URL, normalizeBaseUrl } from '../nodes/Magnific/api/endpoints';

const originOf = (address: string, base?: string): string | undefined =>
	URL.canParse(address, base) ? new URL(address, base).origin : undefined;

/** Nodes that still use n8n's older request helper have `uri` in the place of `url`. */
const addressOf = (options: IHttpRequestOptions & { uri?: unknown }): string => {
	const { url, uri } = options;
	return url || (typeof uri === 'string' ? uri : '');
};

/** A redirect would take the key along to wherever it leads; under the names of both request helpers. */
const NO_REDIRECTS = {
	disableFollowRedirect: true,
	followRedirect: false,
	followAllRedirects: false,
};

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
			description:
				'From the <a href="https://www.magnific.com/user/api-keys">API keys page</a> of the Magnific dashboard, where an administrator generates it. The plans Premium, Premium+, Pro, Business and Enterprise have the API, pay-as-you-go has not.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: DEFAULT_BASE_URL,
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
			description: 'Magnific serves the same API under two names: it now calls apps flows',
		},
		{
			displayName: 'Requests Per Minute',
			name: 'requestsPerMinute',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 50,
			description:
				'The <a href="https://docs.magnific.com/ratelimits">limit</a> of your plan. The node paces itself to it; set it lower if other programs use the same key.',
		},
		{
			displayName: 'Webhook Signing Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description:
				'Shown when the API key is generated, at the same page. With it, callbacks are checked by their signature; without it, by asking the API.',
		},
		// The fields that n8n would else add by itself and offer to open to all hosts.
		{
			displayName: 'Allowed HTTP Request Domains',
			name: 'allowedHttpRequestDomains',
			type: 'hidden',
			default: 'domains',
		},
		{
			displayName: 'Allowed Domains',
			name: 'allowedDomains',
			type: 'hidden',
			default: `={{ ($self["baseUrl"] || "${DEFAULT_BASE_URL}").trim().replace(/^https?:\\/\\//i, "").replace(/[\\/?#].*$/, "").replace(/^.*@/, "").replace(/:\\d+$/, "") }}`,
		},
	];

	// A function, not n8n's expression form: expressions cannot be evaluated once a webhook call has
	// been answered, and a parked execution looks at its runs after that.
	authenticate = async (
		{ apiKey, baseUrl }: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const origin = originOf(normalizeBaseUrl(typeof baseUrl === 'string' ? baseUrl : ''));
		const target = originOf(addressOf(options), options.baseURL);
		if (origin === undefined || target !== origin) {
			throw new UserError(
				`The API key of this credential goes to its base URL (${origin ?? 'which is no web address'}) and nowhere else, so nothing was sent to ${target ?? 'an address that is none'}`,
			);
		}
		return await Promise.resolve({
			...options,
			...NO_REDIRECTS,
			headers: {
				...options.headers,
				'X-Magnific-Api-Key': typeof apiKey === 'string' ? apiKey.trim() : '',
			},
		});
	};
}
