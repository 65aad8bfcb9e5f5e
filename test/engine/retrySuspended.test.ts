import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { appIdOf, appOf } from './support/itemApps';
import { localMagnific } from './support/localMagnific';
import type { NodeSettings } from './support/n8n';
import { appRun, fields, inputId, json } from './support/parameters';
import type { NodeOutcome } from './support/runNode';
import { textOf } from './support/text';
import { startWaitingN8n, type WaitingN8n } from './support/waitingN8n';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
let n8n: WaitingN8n;

beforeAll(async () => {
	n8n = await startWaitingN8n();
});

afterAll(async () => {
	await n8n.close();
});

const HEADLINE = inputId(posterFromText, 'Headline');
const rows = (...titles: string[]): INodeExecutionData[] =>
	titles.map((title) => ({ json: { title, app: posterFromText.sqid } }));
const four = rows('One', 'Two', 'Three', 'Four');
const firstBlank = rows('', 'Two', 'Three', 'Four');

const retry: NodeSettings = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const poster = (headline: string, rest: INodeParameters = {}): INodeParameters =>
	appRun(posterFromText, fields(posterFromText, { Headline: headline }), {
		wait: 'webhook',
		...rest,
	});

/** Runs it to the end of its execution, which Magnific's callbacks and the watchdog bring about. */
const runOn = async (
	parameters: INodeParameters,
	items: INodeExecutionData[],
	settings: NodeSettings,
): Promise<NodeOutcome> =>
	await n8n.run({ parameters, items, settings, credential: local.credential });

/** The headlines that were paid for, each as often as it was. */
const paid = async (): Promise<string[]> =>
	(await local.control.runs()).map(({ inputs }) => String(inputs[HEADLINE])).sort();

const refuseFirst = async (times: number, status = 400): Promise<void> => {
	await local.control.addFault({
		route: 'run',
		times,
		fault: { kind: 'status', status, body: { message: 'Not now.' } },
	});
};

const completed = ({ items }: NodeOutcome): INodeExecutionData[] =>
	items.filter(({ json: { status } }) => status === 'completed');

const HEADLINES = [
	['by $json', '={{ $json.title }}'],
	['by the paired item of the source', "={{ $('Source 0').item.json.title }}"],
] as const;

