import { readFileSync } from 'node:fs';
import { marked, type Token, type Tokens } from 'marked';

/** What the tests of the docs look at in a page. */
export interface Page {
	/** Where links and images go, as written. */
	targets: string[];
	/** Anchors of its headings, as GitHub makes them. */
	anchors: string[];
	/** Texts of its headings, in order. */
	headings: string[];
	/** What stands between single backticks. */
	codeSpans: string[];
	/** What stands in blocks of code without a language. */
	plainBlocks: string[];
	/** All its code, of both kinds. */
	code: string[];
	/** What is emphasized once, as `_Options → Wait_`. */
	emphasized: string[];
	/** Its tables: the text of the first header, and the first cell of each row. */
	tables: Array<{ header: string; firstCells: Tokens.TableCell[] }>;
}

const decode = (text: string): string =>
	text
		.replace(/&quot;/g, '"')
		.replace(/&#39;/g, "'")
		.replace(/&lt;/g, '<')
		.replace(/&gt;/g, '>')
		.replace(/&amp;/g, '&');

/** The text of tokens without their marks. */
export const plainText = (tokens: Token[]): string =>
	decode(
		tokens
			.map((token) =>
				'tokens' in token ? plainText(token.tokens) : 'text' in token ? String(token.text) : '',
			)
			.join(''),
	);

/** GitHub keeps letters, digits, `-` and `_`, and numbers anchors that come again. */
const anchorsOf = (headings: string[]): string[] => {
	const counts = new Map<string, number>();
	return headings.map((heading) => {
		const anchor = heading
			.toLowerCase()
			.replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
			.replaceAll(' ', '-');
		const count = counts.get(anchor) ?? 0;
		counts.set(anchor, count + 1);
		return count === 0 ? anchor : `${anchor}-${String(count)}`;
	});
};

/** Reads a Markdown file. */
export const readPage = (file: string): Page => {
	const found: Omit<Page, 'anchors'> = {
		targets: [],
		headings: [],
		codeSpans: [],
		plainBlocks: [],
		code: [],
		emphasized: [],
		tables: [],
	};
	const isTable = (token: Token): token is Tokens.Table => token.type === 'table';
	const isCode = (token: Token): token is Tokens.Code => token.type === 'code';
	const isLink = (token: Token): token is Tokens.Link | Tokens.Image =>
		token.type === 'link' || token.type === 'image';
	void marked.walkTokens(marked.lexer(readFileSync(file, 'utf8')), (token) => {
		const text = 'text' in token ? decode(String(token.text)) : '';
		if (isLink(token)) found.targets.push(token.href);
		if (token.type === 'heading') found.headings.push(plainText(token.tokens ?? []));
		if (token.type === 'codespan') found.codeSpans.push(text);
		if (token.type === 'codespan' || token.type === 'code') found.code.push(text);
		if (token.type === 'em') found.emphasized.push(text);
		if (isCode(token) && !token.lang) found.plainBlocks.push(token.text);
		if (isTable(token)) {
			found.tables.push({
				header: plainText(token.header[0]?.tokens ?? []),
				firstCells: token.rows.flatMap((row) => row.slice(0, 1)),
			});
		}
	});
	return { ...found, anchors: anchorsOf(found.headings) };
};
