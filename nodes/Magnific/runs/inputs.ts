import { isRecord, type JsonRecord } from '../api/guards';
import type { AppDefinition, AppInput } from '../api/types';
import { leftover } from './leftovers';

export interface MatchedInputs {
	/** What was given for which input, not yet checked. */
	given: Map<AppInput, unknown>;
	/** What is wrong, each a sentence without its full stop. */
	problems: string[];
}

/** Nothing was entered: the editor sends null, and "" for a field that was cleared. */
export const isEmpty = (value: unknown): boolean =>
	value === undefined || value === null || (typeof value === 'string' && value.trim() === '');

const quoteList = (names: string[]): string => names.map((name) => `“${name}”`).join(', ');

/** The inputs' labels as a sentence's end, for a message that says what there is. */
const knownInputs = ({ inputs }: AppDefinition): string =>
	inputs.length === 0
		? 'the app has no inputs'
		: `the app’s inputs are ${quoteList(inputs.map(({ label }) => label))}`;

const fold = (text: string): string => text.trim().toLowerCase();

/** By id first, then by api_key or key: a label may be shared, and each may equal another input's name. */
const findByName = (app: AppDefinition, name: string): AppInput[] => {
	const identified = app.inputs.filter(({ id }) => id === name);
	if (identified.length > 0) return identified;
	const keyed = app.inputs.filter(({ api_key, key }) => api_key === name || key === name);
	if (keyed.length > 0) return keyed;
	const labelled = app.inputs.filter(({ label }) => label === name);
	return labelled.length > 0
		? labelled
		: app.inputs.filter(({ label }) => fold(label) === fold(name));
};

const ambiguous = (name: string, inputs: AppInput[]): string =>
	`“${name}” names ${String(inputs.length)} inputs of the app; use an id instead: ${inputs
		.map(({ id, api_key }) => (api_key === null ? id : `${id} (${api_key})`))
		.join(', ')}`;

const givenTwice = ({ label }: AppInput): string => `“${label}” is given twice`;

/**
 * Matches the values of the form. Its keys are input ids, as the editor writes them, or what a
 * workflow that was written by hand calls an input: its `api_key`, `key` or label. Where an input
 * is there under its id too, that value counts: it is the one that the form shows.
 */
export const matchFields = (app: AppDefinition, values: JsonRecord): MatchedInputs => {
	const given = new Map<AppInput, unknown>();
	const problems: string[] = [];
	const entered = Object.entries(values).filter(([, value]) => !isEmpty(value));
	const isId = ([name]: [string, unknown]): boolean => app.inputs.some(({ id }) => id === name);
	const shown = new Set(entered.filter(isId).map(([id]) => id));
	for (const [name, value] of entered) {
		const [input, ...others] = findByName(app, name);
		if (!input) {
			problems.push(
				`the app has no input “${name}” any more; open the node and refresh its fields (${knownInputs(app)})`,
			);
		} else if (others.length > 0) {
			problems.push(ambiguous(name, [input, ...others]));
		} else if (input.id === name || !shown.has(input.id)) {
			if (given.has(input)) problems.push(givenTwice(input));
			else given.set(input, value);
		}
	}
	return { given, problems };
};

/**
 * Matches an `inputs` object that the user wrote; its keys may be `id`, `api_key`, `key` or label.
 * A JSON text is parsed first.
 */
export const matchJson = (app: AppDefinition, raw: unknown): MatchedInputs => {
	const parsed = typeof raw === 'string' ? parseJson(raw) : { json: raw };
	if (!('json' in parsed)) {
		const left = leftover(raw);
		const reason = left === undefined ? parsed.reason : `the text ${left}`;
		return { given: new Map(), problems: [`the inputs are not valid JSON: ${reason}`] };
	}
	if (parsed.json === null || parsed.json === undefined) return { given: new Map(), problems: [] };
	if (!isRecord(parsed.json)) {
		return {
			given: new Map(),
			problems: ['the inputs must be a JSON object such as { "Prompt": "a red car" }'],
		};
	}
	const given = new Map<AppInput, unknown>();
	const problems: string[] = [];
	for (const [name, value] of Object.entries(parsed.json)) {
		const [input, ...others] = findByName(app, name);
		const left = input ? undefined : leftover(name);
		if (left !== undefined) problems.push(`the name of an input ${left}`);
		else if (!input) problems.push(`“${name}” is not an input of the app; ${knownInputs(app)}`);
		else if (others.length > 0) problems.push(ambiguous(name, [input, ...others]));
		else if (given.has(input)) problems.push(givenTwice(input));
		else if (!isEmpty(value)) given.set(input, value);
	}
	return { given, problems };
};

const parseJson = (text: string): { json: unknown } | { reason: string } => {
	if (text.trim() === '') return { json: null };
	try {
		return { json: JSON.parse(text) };
	} catch (error) {
		return { reason: error instanceof Error ? error.message : 'it cannot be read' };
	}
};

/**
 * Matches the columns of an incoming item ("map automatically"). Columns that are no input are
 * none of our business; a binary field that is named like a `creation` input serves as its value.
 */
export const matchColumns = (
	app: AppDefinition,
	json: JsonRecord,
	binaryFields: string[],
): MatchedInputs => {
	const given = new Map<AppInput, unknown>();
	const problems: string[] = [];
	const take = (name: string, value: unknown, inputs: AppInput[]): void => {
		const [input, ...others] = inputs;
		if (!input || isEmpty(value)) return;
		if (others.length > 0) problems.push(ambiguous(name, inputs));
		else if (!given.has(input)) given.set(input, value);
	};
	for (const [name, value] of Object.entries(json)) take(name, value, findByName(app, name));
	for (const field of binaryFields) {
		take(
			field,
			field,
			findByName(app, field).filter(({ type }) => type === 'creation'),
		);
	}
	return { given, problems };
};
