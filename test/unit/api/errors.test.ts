import {
	ApiError,
	networkError,
	notJsonError,
	refusalError,
	settle,
	stoppedError,
	toApiError,
	transferRefused,
	unexpectedAnswer,
	type ApiErrorKind,
} from '../../../nodes/Magnific/api/errors';
import { refused } from '../support/fixtures';

const KEY = 'FPSX0123456789abcdef';

describe('the refusal of a request', () => {
	it.each<[number, ApiErrorKind, string]>([
		[301, 'redirect', 'redirect (301)'],
		[307, 'redirect', 'redirect (307)'],
		[400, 'rejected', 'did not accept the request (400)'],
		[401, 'key_refused', 'refused the API key'],
		[403, 'forbidden', 'does not allow this API key'],
		[402, 'no_credits', 'no credits left'],
		[404, 'not_found', 'does not know what was asked for'],
		[410, 'not_found', 'does not know what was asked for'],
		[408, 'rejected', 'did not accept the request (408)'],
		[409, 'rejected', 'did not accept the request (409)'],
		[422, 'invalid_inputs', 'did not accept an input'],
		[429, 'rate_limited', 'slow down (429)'],
		[500, 'server', 'could not handle the request (500)'],
		[502, 'server', 'could not handle the request (502)'],
		[503, 'unavailable', 'not available at the moment (503)'],
		[504, 'server', 'could not handle the request (504)'],
	])('by %i is of kind %s and says “%s”', (statusCode, kind, text) => {
		const error = refused(statusCode);
		expect(error.kind).toBe(kind);
		expect(error.message).toContain(text);
		expect(error.httpCode).toBe(statusCode);
		expect(error.advice).toMatch(/\.$/);
	});

	it.each([
		[{ message: 'Out of luck.' }],
		[{ problem: { message: 'Out of luck. ' } }],
		[{ problem: { detail: 'Out of luck' } }],
		[{ detail: 'Out of luck' }],
		[{ error: 'Out of luck' }],
	])('quotes what the API said: %j', (body) => {
		expect(refused(400, body).message).toMatch(/\(400\): Out of luck$/);
		expect(refused(401, body).message).toMatch(/: Out of luck$/);
	});

	it.each([
		['<html><body>502 Bad Gateway</body></html>'],
		[null],
		[undefined],
		[[]],
		[{ message: 7 }],
	])('quotes nothing where the body is %j', (body) => {
		expect(refused(502, body).message).toBe('Magnific could not handle the request (502)');
	});

	it('lists every refused input with its reason', () => {
		const invalid_params = [
			{ name: 'input-1', reason: 'too long' },
			{ field: 'input-2', reason: 'not a number' },
			{ name: 'input-3', message: 'missing' },
			{ reason: 'the inputs do not fit together' },
			{ name: 'input-4' },
			'garbage',
		];
		for (const body of [
			{ message: 'Validation', invalid_params },
			{ problem: { invalid_params } },
		]) {
			const error = refused(422, body);
			expect(error.message).toBe(
				'Magnific did not accept an input: input-1: too long; input-2: not a number; input-3: missing; the inputs do not fit together; input-4: not accepted',
			);
			expect(error.invalidParams).toHaveLength(5);
			expect(error.invalidParams[1]).toEqual({ name: 'input-2', reason: 'not a number' });
		}
		expect(refused(400, { invalid_params }).kind).toBe('invalid_inputs');
	});

	it('quotes the message of a 422 that lists no input', () => {
		expect(refused(422, { message: 'Prompt is too long.' }).message).toBe(
			'Magnific did not accept an input: Prompt is too long',
		);
	});

	it('never shows the key, nor the query of a URL, wherever the API repeats them', () => {
		const leak = `Key ${KEY} may not read https://files.example/a.png?token=s3cret&x=1 now`;
		const body = { message: leak, invalid_params: [{ name: 'image', reason: leak }] };
		for (const statusCode of [400, 401, 403, 404, 422, 429, 500, 503]) {
			for (const own of [body, { message: leak }, { problem: body }]) {
				const error = refusalError({ statusCode, body: own, now: 0, secrets: [KEY] });
				const shown = JSON.stringify([error.message, error.advice, error.invalidParams]);
				expect(shown).not.toContain(KEY);
				expect(shown).not.toContain('s3cret');
				expect(shown).toContain('***');
				expect(shown).toContain('https://files.example/a.png now');
			}
		}
	});

	it('reaches the names and the reasons of refused inputs', () => {
		const error = refusalError({
			statusCode: 422,
			body: {
				invalid_params: [
					{ name: `${KEY}-name`, reason: `no file at https://s.example/a?token=abc for ${KEY}` },
				],
			},
			now: 0,
			secrets: [KEY],
		});
		expect(error.message).not.toMatch(/abc|FPSX/);
		expect(error.invalidParams).toEqual([
			{ name: '***-name', reason: 'no file at https://s.example/a for ***' },
		]);
	});

	it('names the limit that a 429 tells', () => {
		const headers = { 'x-ratelimit-limit': '10', 'x-ratelimit-reset': '7' };
		const error = refusalError({ statusCode: 429, body: {}, headers, now: 0, secrets: [] });
		expect(error.retryAfterMs).toBe(7_000);
		expect(error.advice).toContain('names a limit of 10');
	});

	it('keeps what Retry-After says', () => {
		expect(refused(429, {}, '30').retryAfterMs).toBe(30_000);
		expect(refused(503, {}, '2').retryAfterMs).toBe(2_000);
		expect(refused(429).retryAfterMs).toBeUndefined();
	});
});

