import type { INodeParameters } from 'n8n-workflow';
import { brokenPipeline } from '../../emulator/apps/brokenPipeline';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { HAS_DETAILS, promised } from './support/engine';
import { localMagnific } from './support/localMagnific';
import { appRun, byId, json } from './support/parameters';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const surprise = (options: INodeParameters = {}): INodeParameters =>
	appRun(surpriseMe, json({}), { options });
/** Of two items, the first runs an app that fails. */
const mixed = { ...surprise(), app: byId('={{ $json.app }}') };
const mixedItems = [{ json: { app: brokenPipeline.sqid } }, { json: { app: surpriseMe.sqid } }];
const REASON = "Node 'image-upscaler' failed: the picture is too large to upscale";

const runIds = async (): Promise<string[]> =>
	(await local.control.runs()).map(({ run_id }) => run_id);

const runIdOf = async (appId: string): Promise<string | undefined> =>
	(await local.control.runs()).find(({ app_id }) => app_id === appId)?.run_id;

describe('a run that is not over in time', () => {
	beforeEach(async () => {
		await local.control.settings({ durations: { [surpriseMe.sqid]: [5, 3_000] } });
	});

	const items = [{ json: { n: 0 } }, { json: { n: 1 } }];

	it('stops the workflow with an error that names it and the finished ones', async () => {
		const { error, items: outputs } = await local.run(surprise({ maxWait: 0.5 }), { items });
		const [finished, late] = await runIds();
		expect(outputs).toEqual([]);
		expect(error?.message).toBe(
			`Item 1: Run ${String(late)} did not finish within 0.5 minutes; its last status was “running”`,
		);
		expect(error?.description).toBe(
			`It goes on at Magnific. Pick up its result later with Run → Wait and this run id. Runs that were started, finished ones too, can be read with Run → Get: item 0: ${String(finished)} (completed), item 1: ${String(late)} (running).`,
		);
		expect(error?.context).toMatchObject({
			runs: [
				{ itemIndex: 0, run_id: finished, status: 'completed' },
				{ itemIndex: 1, run_id: late, status: 'running' },
			],
		});
	});

	it('leaves by the error output with its run id', async () => {
		const { json: outputs, failed } = await local.run(surprise({ maxWait: 0.5 }), {
			items,
			settings: { onError: 'continueErrorOutput' },
		});
		const [finished, late] = await runIds();
		expect(outputs.map(({ run_id }) => run_id)).toEqual([finished]);
		expect(failed.map(({ json: { n, details } }) => ({ n, details }))).toEqual([
			{
				n: 1,
				details: promised({
					run_id: late,
					app_id: surpriseMe.sqid,
					app_name: 'Surprise Me',
					status: 'running',
				}),
			},
		]);
	});

	it('comes out unfinished where that is wanted', async () => {
		const { items: outputs } = await local.run(surprise({ maxWait: 0.5, onTimeout: 'output' }), {
			items,
		});
		const [finished, late] = await runIds();
		expect(outputs[0]?.json).toMatchObject({ run_id: finished, status: 'completed' });
		expect(outputs[0]?.json).not.toHaveProperty('timed_out');
		expect(outputs[1]).toEqual({
			json: {
				run_id: late,
				app_id: surpriseMe.sqid,
				app_name: 'Surprise Me',
				status: 'running',
				credits: 2,
				timed_out: true,
			},
			pairedItem: { item: 1 },
		});
	});

	it('comes out unfinished with its metadata, by which a later workflow knows the item', async () => {
		const metadata = { values: [{ name: 'sku', value: '={{ "SKU-" + $json.n }}' }] };
		const { json: outputs } = await local.run(
			surprise({ maxWait: 0.5, onTimeout: 'output', metadata }),
			{ items },
		);
		const [finished, late] = await runIds();
		expect(outputs.map(({ run_id, metadata: given }) => ({ run_id, given }))).toEqual([
			{ run_id: finished, given: { sku: 'SKU-0' } },
			{ run_id: late, given: { sku: 'SKU-1' } },
		]);
	});

	it('is looked at until the deadline when its status is one never seen before, which is told', async () => {
		await local.control.setOutcome({ status: 'on_hold', duration_s: 1 });
		const { error } = await local.run(surprise({ maxWait: 0.5 }));
		const [held] = await runIds();
		expect(error?.message).toBe(
			`Item 0: Run ${String(held)} did not finish within 0.5 minutes; its last status was “on_hold”, which this version of the node does not know`,
		);
		expect((await local.control.runs())[0]?.polls).toBeGreaterThan(2);
	});

	it('is told as unreadable where its state could not be read', async () => {
		await local.control.addFault({
			route: 'get_run',
			times: -1,
			fault: { kind: 'html', status: 502 },
		});
		const stopped = await local.run(surprise({ maxWait: 0.5 }));
		const [late] = await runIds();
		expect(stopped.error?.message).toBe(
			`Item 0: Run ${String(late)} was started, but its state could not be read: Magnific could not handle the request (502)`,
		);
		const { json: outputs } = await local.run(surprise({ maxWait: 0.5, onTimeout: 'output' }));
		expect(outputs).toEqual([expect.objectContaining({ timed_out: true, status: 'running' })]);
	});
});

