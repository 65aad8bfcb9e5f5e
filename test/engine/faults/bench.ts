import { once } from 'node:events';
import { createServer } from 'node:http';
import { stringify } from 'flatted';
import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { budgetFor } from '../../../nodes/Magnific/api/budget';
import { systemClock } from '../../../nodes/Magnific/api/clock';
import { keyDigest } from '../../../nodes/Magnific/api/settings';
import { startEmulator, type Control, type Emulator, type FaultSpec } from '../../../emulator';
import type { RunRecord } from '../../../emulator/control/types';
import { SPEED } from '../support/fastClock';
import { HAS_DETAILS } from '../support/engine';
import { binary, picture } from '../support/files';
import type { NodeSettings } from '../support/n8n';
import { appRun, byId, json } from '../support/parameters';
import type { NodeOutcome } from '../support/runNode';
import { startWaitingN8n, type WaitingN8n } from '../support/waitingN8n';
import { addWireFault, type Outgoing, type WireFault } from '../support/wire';
import type { Call, Cell, FaultName, Mode } from './table';

/** What was seen of a cell. */
export interface Seen {
	outcome: NodeOutcome;
	/** All that Magnific started and charged. */
	runs: RunRecord[];
	/** The fault really happened. */
	met: boolean;
	/** How often the run of the item that meets the fault was asked for. */
	submissions: number;
	/** Requests that the host of the redirect got with the API key. */
	keysElsewhere: number;
	/** The key stands in what n8n would store. */
	showsKey: boolean;
	/** The statuses of Run → Wait over the run ids that `idsIn` found, once all is well again. */
	pickedUp: unknown[];
	ids: string[];
}

/** A local Magnific and an n8n of their own for one cell at a time. */
export interface Bench {
	see(cell: Cell): Promise<Seen>;
	close(): Promise<void>;
}

const STEADY = 'F4ultSt3ady';
const FAULTY = 'F4ultFau1ty';
const REQUESTS_PER_MINUTE = 60_000;

/** The run of the item that meets the fault is looked at while the others still go. */
const STEADY_S = 20;
const FAULTY_S = 5;

const RETRY: NodeSettings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const SETTINGS: Record<Mode, NodeSettings> = {
	stop: {},
	continue: { onError: 'continueRegularOutput' },
	errorOutput: { onError: 'continueErrorOutput' },
	retry: RETRY,
	retryContinue: { ...RETRY, onError: 'continueRegularOutput' },
	retryErrorOutput: { ...RETRY, onError: 'continueErrorOutput' },
};

const actionOf = (fault: FaultName, elsewhere: string): FaultSpec['fault'] | undefined => {
	switch (fault) {
		case 'refused':
			return undefined;
		case 'reset_before':
		case 'reset_after':
		case 'truncated':
		case 'wrong_shape':
			return { kind: fault };
		case 'no_answer':
			return { kind: 'no_answer', processed: true };
		case 'slow_body':
			return { kind: 'slow_body', ms: 200 };
		case 'html_502':
			return { kind: 'html', status: 502 };
		case 'status_500':
			return { kind: 'status', status: 500 };
		case 'status_503':
			return { kind: 'status', status: 503 };
		case 'status_429':
			return { kind: 'status', status: 429 };
		case 'status_429_after':
			return { kind: 'status', status: 429, headers: { 'retry-after': '1' } };
		case 'status_401':
			return { kind: 'status', status: 401 };
		case 'redirect':
			return { kind: 'redirect', location: elsewhere };
	}
};

/** Which requests of a call are hit, in the emulator's words. */
const TARGETS: Record<Call, Omit<FaultSpec, 'fault'>> = {
	list: { route: 'list' },
	get_app: { route: 'get_app', app_id: FAULTY },
	request_upload: { route: 'request_upload' },
	put_upload: { route: 'put_upload', content_type: 'image/jpeg' },
	run: { route: 'run', app_id: FAULTY },
	get_run: { route: 'get_run', app_id: FAULTY },
	file: { route: 'file', app_id: FAULTY },
};

