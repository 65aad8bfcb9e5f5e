import { setTimeout as delay } from 'node:timers/promises';
import { posterFromText } from '../../emulator/apps/posterFromText';
import type { RunRecord } from '../../emulator/control/types';
import type { Execution } from '../../scripts/lib/n8n/execution';
import { appRun, fields } from '../engine/support/parameters';
import { idsInLog } from './support/nightBooks';
import { allCompleted, outcomesOf } from './support/outcomes';
import { untilThere } from './support/production';
import { realN8n } from './support/realN8n';
import { printedRandom, repetitions } from '../soak';
import { itemsNode, magnificNode, workflowOf } from './support/workflows';

/** 50 requests go within 5 s, so that a batch of 200 is submitted for a quarter of a minute. */
const n8n = realN8n({ magnific: { requestsPerMinute: 600, timeScale: 1 } });

const ITEMS = 200;
/** What the budget lets through at once, and how long it waits then. */
const BURST = 50;
const BURST_EVERY_MS = 5_000;
const LONG_MS = 420_000;
/** What n8n answers any call while its event loop is too busy for its own database's ping. */
const N8N_IS_BUSY = 'Database is not ready';

const headlines = (name: string): string[] =>
	Array.from({ length: ITEMS }, (_, i) => `${name}, poster ${String(i)}`);

const start = async (name: string): Promise<string> =>
	await n8n.api.startWorkflow(
		workflowOf(
			name,
			itemsNode(headlines(name).map((headline) => ({ json: { headline } }))),
			magnificNode(
				appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.headline }}' }), {
					wait: 'webhook',
				}),
				{ onError: 'continueErrorOutput' },
			),
		),
	);

const runsLast = async (seconds: number): Promise<void> => {
	await n8n.magnific.control.settings({ durations: { [posterFromText.sqid]: seconds } });
};

const submissions = async (): Promise<number> =>
	(await n8n.magnific.control.requests({ route: 'run' })).length;

const submitted = async (count: number): Promise<void> => {
	await untilThere(`submission number ${String(count)}`, async () =>
		(await submissions()) >= count ? true : undefined,
	);
};

const ended = async (id: string): Promise<Execution> =>
	await n8n.api.waitForEnd(id, { timeoutMs: LONG_MS });

it(
	'takes a batch of 200 with a request per run, and n8n refuses no callback of an end',
	async () => {
		await runsLast(8);
		const execution = await ended(await start('Large'));
		expect(execution.status).toBe('success');
		expect(await outcomesOf(n8n.magnific, execution)).toEqual(allCompleted(headlines('Large')));
		expect(execution.runs['Magnific']).toHaveLength(1);
		const { control } = n8n.magnific;
		const requests = (await control.requests()).filter(({ route }) => route !== 'file');
		const refused = (await control.deliveries()).filter(
			({ event, status }) => event === 'finished' && status !== 200,
		);
		const refusedByLoad = refused.filter(({ body }) => body.includes(N8N_IS_BUSY));
		process.stdout.write(
			`  ${String(requests.length / ITEMS)} requests per run, ${String(refusedByLoad.length)} callbacks that n8n was too busy for\n`,
		);
		expect(await submissions()).toBe(ITEMS);
		expect(refused).toEqual(refusedByLoad);
		expect(requests.filter(({ status }) => status === 429)).toEqual([]);
		// Each callback that n8n did not take costs a look, or two.
		expect(requests.length).toBeLessThanOrEqual(1.02 * ITEMS + 1 + 2 * refusedByLoad.length);
	},
	LONG_MS,
);

it.each([
	[
		'stopped',
		async (id: string) => {
			await n8n.api.stopExecution(id);
		},
	],
	[
		'deleted',
		async (id: string) => {
			await n8n.api.request('POST', '/rest/executions/delete', { ids: [id] });
		},
	],
])(
	'starts no more than the burst that was on its way when it was %s',
	async (how, end) => {
		await runsLast(600);
		const id = await start(how);
		await n8n.api.waitFor(id, ({ status }) => status === 'waiting');
		await submitted(60);
		await end(id);
		const endedAt = Date.now();
		const before = await submissions();
		await delay(3 * BURST_EVERY_MS);
		const after = await submissions();
		const last = (await n8n.magnific.control.requests({ route: 'run' })).at(-1)?.at ?? Infinity;
		process.stdout.write(
			`  ${how}: ${String(after - before)} submissions after it, the last one ${String(last - endedAt)} ms after it\n`,
		);
		expect(after - before).toBeLessThanOrEqual(BURST);
		expect(after).toBeLessThan(ITEMS);
	},
	LONG_MS,
);

const rounds = (count: number): number[] => Array.from({ length: count }, (_, round) => round + 1);

/** Kills n8n while it submits runs of these durations (s), and gives the paid ones that do not come out. */
const lostByKill = async (name: string, durations: [number, ...number[]]): Promise<RunRecord[]> => {
	const random = printedRandom(name);
	const { control } = n8n.magnific;
	await control.settings({ durations: { [posterFromText.sqid]: durations } });
	const id = await start(name);
	await n8n.api.waitFor(id, ({ status }) => status === 'waiting');
	const saved = await submissions();
	await submitted(50 + Math.floor(random() * 140));
	await n8n.server.kill9();
	const killedAt = Date.now();
	await n8n.server.restart();
	const paid = await submissions();

	const execution = await ended(id);
	expect(execution.status).toBe('success');
	expect(await submissions()).toBe(paid);
	const runs = await control.runs();
	const texts = runs.map(({ inputs }) => String(Object.values(inputs)[0]));
	expect(new Set(texts).size).toBe(texts.length);
	const results = new Set(execution.json('Magnific').map(({ run_id }) => run_id));
	const taken = (await control.deliveries()).filter(
		({ at, status }) => status === 200 && at > killedAt,
	);
	const known = [...runs.slice(0, saved), ...taken].map(({ run_id }) => run_id);
	expect([...results]).toEqual(expect.arrayContaining(known));
	const lost = runs.filter(({ run_id }) => !results.has(run_id));
	const told = new Set(idsInLog(await n8n.server.logs()));
	process.stdout.write(
		`  ${name}: ${String(runs.length)} runs, ${String(saved)} saved, ${String(taken.length)} calls taken after it, ${String(lost.length)} lost, ${String(lost.filter(({ run_id }) => told.has(run_id)).length)} of them in the log\n`,
	);
	const unstarted = execution.json('Magnific', 1);
	expect(unstarted).toHaveLength(ITEMS - results.size);
	for (const { error } of unstarted) {
		expect(String(error)).toMatch(
			/n8n ended before it had saved which runs of this batch were started/,
		);
	}
	return lost;
};

it.each(rounds(repetitions(1, 10)))(
	'killed while it submits, pays for nothing twice, starts nothing more and gives what n8n or a callback knows of (kill %i)',
	async (round) => {
		// Half of them call back before the kill, and the others when n8n is there again.
		await lostByKill(`Kill ${String(round)}`, [3, 60]);
	},
	LONG_MS,
);

for (const round of rounds(repetitions(0, 10))) {
	it(
		`killed while it submits, gives all that was paid, of runs that outlast it (kill ${String(round)})`,
		async () => {
			expect(await lostByKill(`Long kill ${String(round)}`, [60])).toEqual([]);
		},
		LONG_MS,
	);
}
