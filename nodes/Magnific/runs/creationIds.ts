/** Ids of creations mix letters and digits, mostly ten; the documentation's are shorter, UUIDs longer. */
const ID_LIKE = /^[A-Za-z0-9_-]{6,64}$/;

/** Where n8n keeps files; an item's `binary.<field>.data` says this in place of the content. */
const STORAGE = /^(?:filesystem|s3|azure|azureblob|database|default)(?:-v\d+)?(?::.*)?$/s;

/** Whether a text is n8n's own note of where it keeps a file: `filesystem-v2`, `s3:workflows/…`. */
export const isStorageNote = (text: string): boolean => STORAGE.test(text);

/** Words that fields for files are named by; no others are with a number right behind them. */
const FILE_WORD =
	/(?:attachment|audio|background|binary|clip|cover|data|doc|document|field|file|frame|image|img|input|logo|media|mask|music|output|page|photo|pic|picture|portrait|product|recording|reference|render|result|scan|screenshot|shot|song|sound|source|track|upload|video|voice)s?$/i;

/** Letters that follow each other in no word of English, nearly. */
const UNSPEAKABLE =
	/[^aeiouy]{5}|[aeiou]{4}|q(?!u)|[jv][^aeiouy]|z[^aeiouyz]|x[^aeiouytcp]|[^aeiouy][jqx]|[^aeiouyz]z/i;

/** Can be pronounced: what chance puts together mostly cannot. */
const isWord = (letters: string): boolean =>
	letters.length >= 2 && /[aeiouy]/i.test(letters) && !UNSPEAKABLE.test(letters);

/** The words of camelCase, PascalCase, UPPER or lower; undefined for a mixture that is none of them. */
const wordsOf = (letters: string): string[] | undefined => {
	if (/^[a-z]+$|^[A-Z]+$/.test(letters)) return [letters];
	const humps = /^(?:[a-z]{2,}|[A-Z][a-z]{2,})(?:[A-Z][a-z]{2,})*$/;
	return humps.test(letters) ? (letters.match(/[A-Z]?[a-z]+/g) ?? undefined) : undefined;
};

/**
 * Whether a text is built as people name binary fields, `data`, `productPhoto`, `image_1`, rather
 * than as an id: words, and a small number at most.
 */
export const looksLikeFieldName = (text: string): boolean => {
	const [, name = '', separator = '', digits = ''] =
		/^([A-Za-z]+(?:[_-][A-Za-z]+)*)(?:([_-]?)(\d{1,4}))?[_-]?$/.exec(text) ?? [];
	const words = name.split(/[_-]/).map(wordsOf);
	if (name === '' || words.includes(undefined)) return false;
	if (!words.flat().every((word) => word !== undefined && isWord(word)) && !FILE_WORD.test(name)) {
		return false;
	}
	if (digits === '' || separator !== '') return true;
	return digits.length <= 3 && FILE_WORD.test(name);
};

/** Small slips that turn one text into the other: a character added, left out, changed, or two swapped. */
const slipsBetween = (a: string, b: string): number => {
	let before: number[] = [];
	let row = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const same = a[i - 1] === b[j - 1] ? 0 : 1;
			const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
			next.push(
				Math.min(
					(row[j] ?? 0) + 1,
					(next[j - 1] ?? 0) + 1,
					(row[j - 1] ?? 0) + same,
					swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
				),
			);
		}
		before = row;
		row = next;
	}
	return row[b.length] ?? 0;
};

const fold = (name: string): string => name.toLowerCase().replace(/[_\s.-]/g, '');

/** Whether a text is so near to the name of a field that it is taken for a slip of it. */
const resembles = (text: string, field: string): boolean => {
	const [a, b] = [fold(text), fold(field)];
	if (a === b) return true;
	// data1, photo_2: the field's name with another number, or with one that it does not have.
	const [stem, other] = [a, b].map((name) => name.replace(/\d{1,3}$/, ''));
	if (stem !== '' && stem === other) return true;
	if (a.length >= 3 && /^[a-z]/.test(a) && b.startsWith(a)) return true;
	return Math.max(a.length, b.length) >= 4 && slipsBetween(a, b) <= (b.length >= 8 ? 2 : 1);
};

/**
 * Whether a text is taken for the id of a creation on an item with these binary fields: it can be
 * one, is not built like the name of a field, and is no slip of one that is there.
 */
export const isCreationId = (text: string, fields: string[]): boolean =>
	ID_LIKE.test(text) &&
	!isStorageNote(text) &&
	!looksLikeFieldName(text) &&
	!fields.some((field) => resembles(text, field));
