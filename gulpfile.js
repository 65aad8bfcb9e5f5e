const { mkdir, rm, writeFile } = require('node:fs/promises');
const { dirname, join } = require('node:path');
const { dest, parallel, src } = require('gulp');

const clean = () => rm('dist', { recursive: true, force: true });

const icons = () => src('icons/**/*.svg').pipe(dest('dist/icons'));

const codex = () => src('nodes/**/*.node.json', { base: 'nodes' }).pipe(dest('dist/nodes'));

/** What comes out of each operation, where n8n looks for it; from the compiled nodes' own declarations. */
const schemas = async () => {
	const nodes = join(__dirname, 'dist/nodes/Magnific');
	const { outputSchemas } = require(join(nodes, 'outputSchemas.js'));
	for (const [path, schema] of Object.entries(outputSchemas())) {
		const file = join(nodes, '__schema__', path);
		await mkdir(dirname(file), { recursive: true });
		await writeFile(file, `${JSON.stringify(schema, null, '\t')}\n`);
	}
};

module.exports = { clean, assets: parallel(icons, codex, schemas) };
