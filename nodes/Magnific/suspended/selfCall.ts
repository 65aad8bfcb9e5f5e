import { isRecord } from '../api/guards';
import { FRESH_FOR_S } from '../callbacks/signature';
import { isSignedFor, signFor, type ParkKey } from './callbackUrl';

/**
 * What the node says to its own parked execution. `look`: see whether runs are over whose callbacks
 * were lost. `resume`: all are over. `end`: the time is up. `submitting`: runs are being started.
 * Results never travel with it: a batch of them is larger than a body may be, and who resumes reads
 * what it lacks. What does are the ids of runs that were started after the park (`news`).
 */
const SELF_CALLS = ['look', 'resume', 'end', 'submitting'] as const;

export type SelfCall = (typeof SELF_CALLS)[number];

/** A self-call as it is read. */
export interface ToldCall {
	call: SelfCall;
	/** See `news.ts`. */
	news: unknown;
}

export const SELF_CALL_HEADER = 'x-magnific-node';

const PURPOSE = 'self-call';

/** What the node answers to a call that was made for another park, so that its watchdog ends. */
export const OTHER_PARK = 'The signature does not fit: this execution does not wait for this call';

/** The body and the header of a call to one's own park; `now` in ms. */
export const signedSelfCall = (
	key: ParkKey,
	call: SelfCall,
	now: number,
	news?: object,
): { body: string; header: string } => {
	const body = JSON.stringify({ magnific: call, news });
	const timestamp = String(Math.floor(now / 1000));
	return { body, header: `${timestamp}.${signFor(PURPOSE, key, `${timestamp}.${body}`)}` };
};

const callIn = (rawBody: string): ToldCall | undefined => {
	try {
		const body: unknown = JSON.parse(rawBody);
		const { magnific, news } = isRecord(body) ? body : {};
		const call = SELF_CALLS.find((name) => name === magnific);
		return call && { call, news };
	} catch {
		return undefined;
	}
};

/**
 * The call, where its header shows that this node made it for this park not long ago. `stale`: it
 * did, but the clocks of two processes are more than five minutes apart.
 */
export const readSelfCall = (
	key: ParkKey,
	header: unknown,
	rawBody: string,
	now: number,
): ToldCall | 'stale' | undefined => {
	if (typeof header !== 'string') return undefined;
	const [timestamp = '', signature = ''] = header.split('.');
	if (!isSignedFor(PURPOSE, key, `${timestamp}.${rawBody}`, signature)) return undefined;
	const isFresh = Math.abs(now / 1000 - Number(timestamp)) <= FRESH_FOR_S;
	return isFresh ? callIn(rawBody) : 'stale';
};
