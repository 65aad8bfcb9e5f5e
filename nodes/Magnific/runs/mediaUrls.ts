import { sharePage } from './sharePages';

/** Why Magnific cannot fetch this URL, as the rest of a sentence that starts with the URL's name. */
export type ForbiddenUrl = (url: string) => string | undefined;

const LONGEST_SHOWN = 80;

/** A URL as it may be shown: query, fragment and login often hold a token. */
const shown = (text: string): string => {
	const bare = text.replace(/[?#].*$/s, '').replace(/\/\/[^/\s]*@/, '//');
	return `“${bare.length > LONGEST_SHOWN ? `${bare.slice(0, LONGEST_SHOWN)}…` : bare}”`;
};

/** A scheme; one letter before a colon is a drive of Windows. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;
const HTTP = /^https?:/i;
/** `www.example.com/a.png`, `example.com/a.png`; not `image.png`, the name of a file. */
const WITHOUT_SCHEME =
	/^(?:www\.[^\s/]+\.[a-z]{2,}(?:[/:?#]|$)|(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?\/\S)/i;

/** Whether a text is meant as a URL, a good one or not. `data:` URIs are not. */
export const isMeantAsUrl = (text: string): boolean =>
	/^\/\/[^/\s]/.test(text) ||
	WITHOUT_SCHEME.test(text) ||
	(SCHEME.test(text) &&
		(HTTP.test(text) || /^[a-z][a-z0-9+.-]+:\/\//i.test(text) || /^blob:/i.test(text)));

/**
 * What is wrong with a text that is meant as a URL, as the rest of a sentence that starts with the
 * input's name; undefined where Magnific may be able to fetch it. Nothing is asked for.
 */
export const urlProblem = (text: string, forbidden: ForbiddenUrl): string | undefined => {
	if (/[\s,;|]https?:\/\/\S|\s\/\/\S/i.test(text)) {
		return `has several URLs, and takes one: ${shown(text)}; make an item of each, or choose one of them`;
	}
	if (!HTTP.test(text)) {
		return SCHEME.test(text) && !WITHOUT_SCHEME.test(text)
			? `has the address ${shown(text)}, which Magnific cannot fetch; use a URL that starts with https://, or the name of a binary field`
			: `has a URL without its beginning: ${shown(text)}; put https:${text.startsWith('//') ? '' : '//'} before it`;
	}
	if (/\s/.test(text)) {
		return `has a URL with a space or line break in it: ${shown(text)}; write a space as %20`;
	}
	if (!/^https?:\/\/[^/?#\\]/i.test(text) || !URL.canParse(text)) {
		return `has a URL that cannot be read: ${shown(text)}`;
	}
	const reason = forbidden(text);
	if (reason !== undefined) {
		return `has a URL that Magnific cannot fetch: its address ${reason}; use a public address, or get the file in this workflow and enter the name of its binary field`;
	}
	const page = sharePage(new URL(text));
	return page === undefined
		? undefined
		: `has a link to a page (${page.of}), not to the file: ${shown(text)}; ${page.advice}`;
};
