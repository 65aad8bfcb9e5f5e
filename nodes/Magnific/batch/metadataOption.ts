import { isRecord } from '../api/guards';
import type { Metadata } from '../callbacks/metadata';

/** A text as it is, nothing as an empty one, anything else as its JSON; a date without the quotes. */
const textOf = (value: unknown): string => {
	if (typeof value === 'string') return value;
	const json = JSON.stringify(value ?? '');
	const inJson: unknown = JSON.parse(json);
	return typeof inJson === 'string' ? inJson : json;
};

/** Pairs of a row; a row that was added and left empty has none. Undefined for a value without a name. */
const pairsOf = (row: unknown): Array<[string, string]> | undefined => {
	if (!isRecord(row)) return undefined;
	const [name, value] = [textOf(row.name).trim(), textOf(row.value)];
	if (name !== '') return [[name, value]];
	return value === '' ? [] : undefined;
};

/** What the fixed collection of names and values holds; undefined for anything else. */
export const readMetadataOption = (given: unknown): Metadata | undefined => {
	if (!isRecord(given)) return undefined;
	const { values } = given;
	if (values === undefined) return Object.keys(given).length === 0 ? {} : undefined;
	const rows: unknown[] = Array.isArray(values) ? values : [values];
	const pairs: Array<[string, string]> = [];
	for (const row of rows) {
		const own = pairsOf(row);
		if (!own) return undefined;
		pairs.push(...own);
	}
	return Object.fromEntries(pairs);
};
