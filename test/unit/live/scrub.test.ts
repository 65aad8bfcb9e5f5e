import { parseAppDefinition } from '../../../nodes/Magnific/api/types';
import { urlExpiry } from '../../../nodes/Magnific/runs/expiry';
import type { Exchange } from '../../../scripts/lib/live/exchange';
import { scrubbed } from '../../../scripts/lib/live/scrub';

const KEY = 'mk-0123456789abcdef';

const exchange = (body: unknown, request: Partial<Exchange['request']> = {}): Exchange => ({
	route: 'unknown',
	step: 'a step',
	at: '2026-11-27T00:00:00.000Z',
	request: { method: 'GET', path: '/v1', headers: {}, body: null, ...request },
	answer: { status: 200, headers: {}, body },
});

const scrub = (...exchanges: Exchange[]): Exchange[] =>
	scrubbed(
		{ exchanges, trouble: [] },
		{ secrets: [KEY, ''], callbackUrl: new URL('https://me.tunnel.example:8443/n8n') },
	).exchanges;

const bodyOf = (body: unknown): unknown => scrub(exchange(body))[0]?.answer?.body;

it('replaces what somebody has named or written, the same by the same', () => {
	const named = { name: 'Summer sale', label: 'Summer sale', email: 'a.b@firm.example' };
	expect(bodyOf([named, { name: 'Winter' }])).toEqual([
		{ name: 'Text 1', label: 'Text 1', email: 'person2@example.com' },
		{ name: 'Text 3' },
	]);
});

it('replaces the texts of fields that nobody knows yet', () => {
	expect(bodyOf({ owner: { nick: 'Joe' } })).toEqual({ owner: { nick: 'Text 1' } });
});

it('keeps ids, states, kinds, numbers, times and empty texts', () => {
	const body = {
		run_id: 'w3HsB9tQfE',
		status: 'completed',
		tool: 'text-to-image',
		created_at: '2026-05-01T12:30:00+00:00',
		width: 3,
		folder_id: null,
		name: '',
	};
	expect(bodyOf(body)).toEqual(body);
});

it('keeps a kind that is also the name of an input', () => {
	const input = {
		id: 'input-0d2b6c1e-7a41-4d0f-9b83-51f6e0c7a9d2-1',
		api_key: 'image',
		label: 'creation',
		type: 'creation',
		config: { mediaType: 'image' },
	};
	const definition = parseAppDefinition(bodyOf({ data: { sqid: 'kT4nPq0LzA', inputs: [input] } }));
	expect(definition.inputs).toMatchObject([
		{ api_key: 'word_1', label: 'word_2', type: 'creation', media_type: 'image' },
	]);
});

it('names the inputs of a run as the definition does', () => {
	const [, sent] = scrub(
		exchange({ inputs: [{ api_key: 'headline' }] }),
		exchange({}, { body: { inputs: { headline: 'Open late', 'input-x': 1 } } }),
	);
	expect(sent?.request.body).toEqual({ inputs: { word_1: 'Text 2', word_3: 1 } });
});

it('takes names, mails and the key out of what the API says', () => {
	const [, refused] = scrub(
		exchange({ name: 'Summer sale' }),
		exchange({ message: `“Summer sale” is not for x@y.example and ${KEY}` }),
	);
	expect(refused?.answer?.body).toEqual({
		message: '“Text 1” is not for person@example.com and ***',
	});
});

it('leaves a link its form and its end, and nothing that opens it', () => {
	const url =
		'https://u:p@files.example.com/private/22/render.png?token=exp=1785456000~hmac=0a1b2c&sig=zz#x';
	const clean = bodyOf({ url });
	expect(clean).toEqual({
		url: 'https://files.example.com/private/22/render.png?token=exp=1785456000~hmac=000000&sig=x',
	});
	expect(urlExpiry(url)).toBe(1_785_456_000_000);
});

it('does not tell where the callbacks went', () => {
	expect(bodyOf({ webhook: 'https://me.tunnel.example:8443/n8n?live=00' })).toEqual({
		webhook: 'https://callback.example/',
	});
});

it('keeps of the headers what the answers are read by', () => {
	const one = exchange({}, { headers: { 'x-magnific-api-key': KEY, cookie: 'a=b' } });
	const answer = {
		status: 200,
		headers: { 'x-ratelimit-limit': '50', 'set-cookie': 'a=b', 'retry-after': '3' },
		body: `<html>${KEY}`,
	};
	const [clean] = scrub({ ...one, answer });
	expect(clean?.request.headers).toEqual({ 'x-magnific-api-key': 'KEY' });
	expect(clean?.answer?.headers).toEqual({ 'x-ratelimit-limit': '50', 'retry-after': '3' });
	expect(clean?.answer?.body).toBe('<html>***');
});

it('keeps the form of a signature', () => {
	const headers = { 'webhook-signature': `v2,${'k'.repeat(43)}=` };
	const [clean] = scrub(exchange({}, { headers }));
	expect(clean?.request.headers['webhook-signature']).toBe(`v2,${'A'.repeat(43)}=`);
});

it('takes names out of the sentences of the report too', () => {
	const { trouble } = scrubbed(
		{ exchanges: [exchange({ name: 'Summer sale' })], trouble: ['“Summer sale” has no cost.'] },
		{ secrets: [] },
	);
	expect(trouble).toEqual(['“Text 1” has no cost.']);
});
