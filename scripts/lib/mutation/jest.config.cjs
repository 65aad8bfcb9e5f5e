const { join } = require('node:path');
const { projects } = require('../../../jest.config.js');

const [unit] = projects;
const folder = process.env.MAGNIFIC_MUTATE ?? 'runs';

/**
 * The unit tests of the folder alone, and what else tells something of it: those on n8n's engine take
 * seconds each, and there are thousands of mutants. No properties: they draw their cases by lot.
 */
const NEEDED = {
	runs: ['runs'],
	batch: ['batch', 'runs', 'description', 'contract'],
	trigger: ['trigger', 'description', 'contract'],
	suspended: ['suspended'],
};

module.exports = {
	...unit,
	testMatch: NEEDED[folder].map((name) => `<rootDir>/test/unit/${name}{.test.ts,/**/*.test.ts}`),
	roots: ['nodes', 'test/unit'].map((name) => join(unit.rootDir, name)),
	dependencyExtractor: join(__dirname, 'ownTests.cjs'),
	testTimeout: 10_000,
	watchman: false,
};
