import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { AppSpec } from '../../emulator/control/specs';
import { appRun, json } from '../engine/support/parameters';
import { idsInLog, Night } from './support/nightBooks';
import { calledWorkflow, startByCall } from './support/production';
import { realN8n } from './support/realN8n';
import { printedRandom, repetitions } from '../soak';
import { makeTrouble, seedFrom } from './support/trouble';
import { itemsNode, magnificNode, workflowOf } from './support/workflows';

const REQUESTS_PER_MINUTE = 1_200;
const n8n = realN8n({ magnific: { requestsPerMinute: REQUESTS_PER_MINUTE, timeScale: 10 } });

const NIGHTS = repetitions(1, 10);
const ITEMS = repetitions(40, 200);
/** The share of calls, and of runs, that go wrong. */
const FAULTY = 0.08;
/** How long a parked execution waits for what nobody tells, in minutes. */
const MAX_WAIT = 2;
const NIGHT_MS = 900_000;
const LOOK_MS = 250;

const app: AppSpec = {
	sqid: 'N1ghtN1ght',
	name: 'Night',
	inputs: [{ id: 'input-night-1', type: 'text', label: 'Headline', required: true }],
	duration_s: repetitions(60, 200),
};

const detailsSchema = z.object({ run_id: z.string(), status: z.string() });

type Kind = 'poll' | 'webhook';

const batch = (name: string, headlines: readonly string[], wait: Kind) =>
	calledWorkflow(
		name,
		itemsNode(headlines.map((headline) => ({ json: { headline } }))),
		magnificNode(
			appRun(app.sqid, json('={{ { Headline: $json.headline } }}'), {
				wait,
				options: { maxWait: wait === 'poll' ? 15 : MAX_WAIT },
			}),
			{
				onError: 'continueErrorOutput',
				retryOnFail: true,
				maxTries: 3,
				waitBetweenTries: 1_000,
			},
		),
	);

const failRuns = async (random: () => number): Promise<void> => {
	const failed = { status: 'failed', error_message: 'Bad luck.' };
	// n8n tries again while the first item is one that failed.
	await n8n.magnific.control.setOutcome({ ...failed, times: 1 });
	await n8n.magnific.control.setOutcome({
		...failed,
		probability: FAULTY,
		seed: seedFrom(random),
		times: -1,
	});
};

/** Waits until so many starts and ends of runs have been, or the execution has ended before. */
const untilThereWere = async (events: number, id: string): Promise<void> => {
	for (;;) {
		const runs = await n8n.magnific.control.runs();
		const ended = runs.filter(({ settled_at }) => settled_at !== null);
		if (runs.length + ended.length >= events) return;
		if ((await n8n.api.getExecution(id)).hasEnded) return;
		await delay(LOOK_MS);
	}
};

/** The last request of n8n that was killed, when what was on its way has come. */
const lastRequest = async (): Promise<number> => {
	const read = async (): Promise<number> =>
		(await n8n.magnific.control.requests()).at(-1)?.seq ?? 0;
	let last = await read();
	for (;;) {
		await delay(4 * LOOK_MS);
		const later = await read();
		if (later === last) return last;
		last = later;
	}
};

/** When in a night n8n is killed, as a share of all starts and ends of runs. */
const momentOf = (kind: Kind, round: number, random: () => number): number => {
	// In every other night, once it is parked: a batch that is still being submitted then is lost to n8n, or late.
	const earliest = kind === 'webhook' && round % 2 === 1 ? 0.6 : 0.02;
	return earliest + (0.8 - earliest) * random();
};

/** One callback comes after n8n is there again; all others of meanwhile are lost. */
const callLate = async (random: () => number): Promise<void> => {
	const { control } = n8n.magnific;
	await control.waitIdle();
	const runs = await control.runs();
	const late = runs[Math.floor(random() * runs.length)];
	if (late) await control.deliver({ run_id: late.run_id, event: 'finished' });
};