/** The same requests as they leave n8n. */
const leavingFor = (call: Call, control: Control) => {
	const isOfFaultyRun = async (isIt: (run: RunRecord) => boolean): Promise<boolean> =>
		(await control.runs()).some((run) => run.app_id === FAULTY && isIt(run));
	return ({ method, url, header }: Outgoing): boolean | Promise<boolean> => {
		const { pathname } = url;
		switch (call) {
			case 'list':
				return pathname.endsWith('/ai/apps');
			case 'get_app':
				return pathname.endsWith(`/${FAULTY}`);
			case 'request_upload':
				return pathname.endsWith('/request-url');
			case 'put_upload':
				return method === 'PUT' && header('content-type') === 'image/jpeg';
			case 'run':
				return pathname.endsWith(`/${FAULTY}/run`);
			case 'get_run':
				return isOfFaultyRun(({ run_id }) => pathname.endsWith(`/${run_id}`));
			case 'file':
				return isOfFaultyRun(({ result }) => JSON.stringify(result).includes(pathname));
		}
	};
};

const GIVE_UP_AFTER_MS = 700;

const textOfError = ({ error }: NodeOutcome): string =>
	[error?.message, error?.description].join(' ');

/** The id of an item's run; where a failed item has no `details`, only its text can name it. */
const idOrText = ({ json: { run_id, details, error } }: INodeExecutionData): unknown => {
	const failed = typeof details === 'object' && details !== null && 'run_id' in details;
	if (failed) return details.run_id;
	return run_id ?? (HAS_DETAILS ? undefined : error);
};

/** The run ids that somebody finds who has only what n8n shows: the items, and the error's text. */
export const idsIn = (outcome: NodeOutcome, started: readonly RunRecord[]): string[] => {
	const shown = [...outcome.items, ...outcome.failed].map(idOrText);
	const text = [textOfError(outcome), ...shown.filter((one) => typeof one === 'string')].join(' ');
	return started.map(({ run_id }) => run_id).filter((run_id) => text.includes(run_id));
};

const statusesOf = ({ json: outputs }: NodeOutcome): unknown[] =>
	outputs.map(({ status }: IDataObject) => status);

export const startBench = async (): Promise<Bench> => {
	const emulator: Emulator = await startEmulator({
		timeScale: SPEED,
		requestsPerMinute: REQUESTS_PER_MINUTE,
	});
	const n8n: WaitingN8n = await startWaitingN8n();
	const elsewhere = await startElsewhere();
	const { control } = emulator;
	const [red, blue, green] = await Promise.all([
		picture('red'),
		picture('blue', 'jpeg'),
		picture('green'),
	]);
	const items = [
		{ json: { app: FAULTY }, binary: { data: binary(blue, 'image/jpeg', 'b.jpg') } },
		{ json: { app: STEADY }, binary: { data: binary(red, 'image/png', 'a.png') } },
		{ json: { app: STEADY }, binary: { data: binary(green, 'image/png', 'c.png') } },
	];

	/** A pause that an earlier cell's 429 has named is no part of this one. */
	const budgetIsFree = async (): Promise<void> => {
		const key = keyDigest({ origin: emulator.url, apiKey: emulator.apiKey });
		await budgetFor(key, REQUESTS_PER_MINUTE, systemClock).ready('submit');
	};

	const prepare = async ({ wait }: Cell): Promise<void> => {
		await budgetIsFree();
		await control.reset();
		// A 502 of its own in the middle would stand in for the cell's fault.
		await control.settings({ imageSize: 64, status502Every: null });
		for (const sqid of [STEADY, FAULTY]) {
			await control.addApp({
				sqid,
				name: sqid,
				inputs: [
					{
						id: 'input-photo-1',
						type: 'creation',
						label: 'Photo',
						required: true,
						config: { mediaType: 'image' },
					},
				],
				total_cost: 1,
				duration_s: sqid === FAULTY && wait === 'poll' ? FAULTY_S : STEADY_S,
			});
		}
		elsewhere.forget();
	};

	/** @returns calls the fault off, and tells whether anything met it */
	const addFault = async ({ call, fault, last }: Cell): Promise<() => Promise<boolean>> => {
		const times = last === 'once' ? 1 : -1;
		const action = actionOf(fault, elsewhere.url);
		if (action) await control.addFault({ ...TARGETS[call], times, fault: action });
		const wire: WireFault | undefined =
			fault === 'refused' || fault === 'no_answer'
				? {
						origin: emulator.url,
						concerns: leavingFor(call, control),
						left: last === 'once' ? 1 : Infinity,
						hits: 0,
						...(fault === 'refused' ? { refuse: true } : { patienceMs: GIVE_UP_AFTER_MS }),
					}
				: undefined;
		const callOff = wire ? addWireFault(wire) : () => undefined;
		return async () => {
			callOff();
			await control.clearFaults();
			const requests = await control.requests();
			const hits = requests.filter((request) => request.fault !== undefined);
			return action ? hits.length > 0 && wire?.hits !== 0 : wire !== undefined && wire.hits > 0;
		};
	};

	const parametersFor = ({ call, wait, last }: Cell): INodeParameters => {
		if (call === 'list') return { resource: 'app', operation: 'getAll', returnAll: true };
		// Only what does not end otherwise is to meet the deadline: on a slow machine it comes early.
		const mayTimeOut = (call === 'run' && last === 'always') || call === 'get_run';
		return {
			...appRun(STEADY, json({ Photo: 'data' }), {
				wait: wait === 'poll' ? 'poll' : 'webhook',
				options: { downloadFiles: true, maxWait: mayTimeOut ? 3 : 60 },
			}),
			app: byId('={{ $json.app }}'),
		};
	};

	const credentialFor = ({ call, wait }: Cell) => ({
		apiKey: emulator.apiKey,
		baseUrl: emulator.url,
		endpointFamily: 'apps',
		requestsPerMinute: REQUESTS_PER_MINUTE,
		// Without a secret each callback is confirmed by a look: the only one that is sure to be made.
		webhookSecret: wait === 'suspended' && call === 'get_run' ? '' : emulator.webhookSecret,
	});

	const pickUp = async (cell: Cell, ids: string[]): Promise<unknown[]> => {
		if (ids.length === 0) return [];
		return statusesOf(
			await n8n.run({
				parameters: {
					resource: 'run',
					operation: 'wait',
					runId: '={{ $json.run_id }}',
					options: { downloadFiles: true },
				},
				items: ids.map((run_id) => ({ json: { run_id } })),
				credential: credentialFor(cell),
			}),
		);
	};

	return {
		async see(cell) {
			await prepare(cell);
			const callOff = await addFault(cell);
			const outcome = await n8n.run({
				parameters: parametersFor(cell),
				items: cell.call === 'list' ? [{ json: {} }] : items,
				settings: SETTINGS[cell.mode],
				credential: credentialFor(cell),
			});
			const met = await callOff();
			const runs = await control.runs();
			const submissions = (await control.requests({ route: 'run', app_id: FAULTY })).length;
			const ids = idsIn(outcome, runs);
			return {
				outcome,
				runs,
				met,
				submissions,
				keysElsewhere: elsewhere.keys(),
				showsKey: stringify(outcome.run).includes(emulator.apiKey),
				ids,
				pickedUp: await pickUp(cell, ids),
			};
		},
		async close() {
			await Promise.all([emulator.close(), n8n.close(), elsewhere.close()]);
		},
	};
};