describe('a web page in place of an answer', () => {
	const page = '<!DOCTYPE html>\n<html><body>Access denied</body></html>';

	it.each([400, 401, 402, 403, 404, 405, 408, 413, 422])(
		'with status %i comes from somebody in between, and may be gone the next time',
		(statusCode) => {
			const error = refused(statusCode, page);
			expect(error).toMatchObject({ kind: 'not_json', httpCode: statusCode, isPassing: true });
			expect(error.message).toContain('firewall or proxy in between');
			expect(error.stopsSubmissions).toBe(false);
		},
	);

	it.each<[number, ApiErrorKind]>([
		[429, 'rate_limited'],
		[500, 'server'],
		[502, 'server'],
		[503, 'unavailable'],
	])('leaves a %i what it is, and names who sent it', (statusCode, kind) => {
		const error = refused(statusCode, page);
		expect(error.kind).toBe(kind);
		expect(error.advice).toContain('firewall or proxy in between');
	});

	it('leaves a redirect one', () => {
		expect(refused(301, page)).toMatchObject({ kind: 'redirect', isPassing: false });
	});

	it('is known by its type where it begins otherwise', () => {
		const headers = { 'content-type': 'text/html; charset=utf-8' };
		const body = '<div>blocked</div>';
		expect(refusalError({ statusCode: 403, body, headers, now: 0, secrets: [] })).toMatchObject({
			kind: 'not_json',
		});
	});

	it.each(['', 'forbidden', { message: '<html>' }])('is not %j', (body) => {
		expect(refused(403, body).kind).toBe('forbidden');
	});
});

describe('a 403', () => {
	it('concerns the plan only while nothing has worked with the key', () => {
		const of = (isUntriedKey: boolean) =>
			refusalError({ statusCode: 403, body: {}, now: 0, secrets: [], isUntriedKey });
		expect(of(true)).toMatchObject({ kind: 'plan', concernsTheKey: false });
		expect(of(true).advice).toContain('Premium, Premium+, Pro, Business and Enterprise');
		expect(of(false)).toMatchObject({ kind: 'forbidden', concernsTheKey: false });
	});
});

