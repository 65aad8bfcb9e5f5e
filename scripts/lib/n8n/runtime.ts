import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readFile, readdir } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import { cached } from '../cached';
import { CommandFailed, runCommand } from '../command';
import { provideNode, type NodeRuntime } from './node-runtime';
import { ROOT } from '../paths';
import type { Report } from '../progress';

const MANIFESTS = ['package.json', 'package-lock.json', '.npmrc'] as const;
const COUNT_INTERVAL_MS = 3_000;
const PREBUILT_TIMEOUT_MS = 60_000;

export interface N8nRuntime {
	node: NodeRuntime;
	/** n8n's start file, to be run with `node.bin`. */
	bin: string;
	/** The folder whose `node_modules` holds n8n and all that it needs. */
	folder: string;
	version: string;
}

/**
 * Gives an installed n8n, in the version that a lock file in the repository names, and installs it
 * first when it is not in the cache: some eight minutes and 3 GB, once.
 *
 * @param manifests folder with the package.json and package-lock.json of the n8n that is wanted
 */
export async function provideN8n(
	report: Report,
	manifests = join(ROOT, 'test', 'n8n', 'runtime'),
): Promise<N8nRuntime> {
	const node = await provideNode(report);
	const folder = await cached(await cacheName(manifests, node), report, async (partial) => {
		for (const file of MANIFESTS) await cp(join(manifests, file), join(partial, file));
		await installPackages(partial, report);
		await buildSqlite(partial, node, report);
	});
	const n8n = join(folder, 'node_modules', 'n8n');
	const { version } = z
		.object({ version: z.string() })
		.parse(JSON.parse(await readFile(join(n8n, 'package.json'), 'utf8')));
	return { node, bin: join(n8n, 'bin', 'n8n'), folder, version };
}

async function cacheName(manifests: string, node: NodeRuntime): Promise<string> {
	const hash = createHash('sha256');
	for (const file of MANIFESTS) hash.update(await readFile(join(manifests, file)));
	hash.update(`${node.version.split('.')[0] ?? ''} ${process.platform} ${process.arch}`);
	return `n8n-${hash.digest('hex').slice(0, 16)}`;
}

async function installPackages(folder: string, report: Report): Promise<void> {
	const total = await lockedPackages(folder);
	const count = setInterval(() => {
		void installedPackages(folder).then((installed) => {
			report(`installing n8n, ${String(installed)} of ${String(total)} packages`);
		});
	}, COUNT_INTERVAL_MS);
	report('installing n8n, about six minutes');
	try {
		await runCommand('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: folder });
	} finally {
		clearInterval(count);
	}
}

/** The number of packages at the top of node_modules when all are there. */
async function lockedPackages(folder: string): Promise<number> {
	const { packages } = z
		.object({ packages: z.record(z.unknown()) })
		.parse(JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')));
	return Object.keys(packages).filter((path) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path))
		.length;
}

async function installedPackages(folder: string): Promise<number> {
	const modules = join(folder, 'node_modules');
	const names = await readdir(modules).catch(() => []);
	const scoped = await Promise.all(
		names.map(async (name) =>
			name.startsWith('@')
				? (await readdir(join(modules, name))).map((inner) => join(name, inner))
				: [name],
		),
	);
	return scoped.flat().filter((name) => existsSync(join(modules, name, 'package.json'))).length;
}

/**
 * n8n keeps its data in SQLite through a native module, and installing without scripts leaves it
 * unbuilt. A compiled file can be downloaded where the network allows it; else it is compiled
 * against the headers of the Node that will load it.
 */
async function buildSqlite(folder: string, node: NodeRuntime, report: Report): Promise<void> {
	const modules = join(folder, 'node_modules');
	const sqlite = join(modules, 'sqlite3');
	const env = {
		...process.env,
		PATH: `${dirname(node.bin)}${delimiter}${process.env['PATH'] ?? ''}`,
	};
	const run = async (args: string[], timeoutMs?: number): Promise<unknown> =>
		await runCommand(node.bin, args, { cwd: sqlite, env, ...(timeoutMs ? { timeoutMs } : {}) });

	report('looking for a compiled SQLite module');
	try {
		await run([join(modules, 'prebuild-install', 'bin.js'), '-r', 'napi'], PREBUILT_TIMEOUT_MS);
		await run(['-e', 'require("sqlite3")']);
		return;
	} catch (error) {
		if (!(error instanceof CommandFailed)) throw error;
	}
	report('compiling the SQLite module, about two minutes');
	const headers = existsSync(join(node.home, 'include', 'node')) ? [`--nodedir=${node.home}`] : [];
	try {
		await run([require.resolve('node-gyp/bin/node-gyp.js'), 'rebuild', ...headers]);
		await run(['-e', 'require("sqlite3")']);
	} catch (error) {
		if (!(error instanceof CommandFailed)) throw error;
		throw new Error(
			`The SQLite module that n8n needs could not be compiled. It takes a C++ compiler, make and Python 3 (on Debian: apt-get install build-essential python3).\n${error.message}`,
		);
	}
}