/** The status of each run, as Run → Wait gives it to the one who has the ids. */
const statusesOf = async (ids: string[]): Promise<Map<unknown, unknown>> => {
	const execution = await n8n.api.runWorkflow(
		workflowOf(
			'Pick up',
			itemsNode(ids.map((run_id) => ({ json: { run_id } }))),
			magnificNode(
				{ resource: 'run', operation: 'wait', runId: '={{ $json.run_id }}' },
				{ onError: 'continueErrorOutput' },
			),
		),
		{ timeoutMs: NIGHT_MS },
	);
	const failed = execution.json('Magnific', 1).map(({ details }) => detailsSchema.parse(details));
	return new Map(
		[...execution.json('Magnific'), ...failed].map(({ run_id, status }) => [run_id, status]),
	);
};

/** Of all runs that were started, those that n8n's log tells, with their statuses at Magnific. */
const toldRuns = async (): Promise<Map<string, string>> => {
	const told = new Set(idsInLog(await n8n.server.logs()));
	const runs = await n8n.magnific.control.runs();
	return new Map(
		runs.filter(({ run_id }) => told.has(run_id)).map(({ run_id, status }) => [run_id, status]),
	);
};

const nights = Array.from({ length: NIGHTS }, (_, i) => i + 1).flatMap((round) =>
	(['webhook', 'poll'] as const).map((kind) => ({ round, kind })),
);

it.each(nights)(
	`a night with 8 % of troubles ($kind) in which n8n is killed pays for none of ${String(ITEMS)} items twice, and loses no run that was paid (night $round)`,
	async ({ round, kind }) => {
		const name = `night ${String(round)}, ${kind}`;
		const random = printedRandom(name);
		const { control } = n8n.magnific;
		const headlines = Array.from({ length: ITEMS }, (_, i) => `${name}, item ${String(i)}`);
		await control.settings({ jitter: 0.5 });
		await control.addApp(app);
		await makeTrouble(control, random, FAULTY);
		await failRuns(random);
		const moment = Math.round(2 * ITEMS * momentOf(kind, round, random));

		const id = await startByCall(n8n.api, n8n.server.url, batch(name, headlines, kind));
		await untilThereWere(moment, id);
		const { status } = await n8n.api.getExecution(id);
		await n8n.server.kill9();
		const lastBeforeKill = await lastRequest();
		await n8n.server.restart();
		if (kind === 'webhook') await callLate(random);
		const execution = await n8n.api.waitForEnd(id, { timeoutMs: NIGHT_MS });
		await control.waitIdle();

		const night = new Night({
			headlines,
			charges: await control.charges(),
			runs: await control.runs(),
			submissions: await control.requests({ route: 'run' }),
			lastBeforeKill,
			execution,
			log: await n8n.server.logs(),
		});
		process.stdout.write(
			`  ${name}: killed after ${String(moment)} starts and ends, ${status}; then ${execution.status}: ${JSON.stringify(night.figures)}, broken: ${JSON.stringify(night.broken)}\n`,
		);
		expect(night.broken).toEqual([]);
		// What is parked goes on; of what ran n8n keeps nothing but its log.
		const ends = status === 'running' ? ['crashed', 'success'] : ['success'];
		expect(ends).toContain(execution.status);
		if (execution.status === 'success') return;

		await control.clearFaults();
		const told = await toldRuns();
		expect(await statusesOf([...told.keys()])).toEqual(told);

		const retried = await n8n.api.retryExecution(id, false);
		const refused = (await n8n.api.waitForEnd(retried)).json('Magnific', 1);
		expect(refused.map(({ error }) => error)).toEqual(
			headlines.map(() => expect.stringContaining('Nothing was started: n8n ended') as unknown),
		);
		expect(await control.charges()).toHaveLength(night.figures.charged);
		process.stdout.write(
			`  ${name}: ${String(told.size)} runs picked up by the ids in the log; n8n’s Retry started nothing\n`,
		);
	},
	NIGHT_MS,
);
