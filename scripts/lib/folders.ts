import { rm } from 'node:fs/promises';

/** Removes a folder, also when a server that just ended still lets go of its files. */
export async function removeFolder(folder: string): Promise<void> {
	await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
