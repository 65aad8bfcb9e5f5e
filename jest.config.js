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
	modulePathIgnorePatterns: [
		'<rootDir>/.cache/',
		'<rootDir>/dist/',
		'<rootDir>/test/n8n/runtime/',
		'<rootDir>/test/versions/\\d',
	],
	transform,
	...settings,
});

/** The node_modules of another n8n, for the engine tests to run on its engine. */
const engine = process.env.MAGNIFIC_ENGINE_MODULES;
const onEngine = engine && {
	moduleNameMapper: {
		'^n8n-core$': '<rootDir>/test/versions/engine.js',
		'^(n8n-workflow|@n8n/di|reflect-metadata)$': `${engine}/$1`,
		// The tests break connections in the request library that the engine uses.
		'^axios$': `${engine}/axios/dist/node/axios.cjs`,
	},
};

const quick = [
	project('unit'),
	project('emulator', { setupFilesAfterEnv: [patience] }),
	project('engine', {
		setupFilesAfterEnv: [patience, '<rootDir>/test/engine/setup.ts'],
		...onEngine,
	}),
];

/** These want a real n8n, which the runner of `npm test` sets up: a plain `npx jest` leaves them out. */
const onRealN8n = ['n8n', 'ui', 'versions'].map((name) =>
	project(name, { setupFilesAfterEnv: [patience] }),
);
const isChosen = process.argv.some((argument) => argument.startsWith('--selectProjects'));

module.exports = { projects: isChosen ? [...quick, ...onRealN8n] : quick };
