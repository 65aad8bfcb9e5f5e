import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from '../folders';
import { N8nApi } from './api';
import { addressEnvironment, baseEnvironment } from './environment';
import { installCommunityNode, n8nProcess, type N8nProcess } from './process';
import { provideN8n, type N8nRuntime } from './runtime';
import { startBalancer } from '../services/balancer';
import { freePort } from '../services/ports';
import { startPostgres, type PostgresServer } from '../services/postgres-server';
import { showProgress } from '../progress';
import { startRedis, type RedisServer } from '../services/redis-server';
import { onShutdown } from '../shutdown';

export interface QueueOptions {
	/** The n8n to run; the one of the repository's lock file if not given. */
	runtime?: N8nRuntime;
	/** How many worker processes; one if not given. */
	workers?: number;
	/** How many webhook processes; one if not given. Several share one address and take turns. */
	webhooks?: number;
	/** How many executions a worker runs at once; n8n's own 10 if not given. */
	concurrency?: number;
	/** A tarball of `npm pack`, installed in each process's folder as a user installs a community node. */
	tarball?: string;
	/** Variables on top of the usual ones, for every process. */
	env?: Record<string, string>;
}

/** A real n8n in queue mode on this machine, with its owner signed in. */
export interface N8nQueue {
	/** The main process's address: the editor and the REST API. */
	readonly url: string;
	readonly version: string;
	readonly api: N8nApi;
	readonly main: N8nProcess;
	readonly workers: readonly N8nProcess[];
	/** The first of `webhooks`. */
	readonly webhook: N8nProcess;
	/** Serve the production URLs of triggers and the calls to parked executions; main serves neither. */
	readonly webhooks: readonly N8nProcess[];
	/** The address of all of them. */
	readonly webhookUrl: string;
	/** All that all processes printed, one after the other. */
	logs(): Promise<string>;
	/** Stops everything and removes its data. */
	close(): Promise<void>;
}

/**
 * Starts n8n as large installations run it: a main process, workers and processes for webhooks,
 * which share nothing but Redis and PostgreSQL. Each is like a container: whenever it starts, it
 * starts in a new data folder. (A worker of n8n 2.41 that finds the event log of its last life marks
 * as crashed what it parked then and what is queued to go on now, be it by n8n's own Wait node: its
 * log holds no executions' ends.) Binary data is where n8n keeps it by default in queue mode: in the
 * database. Executions that are started by hand go to the workers too. All of it ends with this
 * process, even when that is killed.
 *
 * @throws with the end of a log when a part does not get ready within five minutes
 */
export async function startN8nQueue(options: QueueOptions = {}): Promise<N8nQueue> {
	const runtime =
		options.runtime ?? (await showProgress('n8n', async (report) => await provideN8n(report)));
	const folder = await mkdtemp(join(tmpdir(), 'magnific-n8n-queue-'));
	/** What was started, in that order; to be closed in the opposite one. */
	const started: Array<{ close: () => Promise<void> }> = [];
	const close = async (): Promise<void> => {
		forget();
		for (const part of started.splice(0).reverse()) await part.close();
		await removeFolder(folder);
	};
	const forget = onShutdown(close);
	const keep = <Part extends { close: () => Promise<void> }>(part: Part): Part => {
		started.push(part);
		return part;
	};

	try {
		const redis = keep(await startRedis());
		const postgres = keep(await startPostgres());
		const mainPort = await freePort();
		const webhookPorts: number[] = [];
		for (let i = 0; i < (options.webhooks ?? 1); i++) webhookPorts.push(await freePort());
		const [first = '', ...others] = webhookPorts.map(localUrl);
		const webhookUrl =
			others.length === 0 ? first : keep(await startBalancer([first, ...others])).url;
		const shared = {
			...sharedEnvironment(redis, postgres),
			N8N_EDITOR_BASE_URL: localUrl(mainPort),
			WEBHOOK_URL: webhookUrl,
			...options.env,
		};
		const key = randomBytes(24).toString('hex');
		const installed = join(folder, 'installed');
		await mkdir(installed);
		if (options.tarball) await installCommunityNode(installed, options.tarball);

		const part = async (
			name: string,
			port: number,
			command: readonly string[],
			env: Record<string, string> = {},
		): Promise<N8nProcess> => {
			const userFolder = join(folder, name);
			const process = n8nProcess({
				runtime,
				command,
				userFolder,
				logFile: join(folder, `${name}.log`),
				url: localUrl(port),
				env: {
					...baseEnvironment(userFolder, runtime, key),
					...addressEnvironment(port, await freePort()),
					...env,
					...shared,
				},
				prepare: async () => {
					await removeFolder(userFolder);
					await cp(installed, userFolder, { recursive: true });
				},
			});
			keep({
				close: async () => {
					await process.stop();
				},
			});
			return process;
		};
		const main = await part('main', mainPort, ['start'], {
			N8N_DISABLE_PRODUCTION_MAIN_PROCESS: 'true',
		});
		const webhooks: N8nProcess[] = [];
		for (const [i, port] of webhookPorts.entries()) {
			webhooks.push(await part(`webhook-${String(i)}`, port, ['webhook']));
		}
		const [webhook] = webhooks;
		if (!webhook) throw new Error('There has to be a webhook process');
		const workers: N8nProcess[] = [];
		for (let i = 0; i < (options.workers ?? 1); i++) {
			const port = await freePort();
			const flags = options.concurrency ? [`--concurrency=${String(options.concurrency)}`] : [];
			workers.push(
				await part(`worker-${String(i)}`, port, ['worker', ...flags], {
					QUEUE_HEALTH_CHECK_ACTIVE: 'true',
					QUEUE_HEALTH_CHECK_PORT: String(port),
					N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
				}),
			);
		}

		// The main process makes the database's tables.
		await main.start();
		await Promise.all(
			[...webhooks, ...workers].map(async (process) => {
				await process.start();
			}),
		);
		const api = new N8nApi(main.url, runtime.version);
		await api.setUpOwner();

		const processes = [main, ...webhooks, ...workers];
		return {
			url: main.url,
			version: runtime.version,
			api,
			main,
			workers,
			webhook,
			webhooks,
			webhookUrl,
			logs: async () =>
				(await Promise.all(processes.map(async (process) => await process.logs()))).join('\n'),
			close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}

function sharedEnvironment(redis: RedisServer, postgres: PostgresServer): Record<string, string> {
	return {
		EXECUTIONS_MODE: 'queue',
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
		QUEUE_BULL_REDIS_HOST: '127.0.0.1',
		QUEUE_BULL_REDIS_PORT: String(redis.port),
		QUEUE_BULL_REDIS_PASSWORD: redis.password,
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: '127.0.0.1',
		DB_POSTGRESDB_PORT: String(postgres.port),
		DB_POSTGRESDB_DATABASE: postgres.database,
		DB_POSTGRESDB_USER: postgres.user,
		DB_POSTGRESDB_PASSWORD: postgres.password,
		// Each callback reads an execution; n8n's two connections make a burst of them wait too long.
		DB_POSTGRESDB_POOL_SIZE: '10',
		DB_POSTGRESDB_CONNECTION_TIMEOUT: '60000',
	};
}

function localUrl(port: number): string {
	return `http://127.0.0.1:${String(port)}`;
}