/** A host that has nothing to do with Magnific, and a picture for everybody. */
const startElsewhere = async () => {
	let keys = 0;
	const image = await picture('white');
	const server = createServer((request, response) => {
		if (request.headers['x-magnific-api-key'] !== undefined) keys += 1;
		response.writeHead(200, { 'content-type': 'image/png' }).end(image);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('There is no port');
	return {
		url: `http://127.0.0.1:${String(address.port)}/elsewhere.png`,
		keys: () => keys,
		forget: () => {
			keys = 0;
		},
		close: async () => {
			server.close();
			server.closeAllConnections();
			await once(server, 'close').catch(() => undefined);
		},
	};
};

/** Does all jobs on a few benches at once; a job's result can be waited for. */
export class BenchPool {
	private readonly benches: Array<Promise<Bench>> = [];

	private readonly results: Array<Promise<Seen>>;

	/** @param count how many cells are seen at once: they wait more than they work */
	constructor(cells: readonly Cell[], count: number) {
		let next = 0;
		const settle: Array<(seen: Promise<Seen>) => void> = [];
		this.results = cells.map(
			() =>
				new Promise<Seen>((resolve) => {
					settle.push(resolve);
				}),
		);
		// A result that nobody asked for yet must not end the process.
		for (const result of this.results) result.catch(() => undefined);
		for (let i = 0; i < count; i += 1) {
			const starting = startBench();
			this.benches.push(starting);
			void (async () => {
				const bench = await starting;
				for (let index = next++; index < cells.length; index = next++) {
					const cell = cells[index];
					if (!cell) return;
					const seeing = bench.see(cell);
					settle[index]?.(seeing);
					await seeing.catch(() => undefined);
				}
			})();
		}
	}

	/** What was seen of the cell at `index`. */
	async seen(index: number): Promise<Seen> {
		const result = this.results[index];
		if (!result) throw new Error(`There is no cell ${String(index)}`);
		return await result;
	}

	async close(): Promise<void> {
		for (const bench of this.benches) await (await bench).close();
	}
}
