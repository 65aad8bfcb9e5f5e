import { join } from 'node:path';
import { ESLint } from 'eslint';
import { ROOT } from '../paths';

/** What is published, and what n8n's command line tool would lint of a package that holds nothing else. */
const PUBLISHED = ['nodes', 'credentials', 'package.json'];

/**
 * Lints the whole checkout by eslint.config.mjs, and what is published by the default config of
 * n8n's command line tool too. Comments that turn rules off have no effect, and a warning counts
 * like an error.
 *
 * @returns what is wrong, formatted for a terminal; empty if nothing is
 */
export async function lintCheckout(): Promise<string> {
	const ours = new ESLint({ cwd: ROOT, allowInlineConfig: false });
	const ofN8n = new ESLint({
		cwd: ROOT,
		allowInlineConfig: false,
		overrideConfigFile: join(__dirname, 'n8n-cli.eslint.config.mjs'),
	});
	return [await lint(ours, ['.']), await lint(ofN8n, PUBLISHED)].filter(Boolean).join('\n');
}

async function lint(eslint: ESLint, files: string[]): Promise<string> {
	const results = await eslint.lintFiles(files);
	if (!results.some(({ filePath }) => filePath.endsWith('package.json'))) {
		throw new Error('package.json was not linted.');
	}
	const formatter = await eslint.loadFormatter('stylish');
	return await formatter.format(results);
}
