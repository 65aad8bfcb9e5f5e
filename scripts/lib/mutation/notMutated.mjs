import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Two words with a space between. */
const SENTENCE = /\p{L}{2}[^\n]*\s\S*\p{L}/u;

/** What decides nothing: such an expression in a sentence puts a value there, whatever it is. */
const PLAIN = new Set(['Identifier', 'MemberExpression', 'StringLiteral', 'NumericLiteral']);

const isPlain = ({ type, callee, arguments: given = [] }) =>
	PLAIN.has(type) ||
	(type === 'CallExpression' && callee.type === 'Identifier' && given.every(isPlain));

/** Of a template its text; undefined where a part of it depends on something, which is a matter for tests. */
const textOf = ({ type, value, quasis, expressions }) => {
	if (type === 'StringLiteral') return value;
	if (type !== 'TemplateLiteral' || !expressions.every(isPlain)) return undefined;
	return quasis.map((part) => part.value.raw).join(' … ');
};

/** From this length on a list of names is a table. */
const TABLE = 4;

const isEntry = ({ node, parent }) =>
	node.type === 'StringLiteral' &&
	parent?.type === 'ArrayExpression' &&
	parent.elements.length >= TABLE &&
	parent.elements.every((element) => element?.type === 'StringLiteral');

export const strykerPlugins = [
	declareValuePlugin(PluginKind.Ignore, 'words-for-people', {
		shouldIgnore: ({ node }) =>
			SENTENCE.test(textOf(node) ?? '') ? 'a sentence for people' : undefined,
	}),
	declareValuePlugin(PluginKind.Ignore, 'entries-of-tables', {
		shouldIgnore: (path) => (isEntry(path) ? 'one of many names in a list' : undefined),
	}),
];
