import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CommandFailed, runCommand } from './command';
import { ROOT } from './paths';

/** Jest's projects in the order in which they run: from quick to slow. */
export const TEST_PROJECTS = ['unit', 'emulator', 'engine', 'n8n', 'ui'] as const;
export type TestProject = (typeof TEST_PROJECTS)[number];
/** `versions` belongs to `npm run test:versions`, not to `npm test`. */
export type JestProject = TestProject | 'versions';

/**
 * How many files run at a time. Those of `n8n` wait most of their time, for runs and for n8n; a
 * browser and the comparison of versions want the machine for themselves.
 */
const WORKERS: Record<JestProject, string> = {
	unit: '100%',
	emulator: '100%',
	engine: '100%',
	n8n: '2',
	ui: '1',
	versions: '1',
};

export interface TestCounts {
	passed: number;
	failed: number;
	skipped: number;
}

export interface TestRun extends TestCounts {
	/** Each test by its full name, in the order of the files. */
	tests: Array<{ name: string; passed: boolean }>;
}

const resultSchema = z.object({
	success: z.boolean(),
	numPassedTests: z.number(),
	numFailedTests: z.number(),
	numPendingTests: z.number(),
	numTodoTests: z.number(),
	numRuntimeErrorTestSuites: z.number(),
	testResults: z.array(
		z.object({
			assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
		}),
	),
});

/** Whether a project has any test file yet. */
export async function hasTests(project: TestProject): Promise<boolean> {
	const folder = join(ROOT, 'test', project);
	if (!existsSync(folder)) return false;
	return (await readdir(folder, { recursive: true })).some((file) => file.endsWith('.test.ts'));
}

/**
 * Runs one Jest project, its output on this terminal.
 *
 * @param node the executable to run it with; the Node that runs now if not given
 * @returns what Jest counted; a file that could not be loaded counts as one failed test
 */
export async function runTests(
	project: JestProject,
	jestArgs: readonly string[],
	env: NodeJS.ProcessEnv,
	node = process.execPath,
): Promise<TestRun> {
	const folder = await mkdtemp(join(tmpdir(), 'magnific-jest-'));
	const outputFile = join(folder, 'result.json');
	const args = [
		join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
		'--selectProjects',
		project,
		`--maxWorkers=${WORKERS[project]}`,
		'--json',
		`--outputFile=${outputFile}`,
		...jestArgs,
	];
	try {
		await runCommand(node, args, { cwd: ROOT, env, inherit: true }).catch((error: unknown) => {
			if (!(error instanceof CommandFailed && existsSync(outputFile))) throw error;
		});
		const result = resultSchema.parse(JSON.parse(await readFile(outputFile, 'utf8')));
		const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
		return {
			passed: result.numPassedTests,
			failed: failed === 0 && !result.success ? 1 : failed,
			skipped: result.numPendingTests + result.numTodoTests,
			tests: result.testResults
				.flatMap(({ assertionResults }) => assertionResults)
				.map(({ fullName, status }) => ({ name: fullName, passed: status === 'passed' })),
		};
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
