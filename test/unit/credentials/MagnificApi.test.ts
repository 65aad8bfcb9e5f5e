import { Workflow, type INode, type INodeType } from 'n8n-workflow';
import { MagnificApi } from '../../../credentials/MagnificApi.credentials';

describe('the credential', () => {
	const credential = new MagnificApi();

	it('is saved in workflows under a name that must not change', () => {
		expect(credential.name).toBe('magnificApi');
	});

	it('has the documented fields with the documented defaults', () => {
		expect(
			Object.fromEntries(credential.properties.map(({ name, default: value }) => [name, value])),
		).toEqual({
			apiKey: '',
			baseUrl: 'https://api.magnific.com',
			endpointFamily: 'auto',
			requestsPerMinute: 50,
			webhookSecret: '',
			allowedHttpRequestDomains: 'domains',
			allowedDomains: expect.stringContaining('$self["baseUrl"]') as unknown,
		});
	});

	it('is open to the host of its base URL only, which nobody is asked about', () => {
		const pinned = credential.properties.filter(({ name }) => name.startsWith('allowed'));
		expect(pinned.map(({ type }) => type)).toEqual(['hidden', 'hidden']);
	});

	it.each([
		['https://api.magnific.com/', 'api.magnific.com'],
		['', 'api.magnific.com'],
		['  http://127.0.0.1:5678/prefix ', '127.0.0.1'],
		['https://me:pass@proxy.example:8443', 'proxy.example'],
	])('has for %j the host %s', (baseUrl, host) => {
		const expression = credential.properties.find(({ name }) => name === 'allowedDomains')?.default;
		const type: INodeType = {
			description: {
				displayName: 'Node',
				name: 'node',
				group: [],
				version: 1,
				description: '',
				defaults: {},
				inputs: [],
				outputs: [],
				properties: [],
			},
		};
		const workflow = new Workflow({
			nodes: [],
			connections: {},
			active: false,
			nodeTypes: {
				getByName: () => type,
				getByNameAndVersion: () => type,
				getKnownTypes: () => ({}),
			},
		});
		const node: INode = {
			id: '',
			name: '',
			type: 'mock',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
		};
		// As n8n resolves a credential's fields, which see each other as `$self`.
		expect(
			workflow.expression.getComplexParameterValue(
				node,
				{ value: typeof expression === 'string' ? expression : '' },
				'internal',
				{},
				undefined,
				undefined,
				{ baseUrl },
			),
		).toEqual({ value: host });
	});

	it('says where key and secret are found, which plans have the API, and what Magnific says of limits', () => {
		const said = (name: string) =>
			credential.properties.find((property) => property.name === name)?.description;
		expect(said('apiKey')).toContain('https://www.magnific.com/user/api-keys');
		expect(said('apiKey')).toContain('Premium, Premium+, Pro, Business and Enterprise');
		expect(said('webhookSecret')).toContain('when the API key is generated');
		expect(said('requestsPerMinute')).toContain('https://docs.magnific.com/ratelimits');
	});

	it('hides its secrets', () => {
		const hidden = credential.properties.filter(
			({ typeOptions }) => typeOptions?.password === true,
		);
		expect(hidden.map(({ name }) => name)).toEqual(['apiKey', 'webhookSecret']);
	});

	it('offers both endpoint families, and to find out', () => {
		const family = credential.properties.find(({ name }) => name === 'endpointFamily');
		const values = family?.options?.map((option) => ('value' in option ? option.value : undefined));
		expect(values?.sort()).toEqual(['apps', 'auto', 'flows']);
	});

	it('sends the key in the API’s header, beside the request’s own', async () => {
		const request = { url: 'https://api.magnific.com/v1/ai/apps', headers: { Accept: 'x' } };
		expect(await credential.authenticate({ apiKey: 'a key' }, request)).toEqual({
			...request,
			disableFollowRedirect: true,
			followRedirect: false,
			followAllRedirects: false,
			headers: { Accept: 'x', 'X-Magnific-Api-Key': 'a key' },
		});
		expect(request.headers).toEqual({ Accept: 'x' });
	});

	describe('where another node uses it', () => {
		const baseUrl = 'https://proxy.example:8443/magnific/';
		const authenticated = async (options: object) =>
			await credential.authenticate({ apiKey: 'a key', baseUrl }, { url: '', ...options });

		it.each([
			{ url: 'https://proxy.example:8443/v1/creations/recent' },
			{ uri: 'https://PROXY.example:8443/' },
			{ url: '/v1/ai/apps', baseURL: 'https://proxy.example:8443' },
		])('sends the key to the base URL’s origin: %j', async (options) => {
			expect((await authenticated(options)).headers).toEqual({ 'X-Magnific-Api-Key': 'a key' });
		});

		it.each([
			{ url: 'https://evil.example/v1/ai/apps' },
			{ uri: 'https://evil.example/' },
			{ url: 'http://proxy.example:8443/' },
			{ url: 'https://proxy.example/' },
			{ url: 'https://proxy.example:8443@evil.example/' },
			{ url: 'https://proxy.example:8443.evil.example/' },
			{ url: '//evil.example/', baseURL: 'https://proxy.example:8443' },
			{ url: '/v1/ai/apps' },
			{},
		])('sends it nowhere else: %j', async (options) => {
			await expect(authenticated(options)).rejects.toThrow(
				/goes to its base URL \(https:\/\/proxy\.example:8443\) and nowhere else/,
			);
		});
	});
});
