import { createRequire } from 'node:module';
import communityNodes from '@n8n/eslint-plugin-community-nodes';
import tseslint from 'typescript-eslint';

const nodesBase = createRequire(import.meta.url)('eslint-plugin-n8n-nodes-base');

const NEVER_SHIPPED = ['bench/**', 'emulator/**', 'scripts/**', 'test/**'];

export default tseslint.config(
	{
		ignores: [
			'**/node_modules/**',
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