describe.each(['continueErrorOutput', 'continueRegularOutput'] as const)(
	'Retry On Fail with onError %s of an execution that is suspended',
	(onError) => {
		const settings = { ...retry, onError };
		const failedOf = ({ failed, items }: NodeOutcome): INodeExecutionData[] =>
			[...failed, ...items].filter(({ json: { error } }) => error !== undefined);

		describe.each(HEADLINES)('with inputs %s', (_, headline) => {
			it('pays for the good rows once where the first is blank', async () => {
				const outcome = await runOn(poster(headline), firstBlank, settings);
				expect(outcome.error).toBeUndefined();
				expect(await paid()).toEqual(['Four', 'Three', 'Two']);
				expect(completed(outcome).map(({ pairedItem }) => pairedItem)).toEqual([
					{ item: 1 },
					{ item: 2 },
					{ item: 3 },
				]);
				expect(failedOf(outcome)).toHaveLength(1);
			});

			it('sends again only the submission that was refused, and gives every run that was paid', async () => {
				await refuseFirst(1);
				const outcome = await runOn(poster(headline), four, settings);
				expect(await paid()).toEqual(['Four', 'One', 'Three', 'Two']);
				const runs = await local.control.runs();
				expect(
					completed(outcome)
						.map(({ json: { run_id } }) => textOf(run_id))
						.sort(),
				).toEqual(runs.map(({ run_id }) => run_id).sort());
				const titles = new Map(runs.map(({ run_id, inputs }) => [run_id, inputs[HEADLINE]]));
				expect(outcome.items.map(({ json: { run_id } }) => titles.get(textOf(run_id)))).toEqual(
					four.map(({ json: { title } }) => title),
				);
			});

			it('never sends again what may have been started', async () => {
				await local.control.addFault({ route: 'run', fault: { kind: 'reset_after' } });
				const outcome = await runOn(poster(headline), four, settings);
				expect(await local.count('run')).toBe(4);
				expect(await local.control.runs()).toHaveLength(4);
				expect(completed(outcome)).toHaveLength(3);
				expect(failedOf(outcome)[0]?.json.message).toMatch(/may have started and been charged/);
			});
		});

		it('pays for the good ones once where the first is refused at every try', async () => {
			const parameters = poster('={{ $json.title }}', {
				app: { __rl: true, mode: 'id', value: '={{ $json.app }}' },
			});
			const items = [{ json: { title: 'One', app: 'unknown123' } }, ...four.slice(1)];
			const outcome = await runOn(parameters, items, settings);
			expect(await paid()).toEqual(['Four', 'Three', 'Two']);
			expect(completed(outcome)).toHaveLength(3);
		});

		it('pays for the good ones once where the first submission is refused at every try', async () => {
			for (const item of [0, 1, 2, 3]) await local.control.addApp(appOf(item));
			await local.control.addFault({
				route: 'run',
				app_id: appIdOf(0),
				times: -1,
				fault: { kind: 'status', status: 400, body: { message: 'Not now.' } },
			});
			const parameters = appRun('={{ $json.app }}', json({ Headline: 'Sale' }), {
				wait: 'webhook',
			});
			const items = [0, 1, 2, 3].map((item) => ({ json: { app: appIdOf(item) } }));
			const outcome = await runOn(parameters, items, settings);
			const charges = await local.control.charges();
			expect(charges.map(({ app_id }) => app_id).sort()).toEqual([1, 2, 3].map(appIdOf));
			expect(completed(outcome).map(({ json: { app_id } }) => app_id)).toEqual(
				[1, 2, 3].map(appIdOf),
			);
			expect(failedOf(outcome)[0]?.json.message).toMatch(/Not now/);
		});

		it('pays for four rows with the same fixed text once each where the first was refused once', async () => {
			await refuseFirst(1);
			const outcome = await runOn(poster('Sale'), four, settings);
			const charges = await local.control.charges();
			expect(await paid()).toEqual(['Sale', 'Sale', 'Sale', 'Sale']);
			expect(
				completed(outcome)
					.map(({ json: { run_id } }) => textOf(run_id))
					.sort(),
			).toEqual(charges.map(({ run_id }) => run_id).sort());
			expect(charges.map(({ item }) => item).sort()).toEqual(['0', '1', '2', '3']);
		});

		it('does not start runs anew with the value of an optional input gone', async () => {
			const parameters = appRun(
				posterFromText,
				fields(posterFromText, { Headline: 'Sale', 'Number of shapes': '={{ $json.shapes }}' }),
				{ wait: 'webhook' },
			);
			await refuseFirst(1);
			const items = [3, 4, 5, 6].map((shapes) => ({ json: { shapes } }));
			await runOn(parameters, items, settings);
			const shapes = inputId(posterFromText, 'Number of shapes');
			const runs = await local.control.runs();
			expect(runs.map(({ inputs }) => inputs[shapes]).sort()).toEqual([3, 4, 5, 6]);
		});

		it('counts a run once against the credit limit, however often it is tried', async () => {
			const outcome = await runOn(
				poster('={{ $json.title }}', { options: { creditLimit: 9 } }),
				firstBlank,
				settings,
			);
			expect(await paid()).toEqual(['Four', 'Three', 'Two']);
			expect(completed(outcome)).toHaveLength(3);
			expect(failedOf(outcome)[0]?.json.message).toMatch(/Headline/);
		});
	},
);

describe.each(HEADLINES)('Retry On Fail with Stop Workflow, inputs %s', (_, headline) => {
	it('suspends once the submission that was refused is taken, and pays for each row once', async () => {
		await refuseFirst(1);
		const outcome = await runOn(poster(headline), four, retry);
		expect(outcome.error).toBeUndefined();
		expect(await paid()).toEqual(['Four', 'One', 'Three', 'Two']);
		expect(completed(outcome)).toHaveLength(4);
	});

	it('never sends again what may have been started, and names the others', async () => {
		await local.control.addFault({ route: 'run', fault: { kind: 'reset_after' } });
		const { error } = await runOn(poster(headline), four, retry);
		const [, ...known] = await local.control.runs();
		expect(await local.count('run')).toBe(4);
		expect(error?.message).toMatch(/may have started and been charged/);
		for (const { run_id } of known) expect(error?.description).toContain(run_id);
	});
});

