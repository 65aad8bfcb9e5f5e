import { firstText, isRecord } from './guards';

export interface SelectOption {
	value: string | number;
	label: string;
}

const isValue = (value: unknown): value is string | number =>
	(typeof value === 'string' && value !== '') ||
	(typeof value === 'number' && Number.isFinite(value));

const readOption = (raw: unknown): SelectOption | undefined => {
	if (isValue(raw)) return { value: raw, label: String(raw) };
	if (!isRecord(raw)) return undefined;
	const value = [raw.value, raw.id, raw.key, raw.name, raw.label, raw.title].find(isValue);
	if (value === undefined) return undefined;
	return { value, label: firstText(raw.label, raw.name, raw.title, raw.text) ?? String(value) };
};

/**
 * Reads `config.options` of a select input. The API does not document their form: strings, numbers,
 * `{value,label}`, `{id,name}`, `{key,title}` and a map of value → label are taken; what is none of
 * these, and a second option of the same value, is left out.
 */
export const readSelectOptions = (raw: unknown): SelectOption[] => {
	const list = Array.isArray(raw)
		? raw
		: isRecord(raw)
			? Object.entries(raw).map(([value, label]) =>
					isRecord(label) ? { value, ...label } : { value, label },
				)
			: [];
	const options = new Map<string | number, SelectOption>();
	for (const option of list.map(readOption)) {
		if (option && !options.has(option.value)) options.set(option.value, option);
	}
	return [...options.values()];
};
