import { isRecord, type JsonRecord } from '../api/guards';
import type { AppDefinition, AppInput, MediaType } from '../api/types';
import { isCreationId, isStorageNote } from './creationIds';
import type { MatchedInputs } from './inputs';
import { isOtherMedia, kindByName } from './extensions';
import { leftover, saysNoValue } from './leftovers';
import { isMeantAsUrl, urlProblem, type ForbiddenUrl } from './mediaUrls';
import type { BinaryFile, InputValue } from './types';

/** The binary fields of an item, by name; null for one that holds no file which n8n can read. */
export type BinaryFields = Record<string, BinaryFile | null>;

/** What Magnific's upload takes, by its documentation. */
const UPLOAD_TYPES: readonly string[] = [
	'image/png',
	'image/jpeg',
	'image/webp',
	'video/mp4',
	'video/webm',
	'video/quicktime',
	'audio/mpeg',
	'audio/wav',
	'audio/mp4',
	'audio/webm',
	'audio/ogg',
];

/** The same types as people know them, for what to convert a file to. */
export const UPLOAD_FORMATS: Record<MediaType, string> = {
	image: 'PNG, JPEG or WebP',
	video: 'MP4, WebM or MOV',
	audio: 'MP3, WAV, M4A or OGG',
};

/** The most that Magnific's upload takes of a file: 1 GiB. */
export const LARGEST_UPLOAD_BYTES = 1024 ** 3;

/** What is sent inside a request in place of an upload, at most: a body that every server takes. */
export const LARGEST_INLINE_BYTES = 5_000_000;

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
			return saysNoValue(value)
				? no(
						`${named(input)} is the word ${show(value.trim())}, which stands where an expression found nothing; correct the expression or give it a default, such as {{ $json.title || "" }}`,
					)
				: ok(value);
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
	const text = String(value).trim();
	const option =
		options.find((candidate) => candidate.value === value) ??
		options.find((candidate) => String(candidate.value) === text) ??
		options.find(({ label }) => label.toLowerCase() === text.toLowerCase());
	if (option) return ok(option.value);
	const left = leftover(value);
	if (left !== undefined) return no(`${named(input)} ${left}`);
	if (options.length === 0) return ok(value);
	const shown = options
		.slice(0, MOST_OPTIONS_SHOWN)
		.map(({ label, value: own }) => (label === String(own) ? label : `${label} (${String(own)})`));
	const more = options.length > MOST_OPTIONS_SHOWN ? ', …' : '';
	return no(
		`${named(input)} has no option ${show(value)}; choose one of: ${shown.join(', ')}${more}`,
	);
};

const MEDIA_TYPES: readonly MediaType[] = ['image', 'video', 'audio'];

const article = (media: MediaType): string => (media === 'video' ? 'a' : 'an');

const inWords = (media: MediaType | null): string =>
	media === null
		? 'an image, a video or an audio file'
		: `${article(media)} ${media}${media === 'audio' ? ' file' : ''}`;

const mediaOf = (mimeType: string): MediaType | undefined =>
	MEDIA_TYPES.find((media) => media === mimeType.split('/')[0]?.toLowerCase());

const wrongMedia = (input: AppInput, mimeType: string): string | undefined => {
	const media = mediaOf(mimeType);
	return (input.media_type === null ? media !== undefined : media === input.media_type)
		? undefined
		: inWords(input.media_type);
};

/** Only a plain path tells: a server may make anything of a query. */
const otherMedia = ({ media_type }: AppInput, url: string): string | undefined => {
	const { pathname, search } = new URL(url);
	if (search !== '' || !isOtherMedia(pathname, media_type)) return undefined;
	const [extension = ''] = /\.\w+$/.exec(pathname) ?? [];
	return `needs ${inWords(media_type)}, but its URL ends in ${extension}`;
};

const DATA_URI = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w-]+=[^;,]*)*(;base64)?,(.*)$/is;
// In lines or not, but without spaces: those make it prose.
const BASE64 = /^[A-Za-z0-9+/\r\n]{64,}={0,2}$/;
/** A place on this or any other disk. */
const DISK_PATH = /^(?:[a-z]:\\|\\\\|\.{0,2}\/|~\/)/i;
const BASE64_CONTENT = /^[A-Za-z0-9+/_\s-]+={0,2}\s*$/;

