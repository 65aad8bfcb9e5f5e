import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { cacheFolder } from './paths';
import type { Report } from './progress';

const STAMP = '.complete';
const PARTIAL = '.partial-';
const LOCK_STALE_MS = 15_000;
const LOCK_TOUCH_MS = 3_000;
const LOCK_RETRY_MS = 2_000;
const LOCK_TRIES = 1_800;

/**
 * Gives the folder `name` of the cache and fills it first when it is not complete. It is filled
 * under another name and renamed at the end, so that an interruption leaves nothing that looks
 * finished; processes that want the same folder wait for the one that fills it.
 *
 * @param fill is given an empty folder
 * @returns the folder's absolute path
 */
export async function cached(
	name: string,
	report: Report,
	fill: (folder: string) => Promise<void>,
): Promise<string> {
	const folder = join(cacheFolder(), name);
	if (isComplete(folder)) return folder;

	await mkdir(cacheFolder(), { recursive: true });
	report('making sure that no other process installs the same');
	const release = await lock(folder, {
		realpath: false,
		stale: LOCK_STALE_MS,
		update: LOCK_TOUCH_MS,
		retries: {
			retries: LOCK_TRIES,
			factor: 1,
			minTimeout: LOCK_RETRY_MS,
			maxTimeout: LOCK_RETRY_MS,
		},
	});
	try {
		if (isComplete(folder)) return folder;
		report('clearing what an interrupted installation left');
		await removePartial(name);
		await rm(folder, { recursive: true, force: true });
		const partial = await mkdtemp(`${folder}${PARTIAL}`);
		await fill(partial);
		await writeFile(join(partial, STAMP), new Date().toISOString());
		await rename(partial, folder);
		return folder;
	} finally {
		await release();
	}
}

/**
 * A process that was killed may have left npm running, which still writes: then its folder can't be
 * removed yet, and the next installation will.
 */
async function removePartial(name: string): Promise<void> {
	const names = await readdir(cacheFolder());
	for (const partial of names.filter((found) => found.startsWith(`${name}${PARTIAL}`))) {
		await rm(join(cacheFolder(), partial), { recursive: true, force: true }).catch(() => undefined);
	}
}

function isComplete(folder: string): boolean {
	return existsSync(join(folder, STAMP));
}
