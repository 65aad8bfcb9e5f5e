import { createHash } from 'crypto';
import { extensionOf, mimeTypeOf } from './mediaTypes';

interface Named {
	/** Of what it belongs to: its run, its creation, or its own. */
	id: string;
	/** Its place among the files of the run. */
	index: number;
	url: string;
	/** The response's `Content-Disposition`. */
	disposition?: string | undefined;
	mimeType: string | undefined;
}

const decode = (encoded: string): string => {
	try {
		return decodeURIComponent(encoded);
	} catch {
		return encoded;
	}
};

const nameInHeader = (disposition = ''): string | undefined => {
	const extended = /filename\*=(?:UTF-8'[^']*')?([^;]+)/i.exec(disposition)?.[1];
	if (extended !== undefined) return decode(extended);
	const [, quoted, plain] = /filename=(?:"((?:[^"\\]|\\.)*)"|([^;]+))/i.exec(disposition) ?? [];
	return quoted ?? plain;
};

const lastPart = (path: string): string => path.split(/[\\/]/).at(-1) ?? '';

const nameInUrl = (url: string): string =>
	URL.canParse(url) ? lastPart(decode(lastPart(new URL(url).pathname))) : '';

const EXTENSION = /\.([a-z0-9]{1,8})$/i;

/** What services call every file of theirs; a number, or nothing but signs. */
const SAYS_NOTHING =
	/^(?:(?:render|image|picture|photo|video|audio|sound|file|output|result|download|index)[\W_]*)?[\d\W_]*$/iu;

const LONGEST_STEM_BYTES = 100;

/** A character that the cut goes through is left out. */
const shortened = (text: string): string =>
	Buffer.from(text)
		.subarray(0, LONGEST_STEM_BYTES)
		.toString()
		.replace(/\uFFFD+$/, '');

/** Without what some file system does not take, or would take for an extension or a device's name. */
const safe = (stem: string): string =>
	shortened(
		stem
			.normalize('NFC')
			.replace(/\p{C}/gu, '')
			.replace(/[<>:"/\\|?*.\s\p{Z}]+/gu, ' ')
			.trim()
			.replaceAll(' ', '_'),
	);

const LONGEST_ID = 64;

/** The id; one with signs in it in letters and digits, so that no two names come out the same. */
const idPart = (id: string): string => {
	if (/^[A-Za-z0-9]+$/.test(id) && id.length <= LONGEST_ID) return id;
	const digest = createHash('sha256').update(id).digest('hex').slice(0, 12);
	return `${id.replace(/[^A-Za-z0-9]/g, '').slice(0, LONGEST_ID - digest.length)}${digest}`;
};

/** By the media type; the name's own where it fits that, or where nothing else is known. */
const extensionFor = (own: string, mimeType: string | undefined): string => {
	const meant = mimeTypeOf(undefined, `x.${own}`);
	if (own !== '' && (mimeType === undefined || meant === undefined || meant === mimeType)) {
		return own;
	}
	const subtype = /\/([a-z0-9]{2,5})$/.exec(mimeType ?? '')?.[1];
	return extensionOf(mimeType) ?? subtype ?? '';
};

/**
 * The name of a file: what the response or the URL calls it, where that says something, and its run
 * and place, so that no two files of any runs have the same. Magnific's own URLs all end in
 * `render.png`. Safe for every file system: without paths and control characters, 200 bytes at most.
 */
export const fileNameOf = ({ id, index, url, disposition, mimeType }: Named): string => {
	const given = lastPart(nameInHeader(disposition) ?? '').trim() || nameInUrl(url);
	const own = EXTENSION.exec(given)?.[1] ?? '';
	const stem = safe(given.slice(0, own === '' ? undefined : -own.length - 1));
	const unique = `${idPart(id)}-${String(index)}`;
	const extension = extensionFor(own.toLowerCase(), mimeType);
	return `${SAYS_NOTHING.test(stem) ? '' : `${stem}-`}${unique}${extension && `.${extension}`}`;
};