describe('a run that is only partly completed', () => {
	beforeEach(async () => {
		await local.control.setOutcome({ status: 'completed_with_errors', error_message: 'No sky.' });
	});

	it('comes out with what was made', async () => {
		const { json: outputs } = await local.run(surprise());
		expect(outputs).toEqual([
			expect.objectContaining({
				status: 'completed_with_errors',
				error_message: 'No sky.',
				result: expect.objectContaining({ images: [expect.anything()] }) as unknown,
			}),
		]);
	});

	it('fails where that is wanted, and keeps what was made', async () => {
		const { failed } = await local.run(surprise({ onPartial: 'error' }), {
			settings: { onError: 'continueErrorOutput' },
		});
		const [run] = await local.control.runs();
		expect(failed.map(({ json: { error, details } }) => ({ error, details }))).toEqual([
			{
				error: `Run ${String(run?.run_id)} was only partly completed: No sky.`,
				details: promised(
					expect.objectContaining({
						run_id: run?.run_id,
						status: 'completed_with_errors',
						result: run?.result,
					}),
				),
			},
		]);
	});
});

describe('a run that fails', () => {
	it('stops the workflow, whose error names every run with its id, the finished ones too', async () => {
		const { error, items: outputs } = await local.run(mixed, { items: mixedItems });
		const [broken, fine] = await Promise.all([
			runIdOf(brokenPipeline.sqid),
			runIdOf(surpriseMe.sqid),
		]);
		expect(outputs).toEqual([]);
		expect(error?.message).toBe(`Item 0: Run ${String(broken)} failed: ${REASON}`);
		expect(error?.description).toContain(
			`item 0: ${String(broken)} (failed), item 1: ${String(fine)} (completed)`,
		);
		expect(error?.context).toMatchObject({
			itemIndex: 0,
			failures: [{ itemIndex: 0, run_id: broken, status: 'failed', error_message: REASON }],
			runs: [
				{ itemIndex: 0, run_id: broken, status: 'failed' },
				{ itemIndex: 1, run_id: fine, status: 'completed' },
			],
		});
	});

	it('comes out at its place where the node continues using the regular output', async () => {
		const { items: outputs } = await local.run(mixed, {
			items: mixedItems,
			settings: { onError: 'continueRegularOutput' },
		});
		expect(Object.keys(outputs[0]?.json ?? {})).toEqual([
			'error',
			'message',
			...(HAS_DETAILS ? ['details'] : []),
		]);
		expect(outputs[0]?.pairedItem).toEqual({ item: 0 });
		expect(outputs[1]?.json).toMatchObject({ app_name: 'Surprise Me', status: 'completed' });
		expect(outputs[1]?.json).not.toHaveProperty('error');
	});

	it('leaves by the error output with its input and with error, message and details', async () => {
		const { items: outputs, failed } = await local.run(mixed, {
			items: mixedItems,
			settings: { onError: 'continueErrorOutput' },
		});
		expect(outputs.map(({ json: { app_name }, pairedItem }) => ({ app_name, pairedItem }))).toEqual(
			[{ app_name: 'Surprise Me', pairedItem: { item: 1 } }],
		);
		const broken = await runIdOf(brokenPipeline.sqid);
		expect(failed).toEqual([
			{
				json: {
					app: brokenPipeline.sqid,
					error: `Run ${String(broken)} failed: ${REASON}`,
					message: `Run ${String(broken)} failed: ${REASON}. Check the inputs of this item, or the app in Magnific Spaces, and run it again.`,
					details: promised({
						run_id: broken,
						app_id: brokenPipeline.sqid,
						app_name: 'Broken Pipeline',
						status: 'failed',
						error_message: REASON,
					}),
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	it('or was cancelled says so', async () => {
		await local.control.setOutcome({ status: 'cancelled' });
		const { error } = await local.run(surprise());
		expect(error?.message).toMatch(/^Item 0: Run \w+ was cancelled$/);
	});
});
