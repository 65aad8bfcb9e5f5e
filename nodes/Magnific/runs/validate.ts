import { isRecord } from '../api/guards';
import type { AppDefinition, AppInput, MediaType } from '../api/types';
import type { MatchedInputs } from './inputs';
import type { BinaryFile, InputValue } from './types';

/** The binary fields of an item, by name. */
export type BinaryFields = Record<string, BinaryFile>;

type Checked = { input: InputValue } | { problem: string };

const ok = (value: unknown): Checked => ({ input: { value } });
const no = (problem: string): Checked => ({ problem });

const LONGEST_SHOWN = 40;

const show = (value: unknown): string => {
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return `“${text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text}”`;
};

const named = ({ label }: AppInput): string => `“${label}”`;

const checkText = (input: AppInput, value: unknown): Checked => {
	switch (typeof value) {
		case 'string':
			return ok(value);
		case 'number':
		case 'boolean':
			return ok(String(value));
		default:
			return no(`${named(input)} needs text, but got ${show(value)}`);
	}
};

const checkNumber = (input: AppInput, value: unknown): Checked => {
	const number =
		typeof value === 'number' ? value : typeof value === 'string' ? Number(value.trim()) : NaN;
	return Number.isFinite(number)
		? ok(number)
		: no(`${named(input)} needs a number, but got ${show(value)}`);
};

const MOST_OPTIONS_SHOWN = 12;

const checkSelect = (input: AppInput, value: unknown): Checked => {
	const { options } = input;
	if (typeof value !== 'string' && typeof value !== 'number') {
		return no(`${named(input)} needs one of its options, but got ${show(value)}`);
	}
	if (options.length === 0) return ok(value);
	const text = String(value).trim();
	const option =
		options.find((candidate) => candidate.value === value) ??
		options.find((candidate) => String(candidate.value) === text) ??
		options.find(({ label }) => label.toLowerCase() === text.toLowerCase());
	if (option) return ok(option.value);
	const shown = options
		.slice(0, MOST_OPTIONS_SHOWN)
		.map(({ label, value: own }) => (label === String(own) ? label : `${label} (${String(own)})`));
	const more = options.length > MOST_OPTIONS_SHOWN ? ', …' : '';
	return no(
		`${named(input)} has no option ${show(value)}; choose one of: ${shown.join(', ')}${more}`,
	);
};

const MEDIA_TYPES: readonly string[] = ['image', 'video', 'audio'] satisfies MediaType[];

const article = (media: MediaType): string => (media === 'video' ? 'a' : 'an');

const wrongMedia = (input: AppInput, mimeType: string): string | undefined => {
	const media = mimeType.split('/')[0]?.toLowerCase() ?? '';
	if (input.media_type === null ? MEDIA_TYPES.includes(media) : media === input.media_type) {
		return undefined;
	}
	return input.media_type === null
		? `an image, a video or an audio file`
		: `${article(input.media_type)} ${input.media_type}${input.media_type === 'audio' ? ' file' : ''}`;
};

const DATA_URI = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w-]+=[^;,]*)*(;base64)?,(.*)$/is;
// In lines or not, but without spaces: those make it prose.
const BASE64 = /^[A-Za-z0-9+/\r\n]{64,}={0,2}$/;
const CREATION_ID = /^[A-Za-z0-9_-]{6,64}$/;
// What people call binary fields: data, data_1, productPhoto. Ids of creations mix letters and digits.
const PLAIN_WORD = /^[a-z]+(?:[_-][a-z]+|[A-Z][a-z]+)*(?:_?\d{1,3})?$/;

const checkDataUri = (input: AppInput, value: string): Checked => {
	const [, mimeType = 'text/plain', base64, data = ''] = DATA_URI.exec(value) ?? [];
	if (base64 === undefined || data === '') {
		return no(`${named(input)} has a data: URI that is not base64`);
	}
	const wanted = wrongMedia(input, mimeType);
	// The API documents base64, not data: URIs.
	return wanted === undefined
		? ok(data.replace(/\s/g, ''))
		: no(`${named(input)} needs ${wanted}, but the data: URI is ${mimeType}`);
};

