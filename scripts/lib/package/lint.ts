import { ESLint } from 'eslint';
import { ROOT } from '../paths';

/**
 * Lints the whole checkout by eslint.config.mjs. Comments that turn rules off have no effect, and
 * a warning counts like an error.
 *
 * @returns what is wrong, formatted for a terminal; empty if nothing is
 */
export async function lintCheckout(): Promise<string> {
	const eslint = new ESLint({ cwd: ROOT, allowInlineConfig: false });
	const results = await eslint.lintFiles(['.']);
	if (!results.some(({ filePath }) => filePath.endsWith('package.json'))) {
		throw new Error('package.json was not linted.');
	}
	const formatter = await eslint.loadFormatter('stylish');
	return await formatter.format(results);
}
