import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { N8nApi } from './api';
import { addressEnvironment, baseEnvironment, encryptionKey } from './environment';
import { installCommunityNode, n8nProcess, type N8nProcess } from './process';
import { provideN8n, type N8nRuntime } from './runtime';
import { removeFolder } from '../folders';
import { freePort } from '../services/ports';
import { showProgress } from '../progress';
import { onShutdown } from '../shutdown';

export interface StartOptions {
	/** The n8n to run; the one of the repository's lock file if not given. */
	runtime?: N8nRuntime;
	/** A tarball of `npm pack`, installed as a user installs a community node. */
	tarball?: string;
	/** n8n's data; a new temporary folder, removed by `close`, if not given. */
	userFolder?: string;
	/** A free port if not given. */
	port?: number;
	/** Variables on top of the usual ones. */
	env?: Record<string, string>;
}

/** A real n8n that runs on this machine, with its owner signed in. */
export interface N8nServer extends N8nProcess {
	readonly version: string;
	readonly userFolder: string;
	readonly api: N8nApi;
	/** Stops n8n and removes the data folder that was made for it. */
	close(): Promise<void>;
}

/**
 * Starts n8n and waits until it answers. It ends with this process, even when that is killed.
 *
 * @throws with the end of n8n's log when it does not get ready within five minutes
 */
export async function startN8n(options: StartOptions = {}): Promise<N8nServer> {
	const runtime =
		options.runtime ?? (await showProgress('n8n', async (report) => await provideN8n(report)));
	const userFolder = options.userFolder ?? (await mkdtemp(join(tmpdir(), 'magnific-n8n-')));
	const isNew = !existsSync(join(userFolder, '.n8n', 'database.sqlite'));
	if (options.tarball) await installCommunityNode(userFolder, options.tarball);

	const port = options.port ?? (await freePort());
	const url = `http://127.0.0.1:${String(port)}`;
	const env = {
		...baseEnvironment(userFolder, runtime, await encryptionKey(userFolder)),
		...addressEnvironment(port, await freePort()),
		...options.env,
	};

	const logFile = join(userFolder, 'n8n.log');
	const n8n = n8nProcess({ runtime, command: ['start'], userFolder, logFile, url, env });
	const close = async (): Promise<void> => {
		forget();
		await n8n.stop();
		if (options.userFolder === undefined) await removeFolder(userFolder);
	};
	const forget = onShutdown(close);
	await n8n.start();

	const api = new N8nApi(url, runtime.version);
	if (isNew) await api.setUpOwner();
	else await api.logIn();

	return { ...n8n, version: runtime.version, userFolder, api, close };
}
