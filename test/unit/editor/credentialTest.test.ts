import { judge } from '../../../nodes/Magnific/editor/credentialTest';

const BASE = 'https://api.magnific.com';

const verdict = (statusCode: number, body: unknown = { data: [] }) =>
	judge({ statusCode, body }, BASE);

describe('the test of a credential', () => {
	it('succeeds where the list of apps comes back, empty or not', () => {
		for (const body of [{ data: [] }, { data: [{ sqid: 'uqzQLDr2Aw' }] }, []]) {
			expect(verdict(200, body)).toEqual({ status: 'OK', message: 'The API key works.' });
		}
	});

	it('tells a refused key', () => {
		expect(verdict(401)).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(/^Key refused/) as unknown,
		});
	});

	it('tells a plan without the Apps API from a refused key', () => {
		expect(verdict(403)).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(
				/key is right, but this plan has no Apps API \(Premium, Premium\+, Pro, Business and Enterprise have it\)/,
			) as unknown,
		});
	});

	it.each([
		[404, {}],
		[400, {}],
		[302, {}],
		[200, '<html></html>'],
		[200, {}],
		[200, { data: 'none' }],
		[200, null],
		[204, ''],
	])('tells a wrong base URL by a %i with %j', (statusCode, body) => {
		expect(verdict(statusCode, body)).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(
				/^Nothing there: https:\/\/api\.magnific\.com .*Check the base URL\.$/,
			) as unknown,
		});
	});

	it('lets a key pass that is only asked to slow down', () => {
		expect(verdict(429)).toMatchObject({ status: 'OK' });
	});

	it.each([500, 502, 503])('does not blame the key for a %i', (statusCode) => {
		const { status, message } = verdict(statusCode);
		expect(status).toBe('Error');
		expect(message).toContain(`(${String(statusCode)})`);
		expect(message).not.toMatch(/key|base URL/i);
	});
});
