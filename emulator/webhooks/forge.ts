import { randomBytes } from 'node:crypto';
import type { Forgery } from '../control/specs';
import { isRecord } from '../guards';
import { sqid } from '../random';
import { signatureEntry, timestampText, type Scheme, type VersionedSecret } from './sign';

export interface Unsigned {
	body: string;
	webhookId: string;
	/** Unix seconds. */
	timestamp: number;
	secrets: readonly VersionedSecret[];
	scheme: Scheme;
}

/** A delivery as it goes over the wire. */
export interface Signed {
	body: string;
	/** In order, names as written; a name may come twice. */
	headers: [name: string, value: string][];
}

const RUN_ID_FIELDS = ['run_id', 'workflow_run_identifier', 'workflowRunIdentifier'];
const TEN_MINUTES_S = 600;

/** Signs a delivery, with everything about it that was asked to be wrong. */
export function signed(unsigned: Unsigned, forgeries: readonly Forgery[]): Signed {
	const is = (forgery: Forgery): boolean => forgeries.includes(forgery);
	const sent = forgeries.reduce(forgedBody, unsigned.body);
	const id = unsigned.webhookId;
	const { secretEncoding, timestampUnit } = unsigned.scheme;
	const timestamp = is('odd_timestamp')
		? 'yesterday'
		: timestampText(forgedTimestamp(unsigned.timestamp, forgeries), timestampUnit);
	const secrets = is('wrong_secret')
		? [{ secret: `not-the-secret-${randomBytes(8).toString('hex')}`, version: 1 }]
		: unsigned.secrets;
	const signedBody = is('other_body') ? `${sent} ` : sent;
	const entries = secrets.map((secret) =>
		signatureEntry(secret, secretEncoding, id, timestamp, signedBody),
	);
	const headers: Signed['headers'] = [];
	if (!is('no_signature')) {
		if (!is('missing_id')) headers.push(['webhook-id', id]);
		if (!is('missing_timestamp')) headers.push(['webhook-timestamp', timestamp]);
		const signature = forgedSignature(entries, forgeries).join(' ');
		if (!is('missing_signature') && signature !== '')
			headers.push(['webhook-signature', signature]);
	}
	const repeated = is('repeated_headers') ? [...headers, ...headers] : headers;
	return {
		body: sent,
		headers: is('upper_case_headers')
			? repeated.map(([name, value]) => [name.toUpperCase(), value])
			: repeated,
	};
}

function forgedTimestamp(timestamp: number, forgeries: readonly Forgery[]): number {
	if (forgeries.includes('stale_timestamp')) return timestamp - TEN_MINUTES_S;
	if (forgeries.includes('future_timestamp')) return timestamp + TEN_MINUTES_S;
	return timestamp;
}

function forgedSignature(entries: string[], forgeries: readonly Forgery[]): string[] {
	const nonsense = (): string => `v1,${randomBytes(32).toString('base64')}`;
	let forged = entries;
	if (forgeries.includes('bad_signature')) forged = forged.map(nonsense);
	if (forgeries.includes('truncated_signature')) forged = forged.map((entry) => entry.slice(0, 20));
	if (forgeries.includes('unknown_version'))
		forged = forged.map((entry) => entry.replace(/^v\d+/, 'v9'));
	if (forgeries.includes('several_signatures')) forged = [nonsense(), nonsense(), ...forged];
	return forged;
}

function forgedBody(body: string, forgery: Forgery): string {
	switch (forgery) {
		case 'body_empty':
			return '';
		case 'body_not_json':
			return 'run finished, see attachment';
		case 'body_array':
			return `[${body}]`;
		case 'body_huge':
			return changed(body, (payload) => ({ ...payload, padding: 'x'.repeat(1_200_000) }));
		case 'unknown_run':
			return changed(body, (payload) => withRunId(payload, sqid()));
		case 'no_run_id':
			return changed(body, (payload) => withRunId(payload, undefined));
		case 'other_result':
			return changed(body, (payload) => ({
				...payload,
				result: {
					images: [{ id: 'forged', url: 'http://203.0.113.9/forged.png', tool: 'forged' }],
					videos: [],
					audios: [],
				},
			}));
		default:
			return body;
	}
}

type Payload = Record<string, unknown>;

/** Changes the payload, under `data` if that is where it is. */
function changed(body: string, change: (payload: Payload) => Payload): string {
	let parsed: unknown;
	try {
		parsed = JSON.parse(body);
	} catch {
		return body;
	}
	if (!isRecord(parsed)) return body;
	if (isRecord(parsed.data)) return JSON.stringify({ ...parsed, data: change(parsed.data) });
	return JSON.stringify(change(parsed));
}

function withRunId(payload: Payload, runId: string | undefined): Payload {
	return Object.fromEntries(
		Object.entries(payload).flatMap(([name, value]) => {
			if (!RUN_ID_FIELDS.includes(name)) return [[name, value]];
			return runId === undefined ? [] : [[name, runId]];
		}),
	);
}
