import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WorkflowExecute } from 'n8n-core';
import { startEmulator } from '../../emulator';
import type * as MagnificModule from '../../nodes/Magnific/Magnific.node';
import { additionalDataFor, workflowOf } from '../../test/engine/support/n8n';
import { itemsOf, parkBatch, posterOf } from './parkedBatch';

const SIZES = [1_000, 10_000] as const;
const WARM_UP_ITEMS = 300;
/** Calls that are measured; those before them come first, the last one lets the execution go on. */
const CALLS = 300;

export interface ParkedRow {
	n: number;
	/** Processor time of the process in µs for one item, garbage collection, n8n's engine and the API's model included. */
	validate_us: number;
	park_us: number;
	resume_us: number;
	/** The same for one call, in µs: what n8n does before it asks the node, and what the node does. */
	read_us: number;
	call_us: number;
	/** What n8n saves, and of that what is the node's own, in kB. */
	saved_kb: number;
	own_kb: number;
	/** The heap after the park, and after all results are known, over what it was before, in MB. */
	parked_mb: number;
	known_mb: number;
}

/** Processor time in µs. */
export const processorUs = async (work: () => Promise<unknown>): Promise<number> => {
	const before = process.cpuUsage();
	await work();
	const { user, system } = process.cpuUsage(before);
	return user + system;
};

/** What the node needs to look at `count` items with *Validate Only*. */
export const validateBatch = async (
	count: number,
	node: MagnificModule.Magnific,
): Promise<void> => {
	const magnific = await startEmulator();
	const credential = {
		apiKey: magnific.apiKey,
		baseUrl: magnific.url,
		endpointFamily: 'apps',
		requestsPerMinute: 50,
	};
	const parameters = posterOf({ wait: 'webhook', options: { validateOnly: true } });
	const workflow = workflowOf(parameters, itemsOf(count), {}, node);
	const startNode = workflow.getNode('Source 0');
	if (!startNode) throw new Error('The workflow has no start');
	const { status } = await new WorkflowExecute(additionalDataFor(credential), 'trigger').run({
		workflow,
		startNode,
	});
	await magnific.close();
	if (status !== 'success') throw new Error(`The validation came to ${status}`);
};

setFlagsFromString('--expose-gc');
const collector: unknown = runInNewContext('gc');
const isCollector = (value: unknown): value is () => void => typeof value === 'function';

const heapMb = (): number => {
	if (isCollector(collector)) collector();
	return process.memoryUsage().heapUsed / 1e6;
};

const measureSize = async (n: number, node: MagnificModule.Magnific): Promise<ParkedRow> => {
	const validate = await processorUs(async () => {
		await validateBatch(n, node);
	});
	const heapBefore = heapMb();
	const before = process.cpuUsage();
	const batch = await parkBatch(n, node);
	const { user, system } = process.cpuUsage(before);
	const parkedMb = heapMb() - heapBefore;
	const read = await processorUs(async () => Promise.resolve(batch.read()));
	const data = batch.read();
	const calls = async (from: number, to: number): Promise<void> => {
		for (let i = from; i < to; i += 1) await batch.callBack(i, data);
	};
	await calls(0, CALLS);
	const call = await processorUs(async () => {
		await calls(CALLS, 2 * CALLS);
	});
	await calls(2 * CALLS, n - 1);
	const knownMb = heapMb() - heapBefore;
	const resume = await processorUs(async () => {
		const { workflowData } = await batch.callBack(n - 1, data);
		const given = workflowData?.[0]?.length;
		if (given !== n) throw new Error(`${String(given)} items came out of ${String(n)}`);
	});
	await batch.close();
	const each = (us: number): number => Math.round(us / n);
	return {
		n,
		validate_us: each(validate),
		park_us: each(user + system),
		resume_us: each(resume),
		read_us: Math.round(read),
		call_us: Math.round(call / CALLS),
		saved_kb: Math.round(batch.saved.length / 1e3),
		own_kb: Math.round(batch.kept.length / 1e3),
		parked_mb: Math.round(parkedMb),
		known_mb: Math.round(knownMb),
	};
};

/** Work in which n8n's engine keeps its files in a folder of its own, and its log to itself. */
const besideN8n = async <T>(work: () => Promise<T>): Promise<T> => {
	const folder = await mkdtemp(join(tmpdir(), 'magnific-engine-'));
	process.env['N8N_USER_FOLDER'] = folder;
	process.env['N8N_LOG_LEVEL'] = 'silent';
	try {
		return await work();
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
};

/** What a large batch costs that is only looked at, parked, called back and gone on with, on n8n's engine. */
export const measureParked = async (report: (activity: string) => void): Promise<ParkedRow[]> =>
	await besideN8n(async () => {
		// Without its ending the name is that of the codex file; and no guard could tell more of an own module.
		const { Magnific } = createRequire(__filename)(
			'../../nodes/Magnific/Magnific.node.ts',
		) as typeof MagnificModule;
		const node = new Magnific();
		await validateBatch(WARM_UP_ITEMS, node);
		const warmUp = await parkBatch(WARM_UP_ITEMS, node);
		await warmUp.close();
		const rows: ParkedRow[] = [];
		for (const n of SIZES) {
			report(`${String(n)} items`);
			rows.push(await measureSize(n, node));
		}
		return rows;
	});
