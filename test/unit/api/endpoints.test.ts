import {
	leadsTo,
	normalizeBaseUrl,
	paths,
	wireInputs,
} from '../../../nodes/Magnific/api/endpoints';
import { app, input } from '../support/fixtures';

const BASE = 'https://api.magnific.com';

describe('the base URL', () => {
	it.each([
		['https://api.magnific.com', BASE],
		['https://api.magnific.com///', BASE],
		['  https://api.magnific.com/ ', BASE],
		['', BASE],
		['  ', BASE],
		['http://127.0.0.1:8080/prefix/', 'http://127.0.0.1:8080/prefix'],
	])('%j is taken as %s', (given, expected) => {
		expect(normalizeBaseUrl(given)).toBe(expected);
	});
});

describe('the paths', () => {
	it('are those of the API, under both names', () => {
		expect(paths.list('apps')).toBe('/v1/ai/apps');
		expect(paths.list('flows', 'available')).toBe('/v1/ai/flows');
		expect(paths.list('apps', 'mine')).toBe('/v1/ai/me/apps');
		expect(paths.list('flows', 'mine')).toBe('/v1/ai/me/flows');
		expect(paths.app('apps', 'uqzQLDr2Aw')).toBe('/v1/ai/apps/uqzQLDr2Aw');
		expect(paths.startRun('flows', 'uqzQLDr2Aw')).toBe('/v1/ai/flows/uqzQLDr2Aw/run');
		expect(paths.run('apps', 'vCrK3Aa47y')).toBe('/v1/ai/apps/runs/vCrK3Aa47y');
		expect(paths.requestUpload).toBe('/v1/ai/uploads/request-url');
	});

	it('let no id lead to another path', () => {
		expect(paths.app('apps', '../me/apps?x=1')).toBe('/v1/ai/apps/..%2Fme%2Fapps%3Fx%3D1');
		expect(paths.run('apps', 'a/b')).toBe('/v1/ai/apps/runs/a%2Fb');
		expect(paths.startRun('apps', 'a b')).toBe('/v1/ai/apps/a%20b/run');
	});
});

describe('the inputs on the wire', () => {
	const definition = app({
		inputs: [
			input({ id: 'input-1', api_key: 'prompt' }),
			input({ id: 'input-2' }),
			input({ id: 'input-3', api_key: 'style' }),
		],
	});
	const inputs = { 'input-1': 'a red car', 'input-2': 3 };

	it('are keyed by id for Apps', () => {
		expect(wireInputs('apps', definition, inputs)).toEqual(inputs);
	});

	it('are keyed by api_key for Flows, by id where an input has none', () => {
		expect(wireInputs('flows', definition, inputs)).toEqual({ prompt: 'a red car', 'input-2': 3 });
	});

	it('are keyed as is said where a server wants the other kind', () => {
		expect(wireInputs('apps', definition, inputs, 'api_key')).toEqual({
			prompt: 'a red car',
			'input-2': 3,
		});
		expect(wireInputs('flows', definition, inputs, 'id')).toEqual(inputs);
	});
});

describe('a redirect', () => {
	it.each([
		['https://api.magnific.com/v1/ai/flows/uqzQLDr2Aw', true],
		['/v1/ai/me/flows', true],
		['/v1/ai/flows?search=x', true],
		['/v1/ai/apps/flows', false],
		['/login?next=/v1/flows', false],
		[undefined, false],
	])('to %s leads to Flows: %s', (location, expected) => {
		expect(leadsTo('flows', location)).toBe(expected);
	});
});
