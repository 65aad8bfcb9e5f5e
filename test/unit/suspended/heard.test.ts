import { heardFrom, isErrorOfN8n } from '../../../nodes/Magnific/suspended/heard';
import { OTHER_PARK } from '../../../nodes/Magnific/suspended/selfCall';

const URL_12 = 'https://n8n.example.com/webhook-waiting/12?signature=abc';

const heard = (statusCode: number, body?: unknown) => heardFrom({ statusCode, body }, URL_12);

describe('an answer under the own address', () => {
	it.each([200, 204, 299])('with status %s was taken', (status) => {
		expect(heard(status, { message: 'Noted' })).toBe('taken');
	});

	it.each([
		[404, 'The execution "12" does not exist.'],
		[404, 'The execution "12 does not exist.'],
		[409, 'The execution "12" has finished with error.'],
		[409, 'The execution "12 has finished already.'],
		[
			404,
			'The workflow for execution "12" does not contain a waiting webhook with a matching path/method.',
		],
		[401, OTHER_PARK],
	])('of n8n, %s “%s”, says that the execution is gone', (status, message) => {
		expect(heard(status, { code: 0, message })).toBe('gone');
		expect(heard(status, JSON.stringify({ code: 0, message }))).toBe('gone');
	});

	it.each(['The execution "12" is running already.', 'The execution "12 is running already.'])(
		'of n8n, “%s”, says that it runs',
		(message) => {
			expect(heard(409, { code: 0, message })).toBe('running');
		},
	);

	it.each([
		[404, undefined],
		[404, ''],
		[404, '<html>The execution "12" does not exist.</html>'],
		[404, '404 page not found'],
		[404, { message: 'no Route matched with those values' }],
		[404, { message: 'The execution "1" does not exist.' }],
		[404, { message: 'The execution "123" does not exist.' }],
		[409, { message: 'Conflict' }],
		[404, { message: 'Upstream said: The execution "12" does not exist.' }],
		[410, { message: 'The execution "12" does not exist.' }],
		[101, ''],
		[199, { message: 'Noted' }],
		[300, { message: 'Noted' }],
		[401, { error: 'Invalid token' }],
		[403, '<html></html>'],
		[302, ''],
		[500, { message: 'The execution "12" does not exist.' }],
		[502, ''],
		[503, { message: 'The call cannot be handled at the moment' }],
	])('that is a proxy’s or tells nothing (%s %j) was not heard', (status, body) => {
		expect(heard(status, body)).toBe('unheard');
	});

	it.each([undefined, null, 'x', {}, { statusCode: '200' }])('%j is none', (answer) => {
		expect(heardFrom(answer, URL_12)).toBe('unheard');
	});
});

describe('an answer to a call for an execution that still runs', () => {
	it.each([
		{ code: 0, message: "Cannot read properties of undefined (reading 'resumeToken')" },
		JSON.stringify({ code: 409, message: 'The execution "1" is running already.' }),
	])('is n8n’s own: %j', (body) => {
		expect(isErrorOfN8n(body)).toBe(true);
	});

	it.each([
		undefined,
		'',
		'<html>502</html>',
		{ error: 'x' },
		{ message: 'no route' },
		{ code: 404 },
	])('is that of somebody in between: %j', (body) => {
		expect(isErrorOfN8n(body)).toBe(false);
	});
});
