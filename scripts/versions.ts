import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { runTests, type TestRun } from './lib/jest';
import { provideN8n, type N8nRuntime } from './lib/n8n/runtime';
import { n8nVersions, type N8nVersion } from './lib/n8n/versions';
import { packPackage } from './lib/package/pack';
import { ROOT } from './lib/paths';
import { showProgress } from './lib/progress';
import { onShutdown } from './lib/shutdown';
import { CheckFailed, runMain, runStep } from './lib/steps';

const PAGE = join(ROOT, 'docs', 'versions.md');

interface Result {
	runtime: N8nRuntime;
	/** Versions of n8n's own packages that the node meets. */
	core: string;
	workflow: string;
	/** The packed package in n8n itself. */
	real: TestRun;
	/** The node in n8n's engine. */
	engine: TestRun;
}

/**
 * `npm run test:versions`: the packed package on each n8n that is supported, and the engine tests on
 * its engine; writes the outcome to docs/versions.md.
 * `npm run test:versions 1.123.81`: on these versions only; writes nothing.
 */
async function main(): Promise<void> {
	const wanted = process.argv.slice(2);
	const all = await n8nVersions();
	const chosen = wanted.length === 0 ? all : all.filter(({ version }) => wanted.includes(version));
	if (chosen.length < wanted.length) {
		throw new CheckFailed(`The versions are ${all.map(({ version }) => version).join(', ')}.`);
	}

	const { tarball } = await runStep('package', packPackage);
	onShutdown(async () => {
		await rm(dirname(tarball), { recursive: true, force: true });
	});
	const results: Result[] = [];
	for (const version of chosen) results.push(await testOn(version, tarball));

	const page = await formatted(pageOf(results));
	if (chosen.length === all.length) {
		await writeFile(PAGE, page);
		console.log(`Written: ${relative(process.cwd(), PAGE)}\n`);
	}
	console.log(page);
	const failed = results.filter(({ real, engine }) => real.failed > 0 || engine.failed > 0);
	if (failed.length > 0) {
		const versions = failed.map(({ runtime }) => runtime.version).join(', ');
		throw new CheckFailed(`Tests failed on n8n ${versions}.`);
	}
}

async function testOn({ version, manifests }: N8nVersion, tarball: string): Promise<Result> {
	const runtime = await showProgress(
		`n8n ${version}`,
		async (report) => await provideN8n(report, manifests),
	);
	const modules = join(runtime.folder, 'node_modules');
	const real = await runStep(
		`n8n ${version}`,
		async () =>
			await runTests('versions', [], {
				...process.env,
				MAGNIFIC_TARBALL: tarball,
				MAGNIFIC_N8N_MANIFESTS: manifests,
			}),
	);
	const engine = await runStep(
		`engine of n8n ${version}`,
		async () =>
			await runTests(
				'engine',
				// An older engine keeps timers of its own that would keep Jest waiting.
				['--forceExit'],
				{ ...process.env, MAGNIFIC_ENGINE_MODULES: modules },
				runtime.node.bin,
			),
	);
	return {
		runtime,
		core: await versionOf(modules, 'n8n-core'),
		workflow: await versionOf(modules, 'n8n-workflow'),
		real,
		engine,
	};
}

async function versionOf(modules: string, name: string): Promise<string> {
	const manifest: unknown = JSON.parse(await readFile(join(modules, name, 'package.json'), 'utf8'));
	return z.object({ version: z.string() }).parse(manifest).version;
}

function pageOf(results: readonly Result[]): string {
	const names = [...new Set(results.flatMap(({ real }) => real.tests.map(({ name }) => name)))];
	const rows = [
		['n8n', ...results.map(({ runtime }) => `**${runtime.version}**`)],
		['---', ...results.map(() => '---')],
		['Node', ...results.map(({ runtime }) => runtime.node.version)],
		['n8n-core', ...results.map(({ core }) => core)],
		['n8n-workflow', ...results.map(({ workflow }) => workflow)],
		...names.map((name) => [name, ...results.map(({ real }) => mark(real, name))]),
		['engine tests passed', ...results.map(({ engine }) => countOf(engine))],
	];
	return [
		'# n8n versions',
		'',
		'Written by `npm run test:versions`: what the packed package did on each version of n8n, installed there as a user installs it, and how many of the engine tests passed on that version’s engine.',
		'',
		...rows.map((cells) => `| ${cells.join(' | ')} |`),
		'',
		'Before 2.36, n8n sends an item with `details` to the wrong output, so there a failed item has none: its run ID is in `error` and `message`. The tests expect `details` from 2.36 on, and none before.',
		'',
	].join('\n');
}

function mark({ tests }: TestRun, name: string): string {
	const test = tests.find((found) => found.name === name);
	if (!test) return 'did not run';
	return test.passed ? '✔' : '✖';
}

function countOf({ passed, failed, skipped }: TestRun): string {
	return `${String(passed)} of ${String(passed + failed + skipped)}`;
}

async function formatted(markdown: string): Promise<string> {
	return await format(markdown, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

runMain(main);