describe('credits that are used up', () => {
	it.each<[number, unknown]>([
		[402, {}],
		[402, { message: 'Payment required' }],
		[403, { message: 'Credit limit of this API key reached' }],
		[403, 'Quota exceeded'],
		[400, { message: 'Insufficient credits.' }],
		[400, { error: { code: 'INSUFFICIENT_CREDITS', message: 'Denied' } }],
		[409, { problem: { detail: 'Your balance is 0' } }],
		[422, { message: 'You do not have enough credits: 3 needed, 1 left' }],
		[403, { error: 'insufficient_credits' }],
		[403, { title: 'Insufficient credits' }],
		[403, { problem: { title: 'Out of credits' } }],
		[403, { errors: [{ message: 'Insufficient credits' }] }],
		[403, { message: ['Not enough credits'] }],
		[403, { message: 'Spending limit of this API key reached' }],
		[403, { type: 'https://x.example/insufficient-credits', title: 'Forbidden' }],
		[409, { message: 'Insufficient funds' }],
		[400, { message: 'You have 0 credits' }],
		[412, { message: 'Payment required' }],
		[429, { message: 'Insufficient credits' }],
	])('are told by %i with %j', (statusCode, body) => {
		const error = refused(statusCode, body);
		expect(error).toMatchObject({ kind: 'no_credits', isPassing: false, stopsSubmissions: true });
		expect(error.advice).toMatch(/top up/i);
	});

	it.each<[number, unknown, ApiErrorKind]>([
		[429, { message: 'Quota exceeded' }, 'rate_limited'],
		[429, { message: 'No credits for more requests per minute' }, 'rate_limited'],
		[429, { message: 'Rate limit reached', code: 'quota_exceeded' }, 'rate_limited'],
		[403, { message: 'User is not authorized to access this resource' }, 'forbidden'],
		[422, { invalid_params: [{ name: 'balance', reason: 'exceeds 10' }] }, 'invalid_inputs'],
		[400, { invalid_params: [{ name: 'credits', reason: 'required' }] }, 'invalid_inputs'],
		[422, { message: 'balance must be a number' }, 'invalid_inputs'],
		[400, { message: 'Input “Balance” is too long' }, 'rejected'],
		[400, { message: 'white_balance exceeds its limit' }, 'rejected'],
		[401, { message: 'No quota for this key' }, 'key_refused'],
		[404, { message: 'Credit Card Mockup not found' }, 'not_found'],
		[500, { message: 'Could not read the balance' }, 'server'],
	])('are not meant by %i with %j', (statusCode, body, kind) => {
		expect(refused(statusCode, body)).toMatchObject({ kind });
	});
});

describe('a connection that gave no answer', () => {
	it.each([
		['ECONNREFUSED', 'the connection was refused'],
		['ENOTFOUND', 'there is no host of that name'],
		['EAI_AGAIN', 'could not be looked up'],
		['EHOSTUNREACH', 'there is no way to it'],
		['ENETUNREACH', 'there is no network'],
	])('was never made with %s, so the request was not received', (code, text) => {
		const error = networkError({ code });
		expect(error.kind).toBe('unreachable');
		expect(error.message).toContain(text);
	});

	it.each(['ETIMEDOUT', 'ECONNABORTED', 'ESOCKETTIMEDOUT'])('timed out with %s', (code) => {
		const error = networkError({ code });
		expect(error.kind).toBe('network');
		expect(error.message).toBe('Magnific did not answer in time');
	});

	it.each([
		[{ code: 'ECONNRESET' }],
		[{ code: 'EPIPE' }],
		[new Error('socket hang up')],
		['?'],
		[null],
	])('broke off in all other cases: %p', (thrown) => {
		const error = networkError(thrown);
		expect(error.kind).toBe('network');
		expect(error.message).toContain('broke off');
	});

	it('has its code found along the causes', () => {
		const inner = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
		const middle = new Error('request', { cause: inner });
		expect(networkError(new Error('node', { cause: middle })).kind).toBe('unreachable');
		expect(networkError({ code: 'ERR_BAD', errorResponse: { cause: inner } }).kind).toBe(
			'unreachable',
		);
		expect(networkError({ code: 'ERR_NETWORK', cause: inner }).kind).toBe('unreachable');
	});

	it('is found where older versions of n8n put it', () => {
		expect(networkError({ httpCode: 'ECONNREFUSED' }).kind).toBe('unreachable');
		expect(networkError({ httpCode: '502' }).kind).toBe(networkError({}).kind);
	});

	it('survives an error that is its own cause', () => {
		const loop: { cause?: unknown } = {};
		loop.cause = loop;
		expect(networkError(loop).kind).toBe('network');
	});

	it('drops the original, whose request holds the key', () => {
		const original = Object.assign(new Error(`GET with ${KEY}`), {
			code: 'ECONNRESET',
			config: { headers: { 'X-Magnific-Api-Key': KEY } },
		});
		const error = networkError(original);
		expect(`${JSON.stringify(error)}${String(error.stack)}${String(error.cause)}`).not.toContain(
			KEY,
		);
		expect(error.message).not.toContain('ECONN');
	});
});

