import { setTimeout as delay } from 'node:timers/promises';
import type { Control } from '../../emulator';
import type { AppSpec } from '../../emulator/control/specs';
import type { RunRecord } from '../../emulator/control/types';
import type { Execution, Item } from '../../scripts/lib/n8n/execution';
import { picture } from '../engine/support/files';
import { appRun, json } from '../engine/support/parameters';
import { realN8n } from './support/realN8n';
import { printedRandom, repetitions } from '../soak';
import { makeTrouble, seedFrom } from './support/trouble';
import { itemsNode, magnificNode, workflowOf } from './support/workflows';

const REQUESTS_PER_MINUTE = 1_200;
const n8n = realN8n({ magnific: { requestsPerMinute: REQUESTS_PER_MINUTE, timeScale: 10 } });

const EXECUTIONS = repetitions(4, 20);
const ITEMS = repetitions(10, 25);
const AT_ONCE = 4;
/** The share of calls that go wrong. */
const FAULTY = 0.1;
/** Of a refused key the node believes that it is refused for all: oftener, and nothing would be left. */
const KEY_REFUSED = 0.0005;
const LONG_MS = repetitions(600_000, 2_400_000);

const app: AppSpec = {
	sqid: 'S0akS0akS0',
	name: 'Soak',
	inputs: [
		{ id: 'input-soak-1', type: 'text', label: 'Headline', required: true },
		{
			id: 'input-soak-2',
			type: 'creation',
			label: 'Photo',
			required: true,
			config: { mediaType: 'image' },
		},
	],
	duration_s: 30,
};

const refuseTheKey = async (control: Control, random: () => number): Promise<void> => {
	await control.addFault({
		fault: { kind: 'status', status: 401 },
		probability: KEY_REFUSED,
		seed: seedFrom(random),
		times: -1,
	});
};

/** Now and then nobody listens for a moment, which cuts all that is on its way, too. */
const interrupt = async (
	control: Control,
	random: () => number,
	signal: AbortSignal,
): Promise<void> => {
	for (;;) {
		await delay(5_000 + random() * 10_000, undefined, { signal }).catch(() => undefined);
		if (signal.aborted) return;
		await control.refuseConnections(200);
	}
};

const batch = async (name: string, wait: string) => {
	const photo = {
		content: await picture('orange'),
		fileName: 'photo.png',
		mimeType: 'image/png',
	};
	return workflowOf(
		name,
		itemsNode(
			Array.from({ length: ITEMS }, (_, i) => ({
				json: { headline: `${name}, item ${String(i)}` },
				files: { photo },
			})),
		),
		magnificNode(
			appRun(app.sqid, json('={{ { Headline: $json.headline, Photo: "photo" } }}'), {
				wait,
				options: { downloadFiles: true, maxWait: 15 },
			}),
			{ onError: 'continueErrorOutput' },
		),
	);
};

type Fate =
	| 'completed'
	| 'unfinished, with its run id'
	| 'failed, with its run id'
	| 'failed, may have started'
	| 'failed, not started'
	| 'LOST';

/** What an item came to; LOST: nobody who reads the output can find its run. */
const fateOf = (items: Item[], failed: Item[], runs: RunRecord[]): Fate => {
	const [run] = runs;
	const [item, ...others] = [...items, ...failed];
	if (!item || others.length > 0) return 'LOST';
	const { run_id, status, timed_out, error, details } = item.json;
	if (items.length > 0) {
		if (run_id !== run?.run_id || item.json['error'] !== undefined) return 'LOST';
		if (timed_out === true) return 'unfinished, with its run id';
		return status === 'completed' && Object.keys(item.binary ?? {}).length > 0
			? 'completed'
			: 'LOST';
	}
	if (String(error).includes('may have started')) return 'failed, may have started';
	const known = typeof details === 'object' && details !== null ? { ...details } : {};
	const id: unknown = 'run_id' in known ? known.run_id : undefined;
	if (run) return id === run.run_id ? 'failed, with its run id' : 'LOST';
	return id === null ? 'failed, not started' : 'LOST';
};

