import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'crypto';
import { isRecord } from '../api/guards';

/**
 * What names a park and proves that a call belongs to it. Made before the first run is submitted and
 * saved with the execution; the API key has no part in it, since a key may be replaced meanwhile.
 */
export interface ParkKey {
	/** Names the park: an execution may park many times in a loop. */
	id: string;
	/** Random; only this node signs with it. Without one nothing is signed right. */
	secret: string;
}

export const newParkKey = (): ParkKey => ({
	id: randomUUID(),
	secret: randomBytes(32).toString('base64url'),
});

const ITEM = 'item';
const SIGNATURE = 'sig';

/** A signature over `text` for one `purpose`: what is signed for one proves nothing for another. */
export const signFor = (purpose: string, { id, secret }: ParkKey, text: string): string =>
	createHmac('sha256', secret).update(`${purpose}.${id}.${text}`).digest('base64url');

/** Whether `signature`, as it came from outside, is the one of `signFor`. */
export const isSignedFor = (
	purpose: string,
	key: ParkKey,
	text: string,
	signature: unknown,
): boolean => {
	// What anybody could sign proves nothing.
	if (typeof signature !== 'string' || key.secret === '') return false;
	const [given, expected] = [Buffer.from(signature), Buffer.from(signFor(purpose, key, text))];
	return given.length === expected.length && timingSafeEqual(given, expected);
};

/** The URL that the run of an item calls: it says which item, and that this node made it. */
export const callbackUrl = (resumeUrl: string, key: ParkKey, itemIndex: number): string => {
	const url = new URL(resumeUrl);
	url.searchParams.set(SIGNATURE, signFor(ITEM, key, String(itemIndex)));
	url.searchParams.set(ITEM, String(itemIndex));
	return url.href;
};

/** Which item a callback's query names, and whether its signature is the node's own for this park. */
export const itemIn = (query: unknown, key: ParkKey): { named: unknown; isSigned: boolean } => {
	const { [ITEM]: named, [SIGNATURE]: signature } = isRecord(query) ? query : {};
	return { named, isSigned: typeof named === 'string' && isSignedFor(ITEM, key, named, signature) };
};
