import { createHmac, timingSafeEqual } from 'crypto';
import { isRecord } from '../api/guards';
import { FRESH_FOR_S } from '../callbacks/signature';

/** What the node says to its own parked execution. Runs in `runs` are as the API gave them. */
export interface SelfCall {
	/** `look`: see whether runs are over whose callbacks were lost. `resume`: these runs are over. `end`: the time is up. */
	magnific: 'look' | 'resume' | 'end';
	runs: unknown[];
}

export const SELF_CALL_HEADER = 'x-magnific-node';

const sign = (apiKey: string, park: string, timestamp: string, body: string): string =>
	createHmac('sha256', `magnific-self-call:${apiKey}`)
		.update(`${park}.${timestamp}.${body}`)
		.digest('hex');

/** The header that makes a call one's own. `park` names the parked execution; `now` in ms. */
export const selfCallHeader = (apiKey: string, park: string, body: string, now: number): string => {
	const timestamp = String(Math.floor(now / 1000));
	return `${timestamp}.${sign(apiKey, park, timestamp, body)}`;
};

/** The call, where its header shows that this node made it for this park not long ago. */
export const readSelfCall = (
	apiKey: string,
	park: string,
	header: unknown,
	rawBody: string,
	now: number,
): SelfCall | undefined => {
	if (typeof header !== 'string') return undefined;
	const [timestamp = '', signature = ''] = header.split('.');
	if (!(Math.abs(now / 1000 - Number(timestamp)) <= FRESH_FOR_S)) return undefined;
	const [given, expected] = [
		Buffer.from(signature),
		Buffer.from(sign(apiKey, park, timestamp, rawBody)),
	];
	if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
	const body: unknown = JSON.parse(rawBody);
	if (!isRecord(body) || !Array.isArray(body.runs)) return undefined;
	const { magnific, runs } = body;
	return magnific === 'look' || magnific === 'resume' || magnific === 'end'
		? { magnific, runs }
		: undefined;
};
