import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { startEmulator, type Emulator } from '../emulator/index';
import { readExamples } from './lib/demo/examples';
import { saveFiles } from './lib/demo/files';
import { runsOf, type DemoRun } from './lib/demo/runs';
import { table } from './lib/demo/table';
import type { Execution } from './lib/n8n/execution';
import { OWNER } from './lib/n8n/api';
import { provideN8n } from './lib/n8n/runtime';
import { startN8n, type N8nServer } from './lib/n8n/server';
import { packPackage } from './lib/package/pack';
import { ROOT } from './lib/paths';
import { freePortNear } from './lib/services/ports';
import { showProgress } from './lib/progress';
import { onShutdown } from './lib/shutdown';
import { CheckFailed, runMain } from './lib/steps';
import type { WorkflowJson } from './lib/n8n/workflow';

const OUTPUT = join(ROOT, 'demo-output');
const N8N_PORT = 5678;
const EMULATOR_PORT = 5690;
/** A run that takes 25 s at Magnific takes 2.5 s here. */
const TIME_SCALE = 10;
/** What the notes in the first example promise. */
const EXPECTED = { completed: 6, failed: 1 };

interface Report {
	runs: Array<{
		item: number;
		app_id: string;
		app_name: string;
		run_id: string;
		status: string;
		credits: number | null;
		seconds: number | null;
		files: string[];
	}>;
	n8n_version: string;
	package_version: string;
}

/**
 * `npm run demo`: the package in a real n8n with the examples, against a local Magnific. Runs the
 * first example, saves what comes out and stays up. `--once` stops then; `--report FILE` writes the
 * table as JSON too.
 */
async function main(): Promise<void> {
	const { values } = parseArgs({
		options: { once: { type: 'boolean' }, report: { type: 'string' } },
	});
	const runtime = await showProgress('n8n', async (report) => await provideN8n(report));
	const emulator = await startEmulator({
		timeScale: TIME_SCALE,
		port: await freePortNear(EMULATOR_PORT),
	});
	onShutdown(async () => {
		await emulator.close();
	});
	console.log(`Local Magnific at ${emulator.url}`);

	const n8n = await showProgress('Starting n8n', async (report) => {
		report('building and packing the package');
		const { tarball } = await packPackage();
		onShutdown(async () => {
			await rm(dirname(tarball), { recursive: true, force: true });
		});
		report('installing the package, starting n8n');
		return await startN8n({ runtime, tarball, port: await freePortNear(N8N_PORT) });
	});

	const { id, workflow } = await importAll(n8n, emulator);
	console.log(`Running “${workflow.name}” …`);
	const execution = await n8n.api.runWorkflow(id);
	const runs = runsOf(workflow, execution, await emulator.control.runs());
	const report = await save(runs, { workflow, execution, n8n });
	console.log(`\n${asTable(report)}\n`);
	if (values.report !== undefined) {
		await writeFile(resolve(values.report), await asJson(report));
	}
	check(execution, runs, report);

	if (values.once) return;
	console.log(`Files      ${OUTPUT}
Editor     ${n8n.url}/workflow/${id}
           Execute workflow runs it again; this run is under Executions.
Login      ${OWNER.email}  ${OWNER.password}
Magnific   ${emulator.url}
           Its runs and requests in the browser, and for a credential of your own:
           base URL ${emulator.url}, API key ${emulator.apiKey}
Ctrl-C ends both and forgets what you built: download workflows that you want to keep.`);
	await new Promise(() => undefined);
}

/** @returns the first example, and the id under which n8n has it now */
async function importAll(
	{ api }: N8nServer,
	emulator: Emulator,
): Promise<{ id: string; workflow: WorkflowJson }> {
	await api.importCredential({
		name: 'Magnific API',
		type: 'magnificApi',
		data: {
			apiKey: emulator.apiKey,
			baseUrl: emulator.url,
			endpointFamily: 'auto',
			webhookSecret: emulator.webhookSecret,
			requestsPerMinute: 50,
		},
	});
	const imported: Array<{ id: string; workflow: WorkflowJson }> = [];
	for (const workflow of (await readExamples()).values()) {
		imported.push({ id: await api.importWorkflow(workflow), workflow });
	}
	const [first] = imported;
	if (!first) throw new CheckFailed('There are no examples.');
	return first;
}

async function save(
	runs: readonly DemoRun[],
	{ workflow, execution, n8n }: { workflow: WorkflowJson; execution: Execution; n8n: N8nServer },
): Promise<Report> {
	await rm(OUTPUT, { recursive: true, force: true });
	await mkdir(OUTPUT, { recursive: true });
	const report: Report = {
		runs: [],
		n8n_version: n8n.version,
		package_version: z
			.object({ version: z.string() })
			.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))).version,
	};
	for (const run of runs) {
		report.runs.push({
			item: run.item,
			app_id: run.appId,
			app_name: run.appName,
			run_id: run.runId,
			status: run.status,
			credits: run.credits,
			seconds: run.seconds,
			files: await saveFiles(run, { workflow, execution, api: n8n.api }, OUTPUT),
		});
	}
	return report;
}

/** Formatted like the files of this project, since it may be written among them. */
async function asJson(report: Report): Promise<string> {
	const style = await resolveConfig(join(ROOT, 'package.json'));
	return await format(JSON.stringify(report), { ...style, parser: 'json' });
}

function asTable({ runs }: Report): string {
	return table([
		['item', 'app', 'run id', 'status', 'credits', 'seconds', 'files'],
		...runs.map((run) => [
			String(run.item),
			run.app_name,
			run.run_id,
			run.status,
			run.credits === null ? '–' : String(run.credits),
			run.seconds === null ? '–' : run.seconds.toFixed(1),
			run.status === 'failed'
				? 'see “What failed” in the editor (one fails on purpose)'
				: run.files.map((file) => relative(process.cwd(), file)).join(', '),
		]),
	]);
}

/** @throws CheckFailed when the example did not go as its notes say */
function check(execution: Execution, runs: readonly DemoRun[], report: Report): void {
	if (execution.status !== 'success') {
		throw new CheckFailed(
			`The example ended with ${execution.status}: ${execution.error?.message ?? ''}`,
		);
	}
	const completed = runs.filter(
		({ status, leftBy }) => status === 'completed' && leftBy === 'success output',
	);
	const failed = runs.filter(
		({ status, leftBy }) => status === 'failed' && leftBy === 'error output',
	);
	const withFiles = report.runs.filter(({ files }) => files.length > 0);
	const wrong =
		completed.length !== EXPECTED.completed ||
		failed.length !== EXPECTED.failed ||
		runs.length !== EXPECTED.completed + EXPECTED.failed ||
		withFiles.length !== EXPECTED.completed;
	if (wrong) {
		throw new CheckFailed(
			`${String(EXPECTED.completed)} runs should have completed with files and ${String(EXPECTED.failed)} left by the error output; ${String(completed.length)} completed, ${String(withFiles.length)} had files and ${String(failed.length)} left by the error output.`,
		);
	}
}

runMain(main);
