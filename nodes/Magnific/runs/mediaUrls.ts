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

/** `https//…`, without its colon. */
const WITHOUT_COLON = /^https?\/\//i;
/** A URL with something before it: Markdown, HTML, quotes, a list in JSON, “URL: …”. */
const INSIDE = /[^\w:/=-]https?:\/\/\S/i;
/** Two without anything between; a URL may hold another one behind a slash or an equals sign. */
const GLUED = /\.(?:png|jpe?g|webp|gif|mp4|mov|webm|mp3|wav|m4a)https?:\/\/\S/i;
/** A part of the path, or the value of a parameter, that JavaScript wrote for a value that was not there. */
const MISSING =
	/\/(?:undefined|NaN)(?:\.\w+)?(?=[/?#]|$)|\/null(?=[/?#]|$)|\/\.(?:png|jpe?g|webp|mp4|mp3)(?=[?#]|$)|=(?:undefined|NaN)(?=[&#]|$)/;

/** Whether a text is meant as a URL, a good one or not. `data:` URIs are not. */
export const isMeantAsUrl = (text: string): boolean =>
	/^\/\/[^/\s]/.test(text) ||
	WITHOUT_COLON.test(text) ||
	INSIDE.test(text) ||
	WITHOUT_SCHEME.test(text) ||
	(SCHEME.test(text) &&
		(HTTP.test(text) || /^[a-z][a-z0-9+.-]+:\/\//i.test(text) || /^blob:/i.test(text)));

/**
 * What is wrong with a text that is meant as a URL, as the rest of a sentence that starts with the
 * input's name; undefined where Magnific may be able to fetch it. Nothing is asked for.
 */
export const urlProblem = (text: string, forbidden: ForbiddenUrl): string | undefined => {
	const hasSeveral =
		HTTP.test(text) && (/[\s,;|]https?:\/\/\S|\s\/\/\S/i.test(text) || GLUED.test(text));
	if (hasSeveral) {
		return `has several URLs, and takes one: ${shown(text)}; make an item of each, or choose one of them`;
	}
	if (!HTTP.test(text) && INSIDE.test(text)) {
		return `has more than a URL: ${shown(text)}; enter the URL alone`;
	}
	if (!HTTP.test(text) && !WITHOUT_COLON.test(text)) {
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
	if (/["<>`]$/.test(text)) {
		return `has a URL with “${text.slice(-1)}” at its end: ${shown(text)}; enter the URL alone`;
	}
	if (MISSING.test(text)) {
		return `has a URL in which a value is missing: ${shown(text)}; correct the expression that makes it`;
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
