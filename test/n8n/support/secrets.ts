import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The files under a folder that hold `secret` as plain text: databases, logs, binary data, all. */
export async function filesWith(secret: string, folder: string): Promise<string[]> {
	const needle = Buffer.from(secret);
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const found: string[] = [];
	for (const entry of entries) {
		if (!entry.isFile()) continue;
		const path = join(entry.parentPath, entry.name);
		if ((await readFile(path)).includes(needle)) found.push(path);
	}
	return found;
}
