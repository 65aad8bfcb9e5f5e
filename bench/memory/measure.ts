import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { INodeParameters } from 'n8n-workflow';
import type { Report } from '../../scripts/lib/progress';
import { startN8n, type N8nServer } from '../../scripts/lib/n8n/server';
import type { WorkflowJson, WorkflowNode } from '../../scripts/lib/n8n/workflow';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { startEmulator } from '../../emulator';
import { startBigFiles, VIDEO_APP, type BigFiles } from './bigFiles';

const MB = 1_000_000;
const LOOK_EVERY_MS = 100;
const SETTLE_MS = 5_000;
const TIMEOUT_MS = 10 * 60_000;

/** In MB (10⁶ bytes), over what the idle n8n had. */
export interface MemoryFigures {
	download_500mb: number;
	upload_500mb: number;
	items_1000: number;
}

/** The resident memory of n8n's process, in bytes, as its own metrics tell. */
const residentBytes = async (n8n: N8nServer): Promise<number> => {
	const metrics = await (await fetch(`${n8n.url}/metrics`)).text();
	const bytes = /^n8n_process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1];
	if (bytes === undefined) throw new Error('n8n does not tell its memory');
	return Number(bytes);
};

/** The most over idle, in bytes, that n8n had while `isCounted` during an execution of the workflow. */
const growthDuring = async (
	n8n: N8nServer,
	workflow: WorkflowJson,
	isCounted: () => boolean,
): Promise<number> => {
	await delay(SETTLE_MS);
	const idle = await residentBytes(n8n);
	let most = idle;
	const id = await n8n.api.startWorkflow(workflow);
	const over = new AbortController();
	const watching = (async () => {
		while (!over.signal.aborted) {
			if (isCounted()) most = Math.max(most, await residentBytes(n8n));
			await delay(LOOK_EVERY_MS);
		}
	})();
	const execution = await n8n.api.waitForEnd(id, { timeoutMs: TIMEOUT_MS });
	over.abort();
	await watching;
	if (execution.status !== 'success') {
		throw new Error(
			`The execution ended with ${execution.status}: ${String(execution.error?.message)}`,
		);
	}
	return most - idle;
};

const node = (
	name: string,
	type: string,
	typeVersion: number,
	parameters: INodeParameters,
): WorkflowNode => ({ name, type, typeVersion, position: [0, 0], parameters });

const chain = (name: string, ...nodes: WorkflowNode[]): WorkflowJson => ({
	name,
	nodes,
	connections: Object.fromEntries(
		nodes
			.slice(1)
			.map(({ name: next }, i) => [
				nodes[i]?.name ?? '',
				{ main: [[{ node: next, type: 'main' as const, index: 0 }]] },
			]),
	),
	settings: { executionOrder: 'v1' },
});

const magnific = (app: string, inputs: object, options: INodeParameters): WorkflowNode => ({
	...node('Magnific', 'n8n-nodes-magnific.magnific', 1, {
		resource: 'app',
		operation: 'run',
		app: { __rl: true, mode: 'id', value: app },
		inputMode: 'json',
		inputsJson: JSON.stringify(inputs),
		options,
	}),
	credentials: { magnificApi: { id: null, name: 'Magnific API' } },
});

const start = node('Start', 'n8n-nodes-base.manualTrigger', 1, {});

const downloadWorkflow = chain(
	'Download',
	start,
	magnific(VIDEO_APP.sqid, {}, { downloadFiles: true }),
);

const uploadWorkflow = (file: string): WorkflowJson =>
	chain(
		'Upload',
		start,
		node('Read File', 'n8n-nodes-base.readWriteFile', 1, { fileSelector: file }),
		magnific(VIDEO_APP.sqid, { [VIDEO_APP.input]: 'data' }, {}),
	);

const manyItemsWorkflow = (count: number): WorkflowJson =>
	chain(
		'Many items',
		start,
		node('Items', 'n8n-nodes-base.code', 2, {
			jsCode: `return Array.from({ length: ${String(count)} }, (_, i) => ({ json: { i } }))`,
		}),
		magnific(surpriseMe.sqid, {}, {}),
	);

const useMagnific = async (n8n: N8nServer, url: string, apiKey: string): Promise<void> => {
	await n8n.api.importCredential({
		name: 'Magnific API',
		type: 'magnificApi',
		data: {
			apiKey,
			baseUrl: url,
			endpointFamily: 'apps',
			webhookSecret: '',
			requestsPerMinute: 60_000,
		},
	});
};

const emptyFile = async (file: string, bytes: number): Promise<void> => {
	const handle = await open(file, 'w');
	await handle.truncate(bytes);
	await handle.close();
};

const measureTransfers = async (
	n8n: N8nServer,
	folder: string,
	bytes: number,
): Promise<{ up: number; down: number }> => {
	const file = join(folder, `${String(bytes)}.mp4`);
	await emptyFile(file, bytes);
	const server: BigFiles = await startBigFiles(bytes);
	try {
		await useMagnific(n8n, server.url, 'any-key');
		const isCounted = (): boolean => server.isTransferring();
		const down = await growthDuring(n8n, downloadWorkflow, isCounted);
		const up = await growthDuring(n8n, uploadWorkflow(file), isCounted);
		const moved = server.transferred();
		if (moved.up !== bytes || moved.down !== bytes) {
			throw new Error(`Moved ${JSON.stringify(moved)} bytes instead of ${String(bytes)} both ways`);
		}
		return { up, down };
	} finally {
		await server.close();
	}
};

const measureItems = async (n8n: N8nServer, count: number): Promise<number> => {
	const emulator = await startEmulator({ timeScale: 10, requestsPerMinute: 60_000 });
	try {
		await useMagnific(n8n, emulator.url, emulator.apiKey);
		await growthDuring(n8n, manyItemsWorkflow(count), () => true);
		return await growthDuring(n8n, manyItemsWorkflow(count), () => true);
	} finally {
		await emulator.close();
	}
};

/**
 * How much the memory of a real n8n grows over what it has when idle, with files kept on disk:
 * while a file of 500 MB goes each way, and while the node runs 1,000 items without files. All of
 * it runs once before it is measured, so that what n8n loads on first use does not count.
 */
export const measureMemory = async (tarball: string, report: Report): Promise<MemoryFigures> => {
	const folder = await mkdtemp(join(tmpdir(), 'magnific-bench-'));
	const files = join(folder, 'files');
	await mkdir(files);
	const n8n = await startN8n({
		tarball,
		env: {
			N8N_METRICS: 'true',
			N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
			N8N_RESTRICT_FILE_ACCESS_TO: files,
		},
	});
	try {
		report('moving a file of 50 MB, to warm up');
		await measureTransfers(n8n, files, 50 * MB);
		report('moving a file of 500 MB');
		const { up, down } = await measureTransfers(n8n, files, 500 * MB);
		report('running 1,000 items, twice');
		const items = await measureItems(n8n, 1_000);
		const inMb = (value: number): number => Math.round((value / MB) * 10) / 10;
		return { download_500mb: inMb(down), upload_500mb: inMb(up), items_1000: inMb(items) };
	} finally {
		await n8n.close();
		await rm(folder, { recursive: true, force: true });
	}
};
