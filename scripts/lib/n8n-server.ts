import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runCommand } from './command';
import { startKept, type KeptProcess } from './kept-process';
import { N8nApi } from './n8n-api';
import { provideN8n, type N8nRuntime } from './n8n-runtime';
import { freePort } from './ports';
import { showProgress } from './progress';
import { onShutdown } from './shutdown';

const READY_TIMEOUT_MS = 300_000;
const READY_INTERVAL_MS = 250;

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
export interface N8nServer {
	readonly url: string;
	readonly version: string;
	readonly userFolder: string;
	readonly api: N8nApi;
	/** All that n8n printed since it was first started. */
	logs(): Promise<string>;
	/** Ends n8n as a service manager would; its data stays. */
	stop(): Promise<void>;
	/** Ends n8n and all that it started at once, as a crash would; its data stays. */
	kill9(): Promise<void>;
	/** Starts it again with the same data and address; stops it first where it runs. */
	restart(): Promise<void>;
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
	const logFile = join(userFolder, 'n8n.log');
	const env = {
		...(await baseEnvironment(userFolder, runtime)),
		...addressEnvironment(port, await freePort()),
		...options.env,
	};

	let n8n: KeptProcess;
	const start = async (): Promise<void> => {
		n8n = startKept(runtime.node.bin, [runtime.bin, 'start'], { cwd: userFolder, env, logFile });
		await untilReady(n8n, url, logFile);
	};
	const close = async (): Promise<void> => {
		forget();
		await n8n.stop();
		if (options.userFolder === undefined) await removeFolder(userFolder);
	};
	const forget = onShutdown(close);
	await start();

	const api = new N8nApi(url);
	if (isNew) await api.setUpOwner();
	else await api.logIn();

	return {
		url,
		version: runtime.version,
		userFolder,
		api,
		logs: async () => await readFile(logFile, 'utf8'),
		stop: async () => {
			await n8n.stop();
		},
		kill9: async () => {
			await n8n.kill();
		},
		restart: async () => {
			await n8n.stop();
			await start();
		},
		close,
	};
}

/**
 * What every n8n process here gets, and nothing of this process's own settings: a test runner's
 * NODE_ENV or NODE_OPTIONS would change what n8n does. Nothing in it calls out to the internet.
 */
async function baseEnvironment(
	userFolder: string,
	runtime: N8nRuntime,
): Promise<Record<string, string>> {
	const kept = ['HOME', 'LANG', 'TMPDIR', 'TZ'].flatMap((name) => {
		const value = process.env[name];
		return value === undefined ? [] : [[name, value] as const];
	});
	return {
		...Object.fromEntries(kept),
		PATH: `${dirname(runtime.node.bin)}${delimiter}${process.env['PATH'] ?? ''}`,
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: await encryptionKey(userFolder),
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_DISABLED_MODULES: 'mcp-registry',
		N8N_SECURE_COOKIE: 'false',
		EXECUTIONS_DATA_MAX_DISPLAY_SIZE: String(256 * 1024 * 1024),
	};
}

function addressEnvironment(port: number, brokerPort: number): Record<string, string> {
	return {
		N8N_HOST: '127.0.0.1',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
	};
}

/** Kept beside the data, so that the same folder can be opened again. */
async function encryptionKey(userFolder: string): Promise<string> {
	const file = join(userFolder, 'encryption-key');
	if (!existsSync(file)) await writeFile(file, randomBytes(24).toString('hex'), { mode: 0o600 });
	return await readFile(file, 'utf8');
}

/**
 * n8n's manual installation (`npm install` in `~/.n8n/nodes`) with the flags of n8n's own
 * installer. Peer dependencies stay out as they do there: n8n-workflow comes from n8n itself.
 */
async function installCommunityNode(userFolder: string, tarball: string): Promise<void> {
	const nodes = join(userFolder, '.n8n', 'nodes');
	await mkdir(nodes, { recursive: true });
	await writeFile(
		join(nodes, 'package.json'),
		JSON.stringify({ name: 'installed-nodes', private: true, dependencies: {} }),
	);
	await runCommand(
		'npm',
		[
			'install',
			tarball,
			'--legacy-peer-deps',
			'--ignore-scripts',
			'--bin-links=false',
			'--install-strategy=shallow',
			'--package-lock=false',
			'--audit=false',
			'--fund=false',
		],
		{ cwd: nodes },
	);
}

async function untilReady(n8n: KeptProcess, url: string, logFile: string): Promise<void> {
	const deadline = Date.now() + READY_TIMEOUT_MS;
	while (n8n.isRunning() && Date.now() < deadline) {
		const response = await fetch(`${url}/healthz/readiness`).catch(() => undefined);
		await response?.arrayBuffer();
		if (response?.ok) return;
		await Promise.race([delay(READY_INTERVAL_MS), n8n.gone]);
	}
	const how = n8n.isRunning() ? 'did not get ready' : 'ended while it was starting';
	await n8n.stop();
	const log = await readFile(logFile, 'utf8');
	throw new Error(`n8n ${how}:\n${log.trim().split('\n').slice(-40).join('\n')}`);
}

async function removeFolder(folder: string): Promise<void> {
	await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