const checkBinary = (input: AppInput, file: BinaryFile): Checked => {
	const wanted = wrongMedia(input, file.mimeType);
	return wanted === undefined
		? { input: { file } }
		: no(
				`${named(input)} needs ${wanted}, but the binary field “${file.field}” is ${file.mimeType}`,
			);
};

const fieldsOf = (binaries: BinaryFields): string => {
	const fields = Object.keys(binaries);
	return fields.length > 0
		? `the item’s binary fields are ${fields.map((field) => `“${field}”`).join(', ')}`
		: 'the item has no binary data';
};

// What {{ $binary.photo }} gives is the field's description, which names neither field nor item.
const NAME_ALONE =
	'has a binary file as its value, which is not known to be one of this item; enter the name of the binary field alone, without {{ }}';

const checkCreation = (input: AppInput, value: unknown, binaries: BinaryFields): Checked => {
	if (typeof value === 'number') return checkCreation(input, String(value), binaries);
	if (isRecord(value) && typeof value.mimeType === 'string') {
		const file = Object.values(binaries).find(({ fileKey }) => fileKey === value.id);
		return file
			? checkBinary(input, file)
			: no(`${named(input)} ${NAME_ALONE}; ${fieldsOf(binaries)}`);
	}
	if (typeof value !== 'string') {
		return no(
			`${named(input)} needs the name of a binary field, a URL, base64 or a creation id, but got ${show(value)}`,
		);
	}
	const text = value.trim();
	const file = Object.hasOwn(binaries, text) ? binaries[text] : undefined;
	if (file) return checkBinary(input, file);
	if (/^https?:\/\//i.test(text)) {
		return URL.canParse(text)
			? ok(text)
			: no(`${named(input)} has a URL that cannot be read: ${show(text)}`);
	}
	if (/^data:/i.test(text)) return checkDataUri(input, text);

	const hasFields = Object.keys(binaries).length > 0;
	if (CREATION_ID.test(text) && !(hasFields && PLAIN_WORD.test(text))) return ok(text);
	if (BASE64.test(text)) return ok(text.replace(/\s/g, ''));
	return no(
		`${named(input)} is ${show(text)}, which is no binary field of the item, URL, base64 or creation id; ${fieldsOf(binaries)}`,
	);
};

const checkValue = (input: AppInput, value: unknown, binaries: BinaryFields): Checked => {
	switch (input.type) {
		case 'text':
			return checkText(input, value);
		case 'number':
			return checkNumber(input, value);
		case 'select':
			return checkSelect(input, value);
		case 'creation':
			return checkCreation(input, value, binaries);
		default:
			return ok(parseIfJson(value));
	}
};

/** A type that came after this node is shown as text; lists and objects are typed there as JSON. */
const parseIfJson = (value: unknown): unknown => {
	if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
	try {
		const json: unknown = JSON.parse(value);
		return Array.isArray(json) || isRecord(json) ? json : value;
	} catch {
		return value;
	}
};

export interface CheckedInputs {
	/** Keyed by input `id`; only what was given, and the defaults of required inputs. */
	inputs: Record<string, InputValue>;
	/** What is wrong, in the app's own words, each a sentence without its full stop. */
	problems: string[];
}

/**
 * Checks what was given against the app's definition: types, options, media types, required
 * inputs. Nothing is sent to the API.
 */
export const checkInputs = (
	app: AppDefinition,
	{ given, problems: before }: MatchedInputs,
	binaries: BinaryFields,
): CheckedInputs => {
	const inputs: Record<string, InputValue> = {};
	const problems = [...before];
	for (const input of app.inputs) {
		const value = given.has(input) ? given.get(input) : input.required ? input.default : undefined;
		if (value === undefined || value === null || value === '') {
			// A value that could not be matched may have been meant for this input: one message is enough.
			if (input.required && before.length === 0) {
				problems.push(`${named(input)} is required, but has no value`);
			}
			continue;
		}
		const checked = checkValue(input, value, binaries);
		if ('problem' in checked) problems.push(checked.problem);
		else inputs[input.id] = checked.input;
	}
	return { inputs, problems };
};
