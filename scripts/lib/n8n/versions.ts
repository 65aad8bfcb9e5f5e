import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../paths';

export interface N8nVersion {
	version: string;
	/** Folder of its package.json and lock file, as `provideN8n` takes it. */
	manifests: string;
}

const CURRENT = join(ROOT, 'test', 'n8n', 'runtime');
const OTHERS = join(ROOT, 'test', 'versions');

/** The n8n of the usual tests, and the others that `npm run test:versions` runs on; newest first. */
export async function n8nVersions(): Promise<N8nVersion[]> {
	const folders = (await readdir(OTHERS))
		.map((name) => join(OTHERS, name))
		.filter((folder) => existsSync(join(folder, 'package.json')));
	const versions = await Promise.all(
		[CURRENT, ...folders].map(async (manifests) => ({
			version: await wantedN8n(manifests),
			manifests,
		})),
	);
	return versions.sort((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }));
}

/** Whether a version is this one or a later one. */
export const isSince = (version: string, since: string): boolean =>
	version.localeCompare(since, 'en', { numeric: true }) >= 0;

/** Whether this n8n sends items with `details` to the error output. */
export const routesDetails = (version: string): boolean => isSince(version, '2.36');

async function wantedN8n(manifests: string): Promise<string> {
	return z
		.object({ dependencies: z.object({ n8n: z.string() }) })
		.parse(JSON.parse(await readFile(join(manifests, 'package.json'), 'utf8'))).dependencies.n8n;
}