describe('an API error', () => {
	const all = (): ApiError[] => [
		...Array.from({ length: 300 }, (_, i) => refused(300 + i)),
		refused(422, { invalid_params: [{ name: 'a' }] }),
		...[
			'ECONNREFUSED',
			'ENOTFOUND',
			'EAI_AGAIN',
			'EHOSTUNREACH',
			'ENETUNREACH',
			'ETIMEDOUT',
			'X',
		].map((code) => networkError({ code })),
		notJsonError(200),
		unexpectedAnswer('it has no run id'),
		transferRefused('The upload of the binary field “data”', 403),
		stoppedError(),
		refusalError({ statusCode: 403, body: {}, now: 0, secrets: [], isUntriedKey: true }),
		refused(403, '<html></html>'),
	];

	it('has no text with the words that n8n asks to avoid', () => {
		for (const { message, advice } of all()) {
			expect(`${message} ${advice}`).not.toMatch(/error|problem|failure|mistake/i);
		}
	});

	it('is passing exactly where asking again may help', () => {
		const passing = new Set(all().flatMap((error) => (error.isPassing ? [error.kind] : [])));
		const final = new Set(all().flatMap((error) => (error.isPassing ? [] : [error.kind])));
		expect([...passing].sort()).toEqual([
			'network',
			'not_json',
			'rate_limited',
			'server',
			'unavailable',
			'unexpected_answer',
			'unreachable',
		]);
		expect([...final].sort()).toEqual([
			'forbidden',
			'invalid_inputs',
			'key_refused',
			'no_credits',
			'not_found',
			'plan',
			'redirect',
			'rejected',
			'stopped',
		]);
	});

	it('concerns the key only for 401, and stops submissions for used up credits too', () => {
		const codes = (is: (error: ApiError) => boolean) =>
			all().flatMap((error) => (is(error) ? [error.httpCode] : []));
		expect(codes((error) => error.concernsTheKey)).toEqual([401]);
		expect(codes((error) => error.stopsSubmissions)).toEqual([401, 402]);
	});

	it('of a file transfer may pass only with 429 and 5xx', () => {
		const passing = [400, 403, 404, 429, 500, 503].filter(
			(statusCode) => transferRefused('The upload', statusCode).isPassing,
		);
		expect(passing).toEqual([429, 500, 503]);
		expect(transferRefused('The upload of “data”', 403).message).toBe(
			'The upload of “data” was refused (403)',
		);
	});

	it('passes through settle as it is, and anything else as a broken connection', async () => {
		const error = refused(404);
		expect(toApiError(error)).toBe(error);
		await expect(settle(async () => await Promise.resolve(1))).resolves.toEqual({ value: 1 });
		await expect(settle(async () => await Promise.reject(error))).resolves.toEqual({ error });
		await expect(
			settle(() => {
				throw new TypeError('sync');
			}),
		).resolves.toMatchObject({ error: { kind: 'network' } });
	});
});
