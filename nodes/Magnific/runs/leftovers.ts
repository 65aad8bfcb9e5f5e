import { isRecord } from '../api/guards';

/**
 * An n8n expression in braces: with one of its variables, or with JavaScript that a text never has.
 * `{{name}}` alone is a placeholder of many template languages, and may be meant.
 */
const EXPRESSION =
	/\{\{(?:(?!\}\})[\s\S])*?(?:\$[A-Za-z_(]|\b(?:DateTime|Duration|Interval|JSON|Math|Object|Array)\s*\.|\bnew\s+Date\b|\)\s*=>)/;

/** n8n's own mark of an expression, which only a value that n8n did not read as one still has. */
const MARKED = /^\s*=+\s*\{\{/;

/** How JavaScript writes an object, a list, a promise … in the place of a text. */
const OBJECT = /\[object [A-Z]\w*\]|%5Bobject%20[A-Z]\w*%5D/;

/** What JavaScript writes where a value has no text. */
const NO_VALUE = new Set(['undefined', 'null', 'NaN', 'Invalid Date', 'Invalid DateTime']);

const LONGEST_SHOWN = 60;

const beginning = (text: string): string =>
	text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;

/** The first n8n expression that stands in a text, as it may be shown; undefined without one. */
const expressionIn = (text: string): string | undefined => {
	// Files as base64 are long; a look for two braces is quick.
	if (!text.includes('{{')) return undefined;
	const found = MARKED.exec(text) ?? EXPRESSION.exec(text);
	if (!found) return undefined;
	const rest = text.slice(text.indexOf('{{', found.index));
	const end = rest.indexOf('}}');
	return beginning(end === -1 ? rest : rest.slice(0, end + 2));
};

const inText = (text: string): string | undefined => {
	const expression = expressionIn(text);
	if (expression !== undefined) {
		return `holds the expression “${expression}” as plain text; switch the field to Expression, so that n8n puts its value there`;
	}
	const [object] = OBJECT.exec(text) ?? [];
	return object === undefined
		? undefined
		: `holds “${object}”, which is what becomes of an object in a text; use one field of the object, or all of it as text by .toJsonString()`;
};

/**
 * What is left in a value, at any depth of it, of an expression that was not resolved or met an
 * object, as the rest of a sentence that starts with the value's name; undefined where nothing is.
 */
export const leftover = (value: unknown): string | undefined => {
	if (typeof value === 'string') return inText(value);
	const parts = Array.isArray(value) ? value : isRecord(value) ? Object.entries(value).flat() : [];
	for (const part of parts) {
		const found = leftover(part);
		if (found !== undefined) return found;
	}
	return undefined;
};

/** Whether a text is nothing but the word that JavaScript writes for a value that is not there. */
export const saysNoValue = (text: string): boolean => NO_VALUE.has(text.trim());
