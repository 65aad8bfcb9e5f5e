import { isEnded, type Run } from '../api/types';
import { certainRunId, parseEvent } from '../callbacks/event';
import {
	checkSignature,
	type IncomingHeaders,
	type SignatureVerdict,
} from '../callbacks/signature';
import { itemIn, type ParkKey, type RunOfItem } from './callbackUrl';
import type { QueuedItem } from './late';
import type { ParkedRun } from './looks';

/** A webhook call for a parked execution, as it came. */
export interface Call {
	query: unknown;
	/** Or why it cannot be read. */
	request: { headers: IncomingHeaders; rawBody: Buffer; body: unknown } | { refusal: string };
}

/** What a call says of a park's runs. */
export interface Callback<T extends ParkedRun> {
	/** The run that it is about. */
	parked: T | undefined;
	/** That run was not known: only the call tells that the item has one, surely or likely. */
	isNew: 'surely' | 'likely' | undefined;
	/** Its URL carries the node's own signature of this item. */
	isOfItem: boolean;
	/** Runs that its URL tells of besides. */
	earlier: RunOfItem[];
	/** What its body tells about the run; `unknown` where that is nothing, or another run. */
	told: 'started' | 'ended' | 'unknown';
	/** The run as the body tells it; null where it does not say for itself what became of it. */
	run: Run | null;
	/** The body names the run that its URL is for. */
	namesIt: boolean;
	/** The body is about another run than that of its item, or about one that nobody waits for. */
	isOfAnother: boolean;
}

/** A success with a word about what went wrong is more likely a partial one. */
const speaksForItself = (run: Run | null): run is Run =>
	run !== null &&
	isEnded(run.status) &&
	!(run.status === 'completed' && run.error_message !== null);

/**
 * Reads a call. Its URL names the item; a body need not name the run, but must not name another. Of an
 * item whose run is not known (`open`) the body names it, where the URL has the node's own signature.
 */
export const readCallback = <T extends ParkedRun, Q extends QueuedItem = QueuedItem>(
	{ query, request }: Call,
	park: ParkKey & { runs: readonly T[]; open: readonly Q[] },
	now: number,
): Callback<T | (Q & ParkedRun)> => {
	const { named, isSigned, earlier } = itemIn(query, park);
	const body = 'refusal' in request ? undefined : request.body;
	const event = parseEvent(body);
	const known = park.runs.find(({ itemIndex, run_id }) =>
		named === undefined ? run_id === event?.run_id : String(itemIndex) === named,
	);
	const open =
		!known && isSigned ? park.open.find(({ itemIndex }) => String(itemIndex) === named) : undefined;
	const isOfKnown = park.runs.some(({ run_id }) => run_id === event?.run_id);
	const found =
		open && event && !isOfKnown ? { ...open, run_id: event.run_id, since: now } : undefined;
	const parked = found ?? known;
	const isCertain = certainRunId(body) !== undefined;
	const namesIt = event !== undefined && event.run_id === parked?.run_id;
	// An id under an unusual name may be the delivery's: then the body has no run that counts.
	const isOfAnother = event !== undefined && !namesIt && (!parked || isCertain || isOfKnown);
	const about = isOfAnother ? undefined : event;
	const told = about?.event === 'started' ? 'started' : 'ended';
	return {
		parked,
		isNew: found && (isCertain ? 'surely' : 'likely'),
		isOfItem: isSigned,
		earlier,
		told: about ? told : 'unknown',
		run: namesIt && speaksForItself(event.run) ? event.run : null,
		namesIt,
		isOfAnother,
	};
};

/** What is to be held of a callback. */
export interface Verdict {
	/** Whoever called knows what only Magnific was told, so that the run is worth a look at the least. */
	isHint: boolean;
	/** Its body counts without a look. */
	isBelieved: boolean;
	/** What a signature with the credential's secret came to; undefined where there is no secret. */
	signature: SignatureVerdict | undefined;
	/** Why the body counts for nothing, as the answer says it. */
	refused: { status: number; message: string } | undefined;
}

/**
 * Judges a callback. A signature with the credential's secret or the item's own in the URL makes it
 * a hint, whatever its body looks like; only with the former is a result believed without a look.
 * Where there is no secret, a body that names the run of its item is a hint too.
 */
export const judge = (
	{ request }: Call,
	callback: Callback<ParkedRun>,
	webhookSecret: string,
	now: number,
): Verdict => {
	const { parked, isOfItem, isOfAnother, namesIt } = callback;
	const check = (): SignatureVerdict =>
		'refusal' in request
			? 'missing'
			: checkSignature(webhookSecret, request.headers, request.rawBody, now);
	const signature = webhookSecret === '' ? undefined : check();
	const isRight = signature === 'right';
	const isHint =
		parked !== undefined &&
		(isOfItem || (!isOfAnother && (isRight || (signature === undefined && namesIt))));
	const refuse = (status: number, message: string): Verdict['refused'] => ({ status, message });
	const refused = (): Verdict['refused'] => {
		if ('refusal' in request) return refuse(400, request.refusal);
		if (signature !== undefined && !isRight) return refuse(401, `The signature is ${signature}`);
		if (isOfAnother) return refuse(404, 'This execution does not wait for this run');
		return isHint ? undefined : refuse(400, 'There is no run id or no known event in it');
	};
	return { isHint, isBelieved: isRight && callback.run !== null, signature, refused: refused() };
};
