import { inputFacts, inputName, type App, type InputFacts } from './apps/app';
import { parseCreation, type Creation } from './creations';
import type { FileStore } from './files';
import { mediaTypeOf } from './media/sniff';

export interface InvalidParam {
	name: string;
	reason: string;
}

export interface GivenValue {
	name: string;
	label: string;
	facts: InputFacts;
	value: string | number | unknown[] | Creation;
}

export type Validation = { ok: true; given: GivenValue[] } | { ok: false; invalid: InvalidParam[] };

/** By what an input may be named: its `id`, its `api_key` where it has one, or either. */
export type InputKeys = 'id' | 'api_key' | 'any';

/** Checks a run's `inputs` as strictly as the API may: no conversion, no unknown key. */
export function validateInputs(
	app: App,
	inputs: Record<string, unknown>,
	by: InputKeys,
	files: FileStore,
): Validation {
	const known = app.inputs.map(inputFacts);
	const invalid: InvalidParam[] = [];
	const given: GivenValue[] = [];
	const keys = new Set(known.flatMap((facts) => wireKeys(facts, by)));
	for (const key of Object.keys(inputs)) {
		if (!keys.has(key)) invalid.push({ name: key, reason: 'This app has no such input.' });
	}
	for (const facts of known) {
		const names = wireKeys(facts, by);
		const used = names.find((name) => Object.hasOwn(inputs, name));
		const key = used ?? names[0] ?? facts.label;
		const isGiven = used !== undefined;
		const value = isGiven ? inputs[key] : facts.default;
		if (value === undefined || (isGiven && value === '' && facts.required)) {
			if (facts.required) invalid.push({ name: key, reason: `${facts.label} is required.` });
			continue;
		}
		const checked = checkValue(facts, value, files);
		if ('reason' in checked) invalid.push({ name: key, reason: checked.reason });
		else given.push({ name: inputName(facts), label: facts.label, facts, value: checked.value });
	}
	return invalid.length > 0 ? { ok: false, invalid } : { ok: true, given };
}

/** All names that an input may have in a run's `inputs`; never none. */
function wireKeys({ id, apiKey, label }: InputFacts, by: InputKeys): string[] {
	const preferred = by === 'id' ? [id, apiKey] : [apiKey, id];
	const names = preferred.filter((name) => name !== undefined);
	if (names.length === 0) return [label];
	return by === 'any' ? names : names.slice(0, 1);
}

type Checked = { value: GivenValue['value'] } | { reason: string };

function checkValue(facts: InputFacts, value: unknown, files: FileStore): Checked {
	switch (facts.type) {
		case 'number':
			return typeof value === 'number' && Number.isFinite(value)
				? { value }
				: { reason: `${facts.label} must be a number.` };
		case 'select':
			return checkOption(facts, value);
		case 'creation':
			return checkCreation(facts, value, files);
		case 'text':
			return typeof value === 'string' ? { value } : { reason: `${facts.label} must be a string.` };
		default:
			return { value: typeof value === 'number' || Array.isArray(value) ? value : String(value) };
	}
}

function checkOption(facts: InputFacts, value: unknown): Checked {
	const { options } = facts;
	const isOption = options === undefined || options.includes(value);
	if (isOption && (typeof value === 'string' || typeof value === 'number')) return { value };
	const allowed = (options ?? []).map(String).join(', ');
	return { reason: `${facts.label} must be one of: ${allowed}.` };
}

function checkCreation(facts: InputFacts, value: unknown, files: FileStore): Checked {
	const creation = typeof value === 'string' ? parseCreation(value, files) : undefined;
	if (creation === undefined) {
		return { reason: `${facts.label} must be a URL, base64 data or the id of a creation.` };
	}
	const claimed =
		creation.form === 'inline' && creation.claimed !== undefined
			? mediaTypeOf(creation.claimed)
			: undefined;
	if (claimed !== undefined && facts.mediaType !== undefined && claimed !== facts.mediaType) {
		return { reason: `${facts.label} must be of type ${facts.mediaType}.` };
	}
	return { value: creation };
}
