import { isRecord } from '../../../../nodes/Magnific/api/guards';
import { isEnded } from '../../../../nodes/Magnific/api/types';
import { parseEvent } from '../../../../nodes/Magnific/callbacks/event';
import {
	breaks,
	differs,
	enumerate,
	field,
	holds,
	unseen,
	type Area,
	type Assumption,
	type Finding,
} from '../assumption';
import type { Exchange } from '../exchange';

const SIGNATURE = /^v\d+,[A-Za-z0-9+/]{43}=( v\d+,[A-Za-z0-9+/]{43}=)*$/;

/** About callbacks, of which there may be none. */
const ofCallbacks = (
	id: string,
	says: string,
	judge: (callbacks: Exchange[]) => Finding,
): Assumption => ({
	id,
	says,
	check: (exchanges) => {
		const callbacks = exchanges.filter(({ route }) => route === 'callback');
		return callbacks.length === 0
			? unseen('no callback came; ask for them by --callback-url')
			: judge(callbacks);
	},
});

const header = ({ request }: Exchange, name: string): string => request.headers[name] ?? '';

const envelope = (callbacks: Exchange[]): Finding => {
	const bodies = callbacks.map(({ request }) => request.body);
	const fields = (body: unknown): string =>
		isRecord(body) ? Object.keys(body).join(' ') : 'no object';
	const seen = enumerate(bodies.map(fields));
	if (bodies.some((body) => parseEvent(body) === undefined)) return breaks(seen);
	const isBare = bodies.every(
		(body) => typeof field(body, 'run_id') === 'string' && typeof field(body, 'event') === 'string',
	);
	return isBare ? holds(seen) : differs(seen);
};

const events = (callbacks: Exchange[]): Finding => {
	const seen = callbacks.map(
		({ request }) => parseEvent(request.body)?.event ?? 'none that is known',
	);
	const words = seen.join(', ');
	const [first, last, ...more] = seen;
	return first === 'started' && isEnded(last ?? '') && more.length === 0
		? holds(words)
		: differs(words);
};

const result = (callbacks: Exchange[]): Finding => {
	const ends = callbacks
		.map(({ request }) => parseEvent(request.body))
		.filter((event) => event !== undefined && isEnded(event.event));
	if (ends.length === 0) return differs('none told of the end');
	return ends.every((event) => event?.run)
		? holds('it can be believed as it is')
		: differs('the API has to be asked');
};

const signatureForm = (callbacks: Exchange[]): Finding => {
	const seen = callbacks.map((one) => header(one, 'webhook-signature'));
	const odd = seen.filter((signature) => !SIGNATURE.test(signature));
	if (odd.length > 0) return breaks(enumerate(odd.map((text) => text || 'no webhook-signature')));
	return holds(enumerate(seen.map((text) => text.replace(/,\S+/g, ',…'))));
};

const signatureRight = (callbacks: Exchange[]): Finding => {
	const seen = callbacks.map(({ facts }) => facts?.signature ?? 'not checked');
	if (seen.every((verdict) => verdict === 'not checked')) {
		return unseen('the secret was not given; give it by --webhook-secret');
	}
	return seen.every((verdict) => verdict === 'right') ? holds('right') : breaks(enumerate(seen));
};

const timestamps = (callbacks: Exchange[]): Finding => {
	const seen = callbacks.map((one) => header(one, 'webhook-timestamp'));
	if (seen.every((text) => /^\d{10}$/.test(text))) return holds(enumerate(seen));
	const isRead = seen.every((text) => /^\d{13}$/.test(text) || !Number.isNaN(Date.parse(text)));
	return isRead ? differs(enumerate(seen)) : breaks(enumerate(seen) || 'no webhook-timestamp');
};

const ids = (callbacks: Exchange[]): Finding => {
	const seen = callbacks.map((one) => header(one, 'webhook-id'));
	if (seen.includes('')) return breaks('no webhook-id');
	return new Set(seen).size === seen.length
		? holds(`${String(seen.length)} different ones`)
		: differs('one came twice');
};

export const CALLBACKS: Area = {
	title: 'Callbacks',
	assumptions: [
		ofCallbacks('callback.events', 'There are two: the run starts, the run is over', events),
		ofCallbacks(
			'callback.envelope',
			'Each has run_id and event, with nothing around them',
			envelope,
		),
		ofCallbacks('callback.result', 'The last tells how the run ended, and its result', result),
		ofCallbacks(
			'callback.signature_form',
			'webhook-signature is v<version>,<base64>, several with spaces between',
			signatureForm,
		),
		ofCallbacks('callback.signature', 'It is right, by the secret of the key', signatureRight),
		ofCallbacks('callback.timestamp', 'webhook-timestamp is in Unix seconds', timestamps),
		ofCallbacks('callback.ids', 'Each has a webhook-id of its own', ids),
	],
};
