import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { ApiError } from '../api/errors';
import { redact } from '../api/redact';

/** What a field was given. */
export interface Given {
	/** As n8n resolved it. */
	value: unknown;
	/** True where an expression gave it: then nothing is a slip, not a field left empty. */
	isExpression: boolean;
	/** True where the model of an agent was to say it (`$fromAI`): it leaves empty what it has no use for. */
	isByModel?: boolean;
}

/** A field, and how what it is given is read. */
export interface Option<T> {
	field: INodeProperties;
	/** What holds where the field is not set. */
	unset: T;
	/** Throws an `ApiError` that names the field where it cannot be understood. */
	read: (given: Given) => T;
}

type Field<Type extends INodeProperties['type']> = INodeProperties & { type: Type };

const LONGEST_QUOTE = 100;

/** As messages call it: without the unit and without n8n's “Name or ID”. */
const nameOf = ({ displayName }: INodeProperties): string =>
	displayName.replace(/ \([^)]*\)$/, '').replace(/ Names? or IDs?$/, '');

/** A text, a number or a boolean in words; undefined for anything else. */
const wordOf = (value: unknown): string | undefined =>
	typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
		? String(value).trim()
		: undefined;

const quote = (value: unknown): string => {
	const text = wordOf(value) ?? JSON.stringify(value);
	return redact(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
};

const refused = (message: string): ApiError =>
	new ApiError({ kind: 'rejected', message, advice: 'Correct the option, or remove it.' });

export const isNothing = (value: unknown): boolean =>
	value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

/** `needs`: what the field takes. `because`: why a value of the right kind is none for it. */
const notUnderstood = (
	field: INodeProperties,
	needs: string,
	{ value, isExpression }: Given,
	because?: string,
): ApiError => {
	const nothing = isExpression ? 'its expression gives nothing' : 'it is empty';
	const got = isNothing(value) ? nothing : `got “${quote(value)}”`;
	return refused(
		`${nameOf(field)} needs ${needs}, but ${got}${because === undefined ? '' : `: ${because}`}`,
	);
};

/** For a field whose expression n8n could not resolve. */
export const notResolved = (field: INodeProperties, reason: string): ApiError =>
	refused(`${nameOf(field)} could not be read: ${reason}`);

const YES = new Set(['true', 'yes', 'on', '1']);
const NO = new Set(['false', 'no', 'off', '0']);

/** Also as a text, in any case: true, false, yes, no, on, off, 1, 0. */
export const flag = (field: Field<'boolean'>, unset = false): Option<boolean> => ({
	field,
	unset,
	read: (given) => {
		const word = wordOf(given.value)?.toLowerCase() ?? '';
		if (YES.has(word)) return true;
		if (NO.has(word)) return false;
		throw notUnderstood(field, 'true or false', given);
	},
});

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const numberIn = (value: unknown): number | undefined => {
	const number = typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

interface Bounds {
	isWhole?: boolean;
	/** The least that the field of n8n takes, or that its `typeOptions` name, is too little. */
	above?: number;
	max?: number;
}

/** Also as a text. A field left empty is not set. The least number is the field's `minValue`. */
export const number = <Unset>(
	field: Field<'number'>,
	unset: Unset,
	{ isWhole = false, above, max }: Bounds = {},
): Option<number | Unset> => ({
	field,
	unset,
	read: (given) => {
		if (isNothing(given.value) && !given.isExpression) return unset;
		const found = numberIn(given.value);
		const refuse = (because?: string): ApiError =>
			notUnderstood(field, isWhole ? 'a whole number' : 'a number', given, because);
		const { minValue } = field.typeOptions ?? {};
		if (found === undefined || (isWhole && !Number.isInteger(found))) throw refuse();
		if (above !== undefined && found <= above) throw refuse(`more than ${String(above)} is needed`);
		if (minValue !== undefined && found < minValue) {
			throw refuse(`${String(minValue)} or more is needed`);
		}
		if (max !== undefined && found > max) throw refuse(`${String(max)} is the most`);
		return found;
	},
});

interface Choice<V extends string> extends Omit<INodeProperties, 'type' | 'options'> {
	type: 'options';
	options: Array<INodePropertyOptions & { value: V }>;
	default: NoInfer<V>;
}

/** What each option means, for n8n's AI: it is not shown the descriptions of options. */
const meanings = (options: INodePropertyOptions[]): string =>
	options
		.map(({ value, name, description }) => `${String(value)}: ${description ?? name}`)
		.join('. ')
		.concat('.');

/** Without what may differ in writing: case, spaces, commas, underscores. */
const bare = (word: string): string => word.toLowerCase().replace(/[^a-z0-9]/g, '');

/** By the value or the name of one of the field's options, in any case. Its default holds where it is not set. */
export const choice = <const V extends string>(field: Choice<V>): Option<V> => ({
	field: { ...field, builderHint: { propertyHint: meanings(field.options) } },
	unset: field.default,
	read: (given) => {
		const word = typeof given.value === 'string' ? bare(given.value) : '';
		const meant =
			word === ''
				? undefined
				: field.options.find(({ name, value }) => word === bare(value) || word === bare(name));
		if (meant) return meant.value;
		const names = field.options.map(({ name }) => `“${name}”`).join(' or ');
		throw notUnderstood(field, names, given);
	},
});

/**
 * A text, trimmed; an empty one is not set. `isOptional`: an expression may also give nothing at
 * all, which else is a slip in the name of a column.
 */
export const text = (
	field: Field<'string' | 'options'>,
	{ unset = '', isOptional = false } = {},
): Option<string> => ({
	field,
	unset,
	read: (given) => {
		const { value, isExpression } = given;
		const isMissing = value === undefined || value === null;
		if (isMissing && isExpression && !isOptional) throw notUnderstood(field, 'a text', given);
		if (isMissing || value === '') return unset;
		if (typeof value !== 'string' && typeof value !== 'number') {
			throw notUnderstood(field, 'a text', given);
		}
		return String(value).trim() || unset;
	},
});

/** For an option of another shape: `read` gives undefined for what it cannot understand. */
export const shaped = <T>(
	field: INodeProperties,
	unset: T,
	needs: string,
	read: (value: unknown) => T | undefined,
): Option<T> => ({
	field,
	unset,
	read: (given) => {
		if (isNothing(given.value) && !given.isExpression) return unset;
		const found = read(given.value);
		if (found === undefined) throw notUnderstood(field, needs, given);
		return found;
	},
});

/** What a list has in it, also where an expression gives a text with commas. */
export const entriesIn = (value: unknown): unknown[] => {
	if (value === undefined || value === null) return [];
	const entries: unknown[] = Array.isArray(value)
		? value
		: typeof value === 'string'
			? value.split(',')
			: [value];
	return entries
		.map((entry) => (typeof entry === 'string' ? entry.trim() : entry))
		.filter((entry) => entry !== '');
};

/** A list; empty where it is not set. `readEntry` gives undefined for what it cannot understand. */
export const list = <T>(
	field: Field<'multiOptions'>,
	needs: string,
	readEntry: (entry: unknown) => T | undefined,
): Option<T[]> =>
	shaped(field, [], needs, (value) => {
		const entries = entriesIn(value).map(readEntry);
		const understood = entries.filter((entry) => entry !== undefined);
		return understood.length === entries.length ? understood : undefined;
	});

/** The fields of options, as a node's description wants them. */
export const fieldsOf = (options: Record<string, Option<unknown>>): INodeProperties[] =>
	Object.values(options).map(({ field }) => field);
