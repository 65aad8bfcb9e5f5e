const { existsSync } = require('node:fs');
const { basename, dirname, join, relative } = require('node:path');

const ROOT = join(__dirname, '..', '..', '..');
const SHIPPED = join(ROOT, 'nodes', 'Magnific');
const SUPPORT = join(ROOT, 'test', 'unit', 'support');

const hasTest = (file) =>
	existsSync(
		join(
			ROOT,
			'test',
			'unit',
			relative(SHIPPED, dirname(file)),
			`${basename(file, '.ts')}.test.ts`,
		),
	);

/**
 * Which tests Jest takes for related to a file: those that import it themselves, and those of the
 * files that use it only where it has no test of its own. Everything is related to everything else,
 * and a mutant that only a test of something else notices is noticed by luck.
 */
exports.extract = (code, filePath, defaultExtract) => {
	if (filePath.startsWith(SUPPORT)) return new Set();
	const names = [...defaultExtract(code, filePath)];
	if (!filePath.startsWith(SHIPPED)) return new Set(names);
	return new Set(
		names.filter((name) => name.startsWith('.') && !hasTest(join(dirname(filePath), `${name}.ts`))),
	);
};

exports.getCacheKey = () => 'own tests, 2';
