import type { RequestFilter } from './control/specs';
import type { RequestLogEntry } from './control/types';

const MAX_ENTRIES = 50_000;
const MAX_STRING = 2_000;

/** All API requests in order of arrival; the oldest go when there are more than 50,000. */
export class RequestLog {
	private entries: RequestLogEntry[] = [];
	private lastSeq = 0;

	add(entry: Omit<RequestLogEntry, 'seq'>): RequestLogEntry {
		this.lastSeq += 1;
		const added = { seq: this.lastSeq, ...entry };
		this.entries.push(added);
		if (this.entries.length > MAX_ENTRIES) this.entries.shift();
		return added;
	}

	/** Empties the log; numbers go on. */
	clear(): void {
		this.entries = [];
	}

	/** Empties the log and counts from 1 again. */
	reset(): void {
		this.entries = [];
		this.lastSeq = 0;
	}

	find(filter: RequestFilter = {}): RequestLogEntry[] {
		const { after, ...equal } = filter;
		return this.entries.filter(
			(entry) =>
				(after === undefined || entry.seq > after) &&
				(equal.route === undefined || entry.route === equal.route) &&
				(equal.method === undefined || entry.method === equal.method.toUpperCase()) &&
				(equal.family === undefined || entry.family === equal.family) &&
				(equal.app_id === undefined || entry.app_id === equal.app_id) &&
				(equal.run_id === undefined || entry.run_id === equal.run_id) &&
				(equal.status === undefined || entry.status === equal.status),
		);
	}
}

/** The same value with long strings cut, so that a log of base64 pictures stays small. */
export function shortened(value: unknown): unknown {
	if (typeof value === 'string' && value.length > MAX_STRING) {
		return `${value.slice(0, 100)}… (${String(value.length)} characters)`;
	}
	if (Array.isArray(value)) return value.map(shortened);
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortened(item)]));
	}
	return value;
}
