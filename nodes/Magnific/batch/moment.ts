import { tryToParseDateTime, type INodeProperties } from 'n8n-workflow';
import { isNothing, shaped, type Option } from './option';

/** A point in time as it was given. */
export interface Moment {
	/** ms since the epoch. */
	ms: number;
	/** Its day as it was written, YYYY-MM-DD. */
	date: string;
}

/** As it is in the time zone of the workflow, where it names none itself. */
export type MomentIn = (timezone: string) => Moment;

const WRITTEN = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?$/;

/** Undefined for a text that is no ISO 8601, or a day that there is not. */
const parse = (text: string, timezone: string): Moment | undefined => {
	if (!WRITTEN.test(text)) return undefined;
	try {
		const parsed = tryToParseDateTime(text, timezone);
		const date = parsed.toISODate();
		// What is read by guessing, as the 30th of February is, has another day than it was written with.
		return date !== null && text.startsWith(date) ? { ms: parsed.toMillis(), date } : undefined;
	} catch {
		return undefined;
	}
};

/** n8n's `$now` and dates come as objects where a whole field is such an expression. */
const written = (value: unknown): string =>
	value instanceof Date ? value.toISOString() : String(value).trim();

/** Null where it is not set, by the model of an agent too. */
export const moment = (field: INodeProperties & { type: 'dateTime' }): Option<MomentIn | null> => {
	const option = shaped<MomentIn | null>(
		field,
		null,
		'a date such as 2026-05-01 or 2026-05-01T14:30',
		(value) => {
			const text = written(value);
			const inUtc = parse(text, 'UTC');
			return inUtc && ((timezone) => parse(text, timezone) ?? inUtc);
		},
	);
	return {
		...option,
		read: (given) =>
			given.isByModel === true && isNothing(given.value) ? null : option.read(given),
	};
};
