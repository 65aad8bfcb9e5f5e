import { KeyMemory, wantsOtherKeys } from '../../../nodes/Magnific/api/inputKeys';
import { app, input } from '../support/fixtures';
import { refused } from '../support/fixtures';
import { VirtualClock } from '../support/virtualClock';

const BASE = 'https://api.magnific.com';
const definition = app({
	inputs: [
		input({ id: 'input-a-1', api_key: 'prompt' }),
		input({ id: 'input-b-1', api_key: 'style' }),
		input({ id: 'input-c-1' }),
	],
});
const inputs = { 'input-a-1': 'a red car', 'input-c-1': 3 };
const wants = (statusCode: number, body: unknown, sent: 'id' | 'api_key' = 'id') =>
	wantsOtherKeys(refused(statusCode, body), definition, inputs, sent);
const param = (name: string, reason: string) => ({ invalid_params: [{ name, reason }] });

describe('a server that wants the other kind of keys', () => {
	it.each([
		[422, param('input-a-1', 'This app has no such input.')],
		[400, param('input-a-1', 'Unknown key')],
		[422, param('prompt', 'Prompt is required.')],
		[400, { message: 'Unrecognized input input-a-1' }],
	])('is known by a %i with %j', (statusCode, body) => {
		expect(wants(statusCode, body)).toBe(true);
	});

	it('is known the other way round too', () => {
		expect(wants(422, param('prompt', 'Unknown input'), 'api_key')).toBe(true);
		expect(wants(422, param('input-a-1', 'required'), 'api_key')).toBe(true);
	});

	it.each([
		[422, param('input-a-1', 'too long')],
		[422, param('input-c-1', 'unknown input')],
		[422, param('style', 'Style is required.')],
		[422, param('other', 'unknown')],
		[400, { message: 'Not now.' }],
		[500, { message: 'Unknown input input-a-1' }],
		[404, { message: 'Unknown input input-a-1' }],
	])('is not meant by a %i with %j', (statusCode, body) => {
		expect(wants(statusCode, body)).toBe(false);
	});

	it('is remembered by family and base URL, for ten minutes', async () => {
		const clock = new VirtualClock(0);
		const memory = new KeyMemory(clock);
		memory.took('api_key', 'apps', BASE);
		expect(memory.kind('apps', BASE)).toBe('api_key');
		expect(memory.kind('flows', BASE)).toBe('api_key');
		expect(memory.kind('apps', 'https://other.example')).toBe('id');
		await clock.advance(10 * 60_000);
		expect(memory.kind('apps', BASE)).toBe('id');
	});
});
