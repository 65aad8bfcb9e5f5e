import ts from 'typescript';

/** What n8n gives a verified node: its own package, and of Node's modules this one. */
const ALLOWED = new Set(['n8n-workflow', 'crypto', 'node:crypto']);

/** `require` and `import()` of something that is no plain text, so that nobody can tell what it is. */
const COMPUTED = /(?<![.\w])(?:require|import)\s*\(\s*(?!['"][^'"]+['"]\s*\))/;

/**
 * What a shipped JavaScript file imports beyond its own package's files and what n8n allows. n8n's
 * own rule lets dev dependencies pass, which are not there where the node runs.
 *
 * @returns everything that is wrong, in words; empty if all is well
 */
export function foreignImports(path: string, javascript: string): string[] {
	const { importedFiles } = ts.preProcessFile(javascript, true, true);
	const names = importedFiles.map(({ fileName }) => fileName);
	return [
		...names
			.filter((name) => !/^\.{1,2}\//.test(name) && !ALLOWED.has(name))
			.map((name) => `${path} imports ${name}, which n8n does not give to a verified node.`),
		...(COMPUTED.test(javascript) ? [`${path} imports something that it computes.`] : []),
	];
}
