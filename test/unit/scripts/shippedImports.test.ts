import { foreignImports } from '../../../scripts/lib/package/shipped-imports';

describe('the imports of a shipped file', () => {
	it('may be the package’s own files, n8n-workflow and crypto', () => {
		const code = `
			"use strict";
			const a = require("./a"); const b = require("../api/b");
			const { sleep } = require("n8n-workflow");
			const crypto_1 = require("crypto"); const c = require('node:crypto');
			this.require(x); text.import(y);
		`;
		expect(foreignImports('dist/x.js', code)).toEqual([]);
	});

	it.each([
		['dns', 'require("dns")'],
		['node:stream', "const s = require('node:stream');"],
		['fs/promises', 'import("fs/promises")'],
		['fast-check', 'import fc from "fast-check";'],
		['n8n-core', 'export * from "n8n-core";'],
		['axios', 'const x = () => { require("axios"); }'],
	])('may not be %s', (name, code) => {
		expect(foreignImports('dist/x.js', code)).toEqual([
			`dist/x.js imports ${name}, which n8n does not give to a verified node.`,
		]);
	});

	it.each(['require(name)', 'import("./" + name)', 'require(`fs`)', 'require ("f" + "s")'])(
		'may not be computed: %s',
		(code) => {
			expect(foreignImports('dist/x.js', code)).toContain(
				'dist/x.js imports something that it computes.',
			);
		},
	);
});
