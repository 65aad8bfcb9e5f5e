import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExecuteContext } from 'n8n-core';
import type { INodeParameters } from 'n8n-workflow';
import type { RouteName } from '../../emulator';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { binary, keepFilesIn, picture } from './support/files';
import { localMagnific, type Given } from './support/localMagnific';
import { readLog } from './support/logFile';
import { appRun, fields, json } from './support/parameters';
import type { NodeOutcome } from './support/runNode';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const surprise = (rest: INodeParameters = {}): INodeParameters =>
	appRun(surpriseMe, json({}), rest);
const five = Array.from({ length: 5 }, () => ({ json: {} }));

/** Long enough for many a look and for a retry, at the speed of this clock. */
const QUIET_MS = 1_100;
/** For a request that was sent before Stop and is still on its way. */
const ON_ITS_WAY_MS = 100;
/** A transfer that does not move on would take twice this time. */
const ENDS_WITHIN_MS = 10_000;

/**
 * Starts the node, presses Stop when a request of this route has come, and watches whether any
 * request comes later.
 */
const stopAfterFirst = async (
	route: RouteName,
	parameters: INodeParameters,
	given: Given = {},
): Promise<{ outcome: NodeOutcome; late: RouteName[] }> => {
	const { done, stop } = local.start(parameters, given);
	await local.requested(route);
	stop();
	const stoppedAt = Date.now();
	const outcome = await done;
	expect(Date.now() - stoppedAt).toBeLessThan(ENDS_WITHIN_MS);
	await sleep(ON_ITS_WAY_MS);
	const seen = await local.requests();
	await sleep(QUIET_MS);
	const later = await local.requests(undefined, { after: seen.at(-1)?.seq ?? 0 });
	return { outcome, late: later.map((request) => request.route) };
};

describe('Stop', () => {
	it('during polling ends the requests and the execution, and the runs’ ids are told', async () => {
		await local.control.settings({ durations: { [surpriseMe.sqid]: 30_000 } });
		const { outcome, late } = await stopAfterFirst('get_run', surprise(), { items: five });
		expect(late).toEqual([]);
		for (const { run_id } of await local.control.runs()) {
			expect(outcome.error?.description).toContain(run_id);
		}
		expect(outcome.error?.message).toContain('The execution was stopped');
	});

	it('during polling ends them with Retry On Fail too, though n8n executes the node again', async () => {
		await local.control.settings({ durations: { [surpriseMe.sqid]: 30_000 } });
		const { late } = await stopAfterFirst('get_run', surprise(), {
			items: five,
			settings: {
				retryOnFail: true,
				maxTries: 3,
				waitBetweenTries: 1,
				onError: 'continueRegularOutput',
			},
		});
		expect(late).toEqual([]);
		expect(await local.count('run')).toBe(5);
	});

	it('during submission starts nothing more', async () => {
		await local.control.addFault({
			route: 'run',
			times: -1,
			fault: { kind: 'status', status: 503 },
		});
		const { late } = await stopAfterFirst('run', surprise({ options: { maxConcurrentRuns: 1 } }), {
			items: five,
		});
		expect(late).toEqual([]);
		expect(await local.control.runs()).toEqual([]);
	});

	it('while a suspended batch is submitted leaves the ids that are known in n8n’s log', async () => {
		await local.control.addFault({
			route: 'run',
			skip: 2,
			times: -1,
			fault: { kind: 'status', status: 503 },
		});
		const { done, stop } = local.start(surprise({ wait: 'webhook' }), {
			items: five,
			settings: { onError: 'continueErrorOutput' },
		});
		await local.requested('run');
		await sleep(ON_ITS_WAY_MS);
		stop();
		const { run } = await done;
		await sleep(ON_ITS_WAY_MS);
		const lines = (await readLog()).split('\n').filter((line) => line.includes('"Magnific: '));
		const runs = await local.control.runs();
		expect(runs).toHaveLength(2);
		for (const { run_id } of runs) {
			const about = lines.filter((line) => line.includes(run_id));
			expect(about.map((line) => /started runs|was stopped/.exec(line)?.[0]).sort()).toEqual([
				'started runs',
				'was stopped',
			]);
		}
		expect(run.status).not.toBe('waiting');
		expect(run.waitTill ?? undefined).toBeUndefined();
	});

	it('before the first submission starts nothing', async () => {
		await local.control.addFault({ route: 'get_app', fault: { kind: 'delay', ms: 300 } });
		const { late } = await stopAfterFirst('get_app', surprise(), { items: five });
		expect(late).toEqual([]);
		expect(await local.count('run')).toBe(0);
	});

	it('during an upload starts nothing', async () => {
		await keepFilesIn('memory');
		await local.control.addFault({ route: 'put_upload', fault: { kind: 'delay', ms: 300 } });
		const parameters = appRun(fourVariations, fields(fourVariations, { Picture: 'data' }));
		const data = binary(await picture('red'), 'image/png', 'red.png');
		const { late } = await stopAfterFirst('put_upload', parameters, {
			items: [{ json: {}, binary: { data } }],
		});
		expect(late).toEqual([]);
		expect(await local.count('run')).toBe(0);
	});

	it('while a submission is on its way waits for its answer, and tells the run’s id', async () => {
		await local.control.addFault({ route: 'run', times: -1, fault: { kind: 'delay', ms: 500 } });
		const { outcome, late } = await stopAfterFirst('run', surprise());
		expect(late).toEqual([]);
		const [run] = await local.control.runs();
		expect(run?.run_id).toBeDefined();
		expect(outcome.error?.description).toContain(run?.run_id);
	});

	it.each(['memory', 'disk'] as const)(
		'during a download into %s that does not move on ends the execution',
		async (place) => {
			await keepFilesIn(place);
			await local.control.addFault({
				route: 'file',
				times: -1,
				fault: { kind: 'slow_body', ms: 2 * ENDS_WITHIN_MS },
			});
			const { outcome, late } = await stopAfterFirst(
				'file',
				surprise({ options: { downloadFiles: true } }),
			);
			expect(late).toEqual([]);
			const [run] = await local.control.runs();
			expect(outcome.error?.description).toContain(`${String(run?.run_id)} (completed)`);
		},
	);
});

it('a node that waits in a loop of 200 rounds leaves nothing that listens for Stop', async () => {
	await local.control.settings({ durations: { [surpriseMe.sqid]: 1 } });
	const asked = jest.spyOn(ExecuteContext.prototype, 'getExecutionCancelSignal');
	const { json: outputs } = await local.run(surprise(), {
		items: Array.from({ length: 200 }, () => ({ json: {} })),
		settings: { loopOf: 1 },
	});
	const signals = new Set(asked.mock.results.map(({ value }): unknown => value));
	asked.mockRestore();
	expect(outputs.map(({ status }) => status)).toEqual(Array(200).fill('completed'));
	const [signal] = signals;
	expect(signals.size).toBe(1);
	if (!(signal instanceof AbortSignal)) throw new Error('The execution has no signal');
	expect(getEventListeners(signal, 'abort')).toEqual([]);
});
