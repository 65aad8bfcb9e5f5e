const { compilerOptions } = require('./tsconfig.json');

/** Types are checked by `npm run typecheck`; here files are only translated, one by one. */
const transform = {
	'^.+\\.ts$': [
		'ts-jest',
		{
			diagnostics: false,
			tsconfig: { ...compilerOptions, isolatedModules: true, sourceMap: true },
		},
	],
};

/** Jest reads `testTimeout` at the top only, not in a project. */
const patience = '<rootDir>/test/patience.ts';

const project = (name, settings = {}) => ({
	displayName: name,
	rootDir: __dirname,
	testEnvironment: 'node',
	testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/test/n8n/runtime/'],
	transform,
	...settings,
});

module.exports = {
	projects: [
		project('unit'),
		project('emulator', { setupFilesAfterEnv: [patience] }),
		project('engine', { setupFilesAfterEnv: [patience, '<rootDir>/test/engine/setup.ts'] }),
		project('n8n', { setupFilesAfterEnv: [patience] }),
		project('ui', { setupFilesAfterEnv: [patience] }),
	],
};
