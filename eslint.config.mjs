import { createRequire } from 'node:module';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import communityNodes from '@n8n/eslint-plugin-community-nodes';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

const nodesBase = createRequire(import.meta.url)('eslint-plugin-n8n-nodes-base');

const NEVER_SHIPPED = ['bench/**', 'emulator/**', 'scripts/**', 'test/**'];

/** The folders of nodes/Magnific, each with those that it may import: none that stands above it. */
const MAY_IMPORT = {
	api: [],
	callbacks: ['api'],
	runs: ['api'],
	files: ['api', 'callbacks', 'runs'],
	batch: ['api', 'callbacks', 'files', 'runs'],
	trigger: ['api', 'batch', 'callbacks', 'files', 'runs'],
	suspended: ['api', 'batch', 'callbacks', 'files', 'runs'],
	resources: ['api', 'batch', 'callbacks', 'files', 'runs', 'suspended'],
	editor: ['api', 'batch', 'callbacks', 'files', 'resources', 'runs', 'trigger'],
};

const NODE = './nodes/Magnific';

/** What knows neither n8n nor real time: plain values and the seams of docs/development.md. */
const PURE = [
	'nodes/Magnific/api/*.ts',
	'nodes/Magnific/callbacks/*.ts',
	'nodes/Magnific/runs/*.ts',
	'nodes/Magnific/files/{firstBytes,mediaTypes,uploads}.ts',
	'nodes/Magnific/suspended/{callback,callbackUrl,heard,late,looks,memories,news,selfCall,submissions,watchdog}.ts',
	'nodes/Magnific/trigger/{deliveries,registry}.ts',
];

/** Where the pure folders meet n8n: its requests, its timer. */
const EDGES = [
	'nodes/Magnific/api/client.ts',
	'nodes/Magnific/api/clock.ts',
	'nodes/Magnific/callbacks/request.ts',
];

export default tseslint.config(
	{
		ignores: [
			'**/node_modules/**',
			'.cache/**',
			'dist/**',
			'coverage/**',
			'demo-output/**',
			'test/n8n/runtime/**',
			'package-lock.json',
		],
	},
	{
		files: ['**/*.ts'],
		extends: [tseslint.configs.strictTypeChecked],
		languageOptions: {
			parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname },
		},
	},
	{
		files: ['**/*.ts', 'package.json'],
		extends: [communityNodes.configs.recommended],
	},
	{
		files: ['package.json'],
		languageOptions: { parser: tseslint.parser, parserOptions: { extraFileExtensions: ['.json'] } },
		plugins: { 'n8n-nodes-base': nodesBase },
		rules: nodesBase.configs.community.rules,
	},
	{
		files: ['credentials/**/*.ts'],
		plugins: { 'n8n-nodes-base': nodesBase },
		rules: {
			...nodesBase.configs.credentials.rules,
			// Wants a camel-case slug of n8n's own docs; the community rule `credential-documentation-url` wants a URL.
			'n8n-nodes-base/cred-class-field-documentation-url-miscased': 'off',
			// Takes every field named like a secret for one; `credential-password-field` looks closer and is on.
			'n8n-nodes-base/cred-class-field-type-options-password-missing': 'off',
		},
	},
	{
		files: ['nodes/**/*.ts'],
		plugins: { 'n8n-nodes-base': nodesBase },
		rules: {
			...nodesBase.configs.nodes.rules,
			// Both want the literal ['main']; `node-connection-type-literal` wants NodeConnectionTypes.Main.
			'n8n-nodes-base/node-class-description-inputs-wrong-regular-node': 'off',
			'n8n-nodes-base/node-class-description-outputs-wrong': 'off',
			// Forbids a maximum on `limit`; n8n's guidelines allow one where the API has one.
			'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
		},
	},
	{
		files: ['nodes/Magnific/**/*.ts'],
		plugins: { 'import-x': importX },
		settings: {
			'import-x/extensions': ['.ts'],
			'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
			'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })],
		},
		rules: {
			'import-x/no-cycle': 'error',
			'import-x/no-restricted-paths': [
				'error',
				{
					zones: Object.entries(MAY_IMPORT).map(([folder, below]) => ({
						target: `${NODE}/${folder}`,
						from: NODE,
						except: [folder, ...below].map((name) => `./${name}`),
						message: `Imports point one way: ${folder} may import ${below.join(', ') || 'nothing of the others'}.`,
					})),
				},
			],
		},
	},
	{
		files: PURE,
		ignores: EDGES,
		rules: {
			'no-restricted-imports': [
				'error',
				{ name: 'n8n-workflow', message: 'This file is pure: hand n8n in as plain values.' },
			],
		},
	},
	{
		// n8n Cloud's limits are for what is published; these folders never are.
		files: NEVER_SHIPPED.map((folder) => `${folder}/*.ts`),
		rules: {
			'@n8n/community-nodes/no-hardcoded-secrets': 'off',
			'@n8n/community-nodes/no-restricted-globals': 'off',
			'@n8n/community-nodes/no-restricted-imports': 'off',
			'@n8n/community-nodes/require-node-api-error': 'off',
		},
	},
);
