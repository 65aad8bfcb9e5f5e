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
const EARLIER = 'earlier';
const SIGNATURE = 'sig';

/** A run that was started for an item. */
export interface RunOfItem {
	itemIndex: number;
	run_id: string;
}

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

/** Letters that stay as they are in a query. */
const BETWEEN_RUNS = '*';
const runText = ({ itemIndex, run_id }: RunOfItem): string => `${String(itemIndex)}.${run_id}`;

/** Longer URLs may not be kept everywhere: many databases have columns of this length. */
const LONGEST_URL = 255;

/** How many more letters a URL may have, and how many a run takes of them. */
export const roomIn = (url: string): number => LONGEST_URL - url.length - `&${EARLIER}=`.length;
export const lengthOf = (run: RunOfItem): number => runText(run).length + BETWEEN_RUNS.length;

const itemText = (item: string, earlier: string): string =>
	earlier === '' ? item : `${item}.${earlier}`;

/**
 * The URL that the run of an item calls: it says which item, and that this node made it. It tells of
 * `earlier` runs, too, for a process that has never heard of them, since their own calls may have
 * reached one that has ended.
 */
export const callbackUrl = (
	resumeUrl: string,
	key: ParkKey,
	itemIndex: number,
	earlier: readonly RunOfItem[] = [],
): string => {
	const url = new URL(resumeUrl);
	const runs = earlier.map(runText).join(BETWEEN_RUNS);
	url.searchParams.set(SIGNATURE, signFor(ITEM, key, itemText(String(itemIndex), runs)));
	url.searchParams.set(ITEM, String(itemIndex));
	if (runs !== '') url.searchParams.set(EARLIER, runs);
	return url.href;
};

const runsIn = (text: string): RunOfItem[] =>
	text.split(BETWEEN_RUNS).flatMap((run) => {
		const [, itemIndex, run_id] = /^(\d+)\.(.+)$/.exec(run) ?? [];
		return run_id === undefined ? [] : [{ itemIndex: Number(itemIndex), run_id }];
	});

/**
 * Which item a callback's query names, whether its signature is the node's own for this park, and
 * with it the earlier runs that it tells of.
 */
export const itemIn = (
	query: unknown,
	key: ParkKey,
): { named: unknown; isSigned: boolean; earlier: RunOfItem[] } => {
	const {
		[ITEM]: named,
		[EARLIER]: runs = '',
		[SIGNATURE]: signature,
	} = isRecord(query) ? query : {};
	const isSigned =
		typeof named === 'string' &&
		typeof runs === 'string' &&
		isSignedFor(ITEM, key, itemText(named, runs), signature);
	return { named, isSigned, earlier: isSigned ? runsIn(runs) : [] };
};