const byHeadline = (runs: RunRecord[]): Map<string, RunRecord[]> => {
	const found = new Map<string, RunRecord[]>();
	for (const run of runs) {
		const headline = String(run.inputs['input-soak-1']);
		found.set(headline, [...(found.get(headline) ?? []), run]);
	}
	return found;
};

const indexOf = ({ pairedItem }: Item): unknown =>
	typeof pairedItem === 'object' && pairedItem !== null && 'item' in pairedItem
		? pairedItem.item
		: undefined;

const of = (execution: Execution, output: number, index: number): Item[] =>
	execution.items('Magnific', output).filter((item) => indexOf(item) === index);

it(
	`loses no result and starts no run twice where a tenth of all calls fail, over ${String(EXECUTIONS)} executions of ${String(ITEMS)} items`,
	async () => {
		const random = printedRandom('soak');
		const { control } = n8n.magnific;
		await control.settings({ imageSize: 64, jitter: 0.5 });
		await control.addApp(app);
		await makeTrouble(control, random, FAULTY);
		await refuseTheKey(control, random);
		const quiet = new AbortController();
		const interrupting = interrupt(control, random, quiet.signal);

		const executions = new Map<string, Execution>();
		const names = Array.from({ length: EXECUTIONS }, (_, i) => `Soak ${String(i)}`);
		const waiting = [...names.entries()];
		const carryOn = async (): Promise<void> => {
			for (let next = waiting.shift(); next; next = waiting.shift()) {
				const [i, name] = next;
				const workflow = await batch(name, i % 2 === 0 ? 'poll' : 'webhook');
				const id = await n8n.api.startWorkflow(workflow);
				executions.set(name, await n8n.api.waitForEnd(id, { timeoutMs: LONG_MS }));
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, carryOn));
		quiet.abort();
		await interrupting;
		await control.clearFaults();
		await control.waitIdle();

		const runs = byHeadline(await control.runs());
		const fates = new Map<Fate, number>();
		const lost: string[] = [];
		for (const [name, execution] of executions) {
			expect([name, execution.status]).toEqual([name, 'success']);
			for (let i = 0; i < ITEMS; i += 1) {
				const headline = `${name}, item ${String(i)}`;
				const started = runs.get(headline) ?? [];
				const fate = fateOf(of(execution, 0, i), of(execution, 1, i), started);
				fates.set(fate, (fates.get(fate) ?? 0) + 1);
				if (fate === 'LOST') lost.push(headline);
			}
		}
		const requests = await control.requests();
		const hit = requests.filter(({ fault }) => fault !== undefined).length;
		process.stdout.write(
			`  ${String(requests.length)} calls, of which ${String(hit)} went wrong; ${JSON.stringify(Object.fromEntries(fates))}\n`,
		);
		expect(lost).toEqual([]);
		expect([...runs].filter(([, started]) => started.length > 1)).toEqual([]);
		expect([...fates.values()].reduce((sum, count) => sum + count, 0)).toBe(EXECUTIONS * ITEMS);
		expect(fates.get('completed')).toBeGreaterThan(0);
		expect(hit).toBeGreaterThan(0);

		const unhappy = [...executions.values()].flatMap((execution) =>
			[...execution.json('Magnific', 0), ...execution.json('Magnific', 1)].flatMap(
				({ run_id, timed_out, details }) => {
					const inDetails: unknown =
						typeof details === 'object' && details !== null && 'run_id' in details
							? details.run_id
							: null;
					const id = timed_out === true ? run_id : inDetails;
					return typeof id === 'string' ? [id] : [];
				},
			),
		);
		expect(await statusesOf(unhappy)).toEqual(unhappy.map(() => 'completed'));
	},
	LONG_MS,
);

/** What Run → Wait makes of these runs, once all is well again. */
const statusesOf = async (runIds: string[]): Promise<unknown[]> => {
	if (runIds.length === 0) return [];
	const execution = await n8n.api.runWorkflow(
		workflowOf(
			'Pick up',
			itemsNode(runIds.map((run_id) => ({ json: { run_id } }))),
			magnificNode({ resource: 'run', operation: 'wait', runId: '={{ $json.run_id }}' }),
		),
	);
	return execution.json('Magnific').map(({ status }) => status);
};
