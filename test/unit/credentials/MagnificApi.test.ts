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
		});
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
			headers: { Accept: 'x', 'X-Magnific-Api-Key': 'a key' },
		});
		expect(request.headers).toEqual({ Accept: 'x' });
	});
});
