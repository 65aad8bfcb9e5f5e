import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout's root folder. */
export const ROOT = resolve(__dirname, '..', '..');

/**
 * Where large things that are installed once are kept, outside the checkout so that a fresh clone
 * finds them again. `MAGNIFIC_N8N_CACHE` moves it.
 */
export function cacheFolder(): string {
	const chosen = process.env['MAGNIFIC_N8N_CACHE'];
	if (chosen) return resolve(chosen);
	return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'n8n-nodes-magnific');
}
