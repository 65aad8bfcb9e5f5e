import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { runCommand } from '../command';
import { ROOT } from '../paths';
import type { Surface } from './surface';

const FOLDER = join(ROOT, 'test', 'contract');

const snapshotSchema = z.record(z.string());

const fileOf = (version: string): string => join(FOLDER, `v${version}.json`);

/** The versions that have a snapshot, the oldest first. */
export const snapshotVersions = async (): Promise<string[]> =>
	(await readdir(FOLDER))
		.flatMap((name) => /^v(\d+\.\d+\.\d+)\.json$/.exec(name)?.[1] ?? [])
		.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

/** What a version offered. Throws where it has no snapshot. */
export const readSnapshot = async (version: string): Promise<Surface> =>
	snapshotSchema.parse(JSON.parse(await readFile(fileOf(version), 'utf8')));

/** Keeps what a version offers. @returns the file's path */
export const writeSnapshot = async (version: string, surface: Surface): Promise<string> => {
	const file = fileOf(version);
	await writeFile(file, JSON.stringify(surface));
	await runCommand('npx', ['prettier', '--write', file], { cwd: ROOT });
	return file;
};
