import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { N8nRuntime } from './runtime';

/**
 * What every n8n process here gets, and nothing of this process's own settings: a test runner's
 * NODE_ENV or NODE_OPTIONS would change what n8n does. Nothing in it calls out to the internet.
 *
 * @param key by which n8n encrypts credentials; processes that share a database share it
 */
export function baseEnvironment(
	userFolder: string,
	runtime: N8nRuntime,
	key: string,
): Record<string, string> {
	const kept = ['HOME', 'LANG', 'TMPDIR', 'TZ'].flatMap((name) => {
		const value = process.env[name];
		return value === undefined ? [] : [[name, value] as const];
	});
	return {
		...Object.fromEntries(kept),
		PATH: `${dirname(runtime.node.bin)}${delimiter}${process.env['PATH'] ?? ''}`,
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: key,
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		// An n8n refuses to start with the name of a module that it does not know.
		...(hasModule(runtime, 'mcp-registry') && { N8N_DISABLED_MODULES: 'mcp-registry' }),
		N8N_SECURE_COOKIE: 'false',
		EXECUTIONS_DATA_MAX_DISPLAY_SIZE: String(256 * 1024 * 1024),
	};
}

function hasModule({ folder }: N8nRuntime, name: string): boolean {
	return existsSync(join(folder, 'node_modules', 'n8n', 'dist', 'modules', name));
}

export function addressEnvironment(port: number, brokerPort: number): Record<string, string> {
	return {
		N8N_HOST: '127.0.0.1',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
	};
}

/** The key kept beside the data, so that the same folder can be opened again; a new one if there is none. */
export async function encryptionKey(userFolder: string): Promise<string> {
	const file = join(userFolder, 'encryption-key');
	if (!existsSync(file)) await writeFile(file, randomBytes(24).toString('hex'), { mode: 0o600 });
	return await readFile(file, 'utf8');
}
