import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';
import { callSelf } from '../../../nodes/Magnific/suspended/callSelf';
import { readSelfCall, SELF_CALL_HEADER } from '../../../nodes/Magnific/suspended/selfCall';
import { nodeContext } from '../support/nodeContext';
import { parkOf } from '../support/parks';

const contextWith = (
	httpRequest: (options: IHttpRequestOptions) => Promise<unknown>,
): IExecuteFunctions => nodeContext({ more: { helpers: { httpRequest } } }).context;

describe('a call to the own parked execution', () => {
	it('goes to its address, signed, and follows nobody elsewhere', async () => {
		const park = parkOf();
		const sent: IHttpRequestOptions[] = [];
		const context = contextWith(async (options) => {
			sent.push(options);
			return await Promise.resolve({ statusCode: 200, body: { by: 'this' } });
		});
		const answer = await callSelf(context, park, 'look', { runs: { 1: 'firstRun00' } });
		expect(answer).toEqual({ heard: 'taken', body: { by: 'this' } });
		expect(sent).toHaveLength(1);
		const { headers, body, ...options } = sent[0] ?? {};
		expect(options).toEqual({
			method: 'POST',
			url: park.resumeUrl,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: 30_000,
		});
		expect(headers).toMatchObject({ 'Content-Type': 'application/json' });
		const text = typeof body === 'string' ? body : '';
		expect(readSelfCall(park, headers?.[SELF_CALL_HEADER], text, Date.now())).toEqual({
			call: 'look',
			news: { runs: { 1: 'firstRun00' } },
		});
	});

	it('is unheard where the connection breaks, whatever breaks it', async () => {
		const context = contextWith(async () => await Promise.reject(new Error('socket hang up')));
		expect(await callSelf(context, parkOf(), 'end')).toEqual({ heard: 'unheard', body: undefined });
	});

	it.each([undefined, 'text', { body: 'without a status' }])(
		'is unheard where the answer is none (%j)',
		async (answer) => {
			const context = contextWith(async () => await Promise.resolve(answer));
			expect(await callSelf(context, parkOf(), 'end')).toMatchObject({ heard: 'unheard' });
		},
	);
});
