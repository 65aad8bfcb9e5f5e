import { dirname } from 'node:path';
import { rm } from 'node:fs/promises';
import { runCommand } from './lib/command';
import { TEST_PROJECTS, hasTests, runTests, type TestCounts, type TestProject } from './lib/jest';
import { lintCheckout } from './lib/package/lint';
import { provideN8n } from './lib/n8n/runtime';
import { packPackage, type PackedPackage } from './lib/package/pack';
import { checkPackage } from './lib/package/checks';
import { ROOT } from './lib/paths';
import { showProgress, type Report } from './lib/progress';
import { onShutdown } from './lib/shutdown';
import { CheckFailed, runMain, runStep } from './lib/steps';
import { CHROMIUM, OPENSSH, POSTGRES, provideTool, REDIS, type Tool } from './lib/services/tools';

const NEEDS_N8N: readonly TestProject[] = ['n8n', 'ui'];
const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };

/**
 * `npm test`: everything, in order, ending at the first step that fails.
 * `npm test unit engine`: only these projects of Jest; arguments with a dash go to Jest, their values by `=`.
 */
async function main(): Promise<void> {
	const args = process.argv.slice(2);
	const jestArgs = args.filter((arg) => arg.startsWith('-'));
	const names = args.filter((arg) => !arg.startsWith('-'));
	const unknown = names.filter((name) => !TEST_PROJECTS.some((project) => project === name));
	if (unknown.length > 0) {
		throw new CheckFailed(
			`There is no ${unknown.join(', ')}; there are ${TEST_PROJECTS.join(', ')}.`,
		);
	}
	const runsAll = names.length === 0;
	const projects: TestProject[] = [];
	for (const project of TEST_PROJECTS) {
		if ((runsAll || names.includes(project)) && (await hasTests(project))) projects.push(project);
	}

	const setUp = startSetUp(projects);
	let packed: PackedPackage | undefined;
	if (runsAll) packed = await quickSteps();
	for (const project of projects) {
		if (NEEDS_N8N.includes(project)) {
			await setUp.done();
			packed ??= await runStep('package', packForTests);
		}
		await runStep(`${project} tests`, async () => {
			const env = packed ? { ...process.env, MAGNIFIC_TARBALL: packed.tarball } : process.env;
			const found = await runTests(project, jestArgs, env);
			counts.passed += found.passed;
			counts.failed += found.failed;
			counts.skipped += found.skipped;
			if (found.failed > 0) throw new CheckFailed(`The ${project} tests failed.`);
		});
	}
}

/** The line by which a CI server counts; alone on its line. */
function countsLine(): string {
	const { passed, failed, skipped } = counts;
	const line = `${String(passed)} passed, ${String(failed)} failed`;
	return skipped > 0 ? `${line}, ${String(skipped)} skipped` : line;
}

/** Format, lint, types and package: what needs no n8n. @returns the package that was checked */
async function quickSteps(): Promise<PackedPackage> {
	await runStep('format', async () => {
		await runCommand('npx', ['prettier', '--check', '--log-level=warn', '.'], { cwd: ROOT });
	});
	await runStep('lint', async () => {
		const found = await lintCheckout();
		if (found) throw new CheckFailed(found);
	});
	await runStep('types', async () => {
		await runCommand('npm', ['run', '--silent', 'typecheck'], { cwd: ROOT });
	});
	return await runStep('package', async () => {
		const packed = await packForTests();
		const found = await checkPackage(packed);
		if (found.length > 0) throw new CheckFailed(found.join('\n'));
		return packed;
	});
}

async function packForTests(): Promise<PackedPackage> {
	const packed = await packPackage();
	onShutdown(async () => {
		await rm(dirname(packed.tarball), { recursive: true, force: true });
	});
	return packed;
}

/** Installs n8n and the programs around it while the quick steps run; `done` waits for the end of that. */
function startSetUp(projects: readonly TestProject[]): { done: () => Promise<void> } {
	const work: Array<Promise<unknown>> = [];
	const startTool = (tool: Tool): void => {
		const provide = async (report: Report): Promise<string> => await provideTool(tool, report);
		work.push(showProgress(`  set-up of ${tool.title}`, provide, false));
	};
	if (projects.some((project) => NEEDS_N8N.includes(project))) {
		work.push(showProgress('  set-up of n8n', provideN8n, false));
	}
	if (projects.includes('n8n')) [REDIS, POSTGRES, OPENSSH].forEach(startTool);
	if (projects.includes('ui')) startTool(CHROMIUM);
	const finished = Promise.allSettled(work);
	return {
		async done() {
			for (const outcome of await finished) {
				if (outcome.status === 'rejected') throw outcome.reason;
			}
		},
	};
}

runMain(main, countsLine);
