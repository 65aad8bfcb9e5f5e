import type { FileStore } from './files';
import { WorkFailed } from './apps/work';
import { isRecord } from './guards';
import { sniff, type Media } from './media/sniff';

const MAX_BYTES = 50 * 1024 * 1024;
const FETCH_TIMEOUT_MS = 15_000;

/** A `creation` value in one of the forms that the API takes. */
export type Creation =
	| { form: 'url'; url: string }
	| { form: 'inline'; bytes: Buffer; claimed: string | undefined }
	| { form: 'id'; id: string };

/** Undefined if the value is neither URL, data URI, base64 nor the id of a file that is here. */
export function parseCreation(value: string, files: FileStore): Creation | undefined {
	if (/^https?:\/\/./i.test(value)) {
		return URL.canParse(value) ? { form: 'url', url: value } : undefined;
	}
	const dataUri = /^data:([^;,]*)(?:;[^;,]*)*;base64,(.+)$/s.exec(value);
	if (dataUri !== null) {
		const [, claimed, data] = dataUri;
		return { form: 'inline', bytes: Buffer.from(data ?? '', 'base64'), claimed };
	}
	if (files.get(value) !== undefined) return { form: 'id', id: value };
	if (value.length >= 64 && /^[A-Za-z0-9+/_\-\r\n]+={0,2}\s*$/.test(value)) {
		return { form: 'inline', bytes: Buffer.from(value, 'base64'), claimed: undefined };
	}
	return undefined;
}

/**
 * The bytes of a creation.
 * @param node named in the message if it fails
 * @throws WorkFailed if it can't be fetched or is no picture, video or sound
 */
export async function loadCreation(
	creation: Creation,
	files: FileStore,
	node: string,
): Promise<Media> {
	const media = sniff(await creationBytes(creation, files, node));
	if (media === undefined) {
		throw new WorkFailed(`Node '${node}' failed: the input is not a picture, video or sound`);
	}
	return media;
}

async function creationBytes(creation: Creation, files: FileStore, node: string): Promise<Buffer> {
	if (creation.form === 'inline') return creation.bytes;
	if (creation.form === 'id') {
		const bytes = files.get(creation.id)?.bytes;
		if (bytes !== undefined) return bytes;
		throw new WorkFailed(`Node '${node}' failed: nothing was uploaded as ${creation.id}`);
	}
	const own = files.accessUrl(creation.url);
	if (own === undefined) return fetchBytes(creation.url, node);
	if (typeof own === 'object') return own.bytes;
	throw new WorkFailed(`Node '${node}' failed: could not fetch the input (${own} URL)`);
}

async function fetchBytes(url: string, node: string): Promise<Buffer> {
	const failed = (why: string): WorkFailed =>
		new WorkFailed(`Node '${node}' failed: could not fetch the input (${why})`);
	let response: Response;
	let bytes: Buffer;
	try {
		response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
		bytes = Buffer.from(await response.arrayBuffer());
	} catch (error) {
		const timedOut = isRecord(error) && error.name === 'TimeoutError';
		throw failed(timedOut ? 'no answer in time' : 'no connection');
	}
	if (!response.ok) throw failed(`HTTP ${String(response.status)}`);
	if (bytes.length > MAX_BYTES) throw failed('larger than 50 MB');
	return bytes;
}