describe('a suspended execution', () => {
	it('is parked once by all its tries, with all runs in one park', async () => {
		await local.control.settings({ durations: { [posterFromText.sqid]: 600_000 } });
		await refuseFirst(1);
		const { run } = await local.run(poster('={{ $json.title }}'), {
			items: four,
			settings: { ...retry, onError: 'continueRegularOutput' },
		});
		expect(run.status).toBe('waiting');
		const [entry] = run.data.executionData?.nodeExecutionStack ?? [];
		const parked = entry?.data.main?.[0] ?? [];
		const runs = await local.control.runs();
		expect(runs).toHaveLength(4);
		expect(parked.map(({ json: { run_id } }) => textOf(run_id)).sort()).toEqual(
			runs.map(({ run_id }) => run_id).sort(),
		);
		expect(parked.map(({ pairedItem }) => pairedItem)).toEqual(four.map((_, item) => ({ item })));
	});

	it('waits for the run that a further try has started for an item whose parked run had failed', async () => {
		const items = [0, 1, 2].map((item) => ({ json: { app: appIdOf(item) } }));
		for (const item of [0, 1]) await local.control.addApp(appOf(item));
		await local.control.addApp(appOf(2, 60));
		// While the first one's refusal is on its way, the second one fails.
		await local.control.addFault({
			route: 'run',
			app_id: appIdOf(0),
			times: 2,
			fault: { kind: 'status', status: 400, ms: 300 },
		});
		await local.control.setOutcome({
			app_id: appIdOf(1),
			times: 1,
			status: 'failed',
			duration_s: 0.1,
		});
		const parameters = appRun('={{ $json.app }}', json({ Headline: 'Sale' }), { wait: 'webhook' });
		const outcome = await runOn(parameters, items, { ...retry, onError: 'continueErrorOutput' });
		const runs = await local.control.runs();
		expect(
			completed(outcome)
				.map(({ json: { run_id } }) => run_id)
				.sort(),
		).toEqual(
			runs
				.filter(({ status }) => status === 'completed')
				.map(({ run_id }) => run_id)
				.sort(),
		);
		expect(runs).toHaveLength(4);
	});

	it('passes the run on when n8n’s timer ends the wait, with Execute Once too', async () => {
		await local.control.settings({ durations: { [posterFromText.sqid]: 600_000 } });
		const { json: outputs } = await n8n.run({
			parameters: poster('={{ $json.title }}'),
			items: four,
			settings: { executeOnce: true },
			credential: local.credential,
			endsBy: 'timer',
		});
		const runs = await local.control.runs();
		expect(runs).toHaveLength(1);
		expect(outputs).toMatchObject([{ run_id: runs[0]?.run_id, timed_out: true }]);
	});

	it('reads the first item in every try with Execute Once', async () => {
		await refuseFirst(1);
		const outcome = await runOn(poster('={{ $json.title }}'), four, {
			...retry,
			executeOnce: true,
			onError: 'continueErrorOutput',
		});
		expect(await paid()).toEqual(['One']);
		expect(completed(outcome)).toHaveLength(1);
	});

	it('names the runs of all tries where the workflow stops', async () => {
		await refuseFirst(1);
		await local.control.addFault({
			route: 'run',
			skip: 4,
			times: -1,
			fault: { kind: 'status', status: 400 },
		});
		const { error } = await local.run(poster('={{ $json.title }}'), {
			items: four,
			settings: { ...retry, maxTries: 2 },
		});
		const runs = await local.control.runs();
		expect(runs).toHaveLength(3);
		for (const { run_id } of runs) expect(error?.description).toContain(run_id);
	});

	it('of Run → Wait reads the run ids in every try as in the first', async () => {
		await local.control.settings({ durations: { [surpriseMe.sqid]: 60 } });
		const started = await local.run(appRun(surpriseMe, json({}), { wait: 'none' }), {
			items: [{ json: {} }, { json: {} }],
		});
		const items = [
			{ json: { job: 'noSuchRun1' } },
			...started.json.map(({ run_id }) => ({ json: { job: textOf(run_id) } })),
		];
		const outcome = await runOn(
			{ resource: 'run', operation: 'wait', runId: '={{ $json.job }}', wait: 'webhook' },
			items,
			{ ...retry, onError: 'continueErrorOutput' },
		);
		expect(completed(outcome).map(({ json: { run_id } }) => run_id)).toEqual(
			started.json.map(({ run_id }) => run_id),
		);
		expect(outcome.failed).toHaveLength(1);
	});
});
