const folder = process.env.MAGNIFIC_MUTATE ?? 'runs';

/** `npm run test:mutation` calls this once for each folder. */
export default {
	mutate: [`nodes/Magnific/${folder}/**/*.ts`],
	testRunner: 'jest',
	plugins: ['@stryker-mutator/jest-runner', './scripts/lib/mutation/notMutated.mjs'],
	// Sentences for people, and the names in long lists (file endings, hosts of share pages): a test that
	// held each of them to its letters would only repeat the code. A list as a whole is mutated.
	ignorers: ['words-for-people', 'entries-of-tables'],
	jest: { configFile: 'scripts/lib/mutation/jest.config.cjs' },
	coverageAnalysis: 'perTest',
	incremental: true,
	incrementalFile: `.cache/mutation/${folder}.json`,
	tempDirName: '.cache/mutation/sandbox',
	ignorePatterns: ['/.cache', '/dist', '/demo-output', '/live-report', '/docs/images', '/test/n8n'],
	// Types are not looked at while tests run: what a type refuses is found by `npm run typecheck`.
	disableTypeChecks: false,
	concurrency: Number(process.env.MAGNIFIC_MUTATE_AT_ONCE ?? 2),
	// What stands in a file's own body would need all its tests for each mutant, in a process of its own.
	ignoreStatic: true,
	// Loops without end; Jest itself ends what waits for ever. Less would take the slow for the broken.
	timeoutMS: 15_000,
	reporters: ['clear-text', 'html', 'json', 'progress-append-only'],
	clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
	jsonReporter: { fileName: `.cache/mutation/${folder}.report.json` },
	htmlReporter: { fileName: `.cache/mutation/${folder}.html` },
	thresholds: { high: 90, low: 90, break: null },
};