const NAME_ALONE = 'enter the name of the binary field alone, without {{ }}';

/** Passed on as it was given: production apps take data: URIs, with their type. */
const checkDataUri = (input: AppInput, value: string): Checked => {
	const [, mimeType = 'text/plain', base64, data = ''] = DATA_URI.exec(value) ?? [];
	if (base64 === undefined || data === '') {
		return no(`${named(input)} has a data: URI that is not base64`);
	}
	if (isStorageNote(data)) {
		return no(
			`${named(input)} has a data: URI with ${show(data)} in it, which is n8n’s own note of where it keeps a file; ${NAME_ALONE}`,
		);
	}
	if (saysNoValue(data) || !BASE64_CONTENT.test(data)) {
		return no(`${named(input)} has a data: URI with ${show(data)} in it, which is not base64`);
	}
	const wanted = wrongMedia(input, mimeType);
	return wanted === undefined
		? ok(value)
		: no(`${named(input)} needs ${wanted}, but the data: URI is ${mimeType}`);
};

const megabytes = (bytes: number): string => `${String(Math.ceil(bytes / 1_000_000))} MB`;

const tooLarge = (input: AppInput, { field, mimeType, bytes }: BinaryFile): string | undefined => {
	const uploadable = UPLOAD_TYPES.includes(mimeType);
	if (bytes === null || bytes <= (uploadable ? LARGEST_UPLOAD_BYTES : LARGEST_INLINE_BYTES)) {
		return undefined;
	}
	const file = `The file “${field}” (${mimeType}, of ${megabytes(bytes)}) cannot be sent`;
	return uploadable
		? `${file}: Magnific’s upload takes 1 GiB at most; make it smaller for ${named(input)}, or put it on a public address and pass its URL`
		: `${file}: convert it to ${UPLOAD_FORMATS[mediaOf(mimeType) ?? 'image']} for ${named(input)}, or put it on a public address and pass its URL; Magnific’s upload does not take this type, and it is over the ${megabytes(LARGEST_INLINE_BYTES)} that can be sent inside the request`;
};

const checkBinary = (input: AppInput, field: string, file: BinaryFile | null): Checked => {
	if (file === null) {
		return no(
			`${named(input)} names the binary field “${field}”, which holds no file that n8n can read; look at the output of the node that made it`,
		);
	}
	if (file.bytes === 0) {
		return no(
			`${named(input)} names the binary field “${field}”, whose file is empty; look at the output of the node that made it`,
		);
	}
	const wanted = wrongMedia(input, file.mimeType);
	if (wanted !== undefined) {
		return no(
			`${named(input)} needs ${wanted}, but the binary field “${field}” is ${file.mimeType}`,
		);
	}
	const large = tooLarge(input, file);
	return large === undefined ? { input: { file } } : no(large);
};

/** Which binary fields an item has, for the end of a message about one that it has not. */
export const binaryFieldsInWords = (binaries: BinaryFields): string => {
	const fields = Object.keys(binaries);
	return fields.length > 0
		? `the item’s binary fields are ${fields.map((field) => `“${field}”`).join(', ')}`
		: 'the item has no binary data';
};

/** What {{ $binary.photo }} gives is the field's description, which names neither field nor item. */
const isDescription = (value: unknown): value is JsonRecord =>
	isRecord(value) && typeof value.mimeType === 'string';

/** The name of the binary field that a value means; undefined where it means none. */
const fieldNamed = (value: unknown, binaries: BinaryFields): string | undefined => {
	if (typeof value === 'string' || typeof value === 'number') {
		const name = String(value).trim();
		return Object.hasOwn(binaries, name) ? name : undefined;
	}
	return isDescription(value)
		? Object.entries(binaries).find(([, file]) => file?.fileKey === value.id)?.[0]
		: undefined;
};

