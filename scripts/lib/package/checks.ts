import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runCommand } from '../command';
import type { PackedPackage } from './pack';
import { ROOT } from '../paths';
import { foreignImports } from './shipped-imports';

/** More is a sign that something came in that nobody needs at run time. */
const MAX_PACKED_BYTES = 150_000;
const SHIPPED =
	/^(dist\/(nodes|credentials|icons)\/|(README\.md|LICENSE|package\.json|index\.js)$)/;
const LOCK_FILES = ['package-lock.json', 'test/n8n/runtime/package-lock.json'];
const TARBALL_PATTERNS = ['**/*.js', 'package.json'];

const manifestSchema = z
	.object({
		n8n: z.object({ nodes: z.array(z.string()), credentials: z.array(z.string()) }),
	})
	.passthrough();

/**
 * Holds the package to what n8n and npm ask of it, and to what this project promises.
 *
 * @returns everything that is wrong, in words; empty if all is well
 */
export async function checkPackage(packed: PackedPackage): Promise<string[]> {
	const manifest = manifestSchema.parse(
		JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')),
	);
	return [
		...checkContents(packed, [...manifest.n8n.nodes, ...manifest.n8n.credentials]),
		...['dependencies', 'bundledDependencies', 'overrides']
			.filter((field) => field in manifest)
			.map((field) => `package.json has ${field}.`),
		...(await checkLockFiles()),
		...(await scan('the checkout', ROOT)),
		...(await unpacked(packed.tarball, async (folder) => {
			return [
				...(await scan('the tarball', folder, TARBALL_PATTERNS)),
				...(await checkImports(folder, packed.files)),
			];
		})),
	];
}

function checkContents(packed: PackedPackage, declared: string[]): string[] {
	return [
		...packed.files
			.filter((path) => !SHIPPED.test(path))
			.map((path) => `The tarball holds ${path}, which is not to be published.`),
		...declared
			.filter((path) => !packed.files.includes(path))
			.map((path) => `package.json names ${path}, which the tarball does not hold.`),
		...(packed.size > MAX_PACKED_BYTES
			? [`The tarball has ${String(packed.size)} bytes, over ${String(MAX_PACKED_BYTES)}.`]
			: []),
	];
}

async function checkImports(folder: string, files: string[]): Promise<string[]> {
	const scripts = files.filter((path) => path.endsWith('.js'));
	const found = await Promise.all(
		scripts.map(async (path) => foreignImports(path, await readFile(join(folder, path), 'utf8'))),
	);
	return scripts.length === 0 ? ['The tarball holds no JavaScript.'] : found.flat();
}

/** A `resolved` address would tie the installation to one machine's registry. */
async function checkLockFiles(): Promise<string[]> {
	const found: string[] = [];
	for (const file of LOCK_FILES.filter((name) => existsSync(join(ROOT, name)))) {
		const text = await readFile(join(ROOT, file), 'utf8');
		if (/"resolved":\s*"[a-z+]+:\/\//.test(text)) found.push(`${file} names a registry host.`);
	}
	return found;
}

/** The rules that n8n's verification of community packages runs, on a folder. */
async function scan(what: string, folder: string, patterns?: string[]): Promise<string[]> {
	const { analyzePackage, SOURCE_FILE_PATTERNS } = await import(
		'@n8n/scan-community-package/scanner/scanner.mjs'
	);
	const result = await analyzePackage(folder, patterns ?? SOURCE_FILE_PATTERNS);
	if (result.passed && result.message === undefined) return [];
	return [`n8n's scanner refuses ${what}: ${result.message ?? ''}\n${result.details ?? ''}`];
}

async function unpacked<T>(tarball: string, use: (folder: string) => Promise<T>): Promise<T> {
	const folder = await mkdtemp(join(tmpdir(), 'magnific-unpacked-'));
	try {
		const contents = join(folder, 'package');
		await mkdir(contents);
		await runCommand('tar', ['-xzf', tarball, '-C', contents, '--strip-components=1']);
		return await use(contents);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
