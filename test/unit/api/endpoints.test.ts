import {
	FamilyMemory,
	normalizeBaseUrl,
	paths,
	wireInputs,
	type EndpointFamily,
} from '../../../nodes/Magnific/api/endpoints';
import { app, input } from '../support/fixtures';

const BASE = 'https://api.magnific.com';

/** A server that knows these families, and how often it was asked for each. */
const server = (...families: EndpointFamily[]) => {
	const asked: EndpointFamily[] = [];
	const knows = async (family: EndpointFamily): Promise<boolean> => {
		asked.push(family);
		return await Promise.resolve(families.includes(family));
	};
	return { asked, knows };
};

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
		expect(paths.requestUpload()).toBe('/v1/ai/uploads/request-url');
	});

	it('let no id lead to another path', () => {
		expect(paths.app('apps', '../me/apps?x=1')).toBe('/v1/ai/apps/..%2Fme%2Fapps%3Fx%3D1');
		expect(paths.run('apps', 'a/b')).toBe('/v1/ai/apps/runs/a%2Fb');
		expect(paths.startRun('apps', 'a b')).toBe('/v1/ai/apps/a%20b/run');
	});
});

describe('the memory of endpoint families', () => {
	it('tries Apps first, and a family that was chosen in any case', () => {
		const memory = new FamilyMemory();
		expect(memory.first(BASE, 'auto')).toBe('apps');
		expect(memory.first(BASE, 'flows')).toBe('flows');
		expect(memory.first(BASE, 'apps')).toBe('apps');
	});

	it('goes over to Flows after a 404 where the server has no Apps, and remembers it per base URL', async () => {
		const memory = new FamilyMemory();
		const { asked, knows } = server('flows');
		await expect(memory.otherThan('apps', BASE, 'auto', knows)).resolves.toBe('flows');
		expect(asked).toEqual(['apps', 'flows']);
		expect(memory.first(BASE, 'auto')).toBe('flows');
		expect(memory.first('https://other.example', 'auto')).toBe('apps');
	});

	it('lets the 404 of an unknown app stand, without asking again for the next one', async () => {
		const memory = new FamilyMemory();
		const { asked, knows } = server('apps', 'flows');
		for (let i = 0; i < 3; i++) {
			await expect(memory.otherThan('apps', BASE, 'auto', knows)).resolves.toBeUndefined();
		}
		expect(asked).toEqual(['apps']);

		const flows = new FamilyMemory();
		const onlyFlows = server('flows');
		await flows.otherThan('apps', BASE, 'auto', onlyFlows.knows);
		await expect(flows.otherThan('flows', BASE, 'auto', onlyFlows.knows)).resolves.toBeUndefined();
		expect(onlyFlows.asked).toEqual(['apps', 'flows']);
	});

	it('asks once, however many calls meet a 404 at the same time', async () => {
		const memory = new FamilyMemory();
		const { asked, knows } = server('flows');
		const answers = await Promise.all(
			Array.from({ length: 20 }, async () => await memory.otherThan('apps', BASE, 'auto', knows)),
		);
		expect(new Set(answers)).toEqual(new Set(['flows']));
		expect(asked).toEqual(['apps', 'flows']);
	});

	it('does not remember a server that knows neither: its address is probably wrong', async () => {
		const memory = new FamilyMemory();
		const nothing = server();
		await expect(memory.otherThan('apps', BASE, 'auto', nothing.knows)).resolves.toBeUndefined();
		const later = server('flows');
		await expect(memory.otherThan('apps', BASE, 'auto', later.knows)).resolves.toBe('flows');
	});

	it('asks again after a question that got no answer', async () => {
		const memory = new FamilyMemory();
		const lost = async (): Promise<boolean> => await Promise.reject(new Error('reset'));
		const both = [1, 2].map(async () => await memory.otherThan('apps', BASE, 'auto', lost));
		await expect(Promise.allSettled(both)).resolves.toMatchObject([
			{ status: 'rejected' },
			{ status: 'rejected' },
		]);
		await expect(memory.otherThan('apps', BASE, 'auto', server('flows').knows)).resolves.toBe(
			'flows',
		);
	});

	it('never leaves the family that was chosen', async () => {
		const memory = new FamilyMemory();
		const { asked, knows } = server('flows');
		await expect(memory.otherThan('apps', BASE, 'apps', knows)).resolves.toBeUndefined();
		expect(asked).toEqual([]);
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
});