const checkCreation = (
	input: AppInput,
	value: unknown,
	binaries: BinaryFields,
	forbidden: ForbiddenUrl,
): Checked => {
	const field = fieldNamed(value, binaries);
	if (field !== undefined) return checkBinary(input, field, binaries[field] ?? null);
	if (isDescription(value)) {
		return no(
			`${named(input)} has a binary file as its value, which is not known to be one of this item; ${NAME_ALONE}; ${binaryFieldsInWords(binaries)}`,
		);
	}
	if (typeof value !== 'string' && typeof value !== 'number') {
		return no(
			`${named(input)} needs the name of a binary field, a URL, base64 or a creation id, but got ${show(value)}`,
		);
	}
	const text = String(value).trim();
	if (/^data:./i.test(text)) return checkDataUri(input, text);
	if (isMeantAsUrl(text)) {
		const reason = urlProblem(text, forbidden) ?? otherMedia(input, text);
		return reason === undefined ? ok(text) : no(`${named(input)} ${reason}`);
	}
	if (isStorageNote(text)) {
		return no(
			`${named(input)} is ${show(text)}, which is n8n’s own note of where it keeps a file; ${NAME_ALONE}; ${binaryFieldsInWords(binaries)}`,
		);
	}
	if (isCreationId(text, Object.keys(binaries))) return ok(text);
	if (BASE64.test(text)) return ok(text.replace(/\s/g, ''));
	if (DISK_PATH.test(text) || kindByName(text) !== undefined) {
		return no(
			`${named(input)} is ${show(text)}, the name of a file; read the file by a node before this one, and enter the name of the binary field that it is in; ${binaryFieldsInWords(binaries)}`,
		);
	}
	return no(
		`${named(input)} is ${show(text)}, which is no binary field of the item, URL, base64 or creation id; ${binaryFieldsInWords(binaries)}`,
	);
};

const checkValue = (
	input: AppInput,
	value: unknown,
	binaries: BinaryFields,
	forbidden: ForbiddenUrl,
): Checked => {
	// An option may be called as it likes, and a default is the app's own text.
	const left = input.type === 'select' || value === input.default ? undefined : leftover(value);
	if (left !== undefined) return no(`${named(input)} ${left}`);
	switch (input.type) {
		case 'text':
			return checkText(input, value);
		case 'number':
			return checkNumber(input, value);
		case 'select':
			return checkSelect(input, value);
		case 'creation':
			return checkCreation(input, value, binaries, forbidden);
		case 'list':
			return ok(parseIfLines(parseIfJson(value)));
		default:
			return ok(parseIfJson(value));
	}
};

/** A list typed into a field stands there line by line; one line alone is left as it is. */
const parseIfLines = (value: unknown): unknown => {
	if (typeof value !== 'string') return value;
	const lines = value
		.split(/\r?\n/)
		.map((line) => line.trim())
		.filter((line) => line !== '');
	return lines.length > 1 ? lines : value;
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

/** What goes into an input: what was given, else the default of one that is required. */
const valueFor = (input: AppInput, given: MatchedInputs['given']): unknown =>
	given.has(input) ? given.get(input) : input.required ? input.default : undefined;

/** The files that the inputs of an item name, as far as they are known without a look at them. */
export const filesNamed = (
	app: AppDefinition,
	{ given }: MatchedInputs,
	binaries: BinaryFields,
): BinaryFile[] =>
	app.inputs
		.filter(({ type }) => type === 'creation')
		.flatMap((input) => {
			const field = fieldNamed(valueFor(input, given), binaries);
			const file = field === undefined ? undefined : binaries[field];
			return file ? [file] : [];
		});

/**
 * Checks what was given against the app's definition: types, options, media types, required
 * inputs, URLs that cannot be fetched. Nothing is sent to the API. `forbidden` tells why an
 * address is out of reach for the API, as `forbiddenAddress` does.
 */
export const checkInputs = (
	app: AppDefinition,
	{ given, problems: before }: MatchedInputs,
	binaries: BinaryFields,
	forbidden: ForbiddenUrl = () => undefined,
): CheckedInputs => {
	const inputs: Record<string, InputValue> = {};
	const problems = [...before];
	for (const input of app.inputs) {
		const value = valueFor(input, given);
		if (value === undefined || value === null || value === '') {
			// A value that could not be matched may have been meant for this input: one message is enough.
			if (input.required && before.length === 0) {
				problems.push(`${named(input)} is required, but has no value`);
			}
			continue;
		}
		const checked = checkValue(input, value, binaries, forbidden);
		if ('problem' in checked) problems.push(checked.problem);
		else inputs[input.id] = checked.input;
	}
	return { inputs, problems };
};
