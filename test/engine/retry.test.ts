import type { INodeParameters } from 'n8n-workflow';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { binary, keepFilesIn, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import { readLog } from './support/logFile';
import { appRun, fields, json } from './support/parameters';
import { crashed, retryExecution } from './support/retryExecution';
import { textOf } from './support/text';
import { systemClock } from './support/fastClock';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const parameters = appRun(
	posterFromText,
	fields(posterFromText, { Headline: '={{ $json.title }}' }),
);
const surprise = (options: INodeParameters = {}): INodeParameters =>
	appRun(surpriseMe, json({}), { options });
const five = [0, 1, 2, 3, 4].map((n) => ({ json: { title: `Title ${String(n)}` } }));
const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

/** The first `times` runs fail; with one run per app at a time these are item 0's. */
const failFirst = async (times: number): Promise<void> => {
	await local.control.setOutcome({ status: 'failed', error_message: 'Bad luck.', times });
};

describe.each(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const)(
	'Retry On Fail with onError %s over 5 items',
	(onError) => {
		const settings = { ...retry, onError };

		it.each([1, 2])('pays for item 0 again after %i failed tries, for no other', async (times) => {
			await failFirst(1);
			if (times === 2) {
				// The second try of item 0 is the sixth run.
				await local.control.setOutcome({ status: 'completed', times: 4 });
				await failFirst(1);
			}
			const { items, error, failed } = await local.run(parameters, { items: five, settings });
			expect(error).toBeUndefined();
			expect(failed).toEqual([]);
			expect(items.map(({ json: { status } }) => status)).toEqual(five.map(() => 'completed'));
			expect(items.map(({ pairedItem }) => pairedItem)).toEqual(five.map((_, item) => ({ item })));
			expect(await local.count('run')).toBe(5 + times);

			const runs = await local.control.runs();
			const titleOf = new Map(runs.map(({ run_id, inputs }) => [run_id, Object.values(inputs)[0]]));
			expect(items.map(({ json: { run_id } }) => titleOf.get(textOf(run_id)))).toEqual(
				five.map(({ json: { title } }) => title),
			);
		});

		it('gives the others once and item 0 as failed where all three tries fail', async () => {
			await failFirst(1);
			await local.control.setOutcome({ status: 'completed', times: 4 });
			await failFirst(2);
			const { items, failed, error } = await local.run(parameters, { items: five, settings });
			expect(await local.count('run')).toBe(7);
			const completed = items.filter(({ json: { status } }) => status === 'completed');
			expect(completed).toHaveLength(onError === 'stopWorkflow' ? 0 : 4);
			expect(failed).toHaveLength(onError === 'continueErrorOutput' ? 1 : 0);
			if (onError === 'stopWorkflow') {
				const known = (await local.control.runs()).filter(({ status }) => status === 'completed');
				for (const { run_id } of known) expect(error?.description).toContain(run_id);
				expect(error?.message).toMatch(/^Item 0: Run \w+ failed: Bad luck.$/);
			} else {
				expect(error).toBeUndefined();
			}
		});
	},
);

describe('a retry', () => {
	it('goes on waiting for a run that timed out, and does not start it again', async () => {
		await local.control.settings({ durations: { [surpriseMe.sqid]: 40 } });
		const { json: outputs } = await local.run(surprise({ maxWait: 0.4 }), {
			settings: { ...retry, maxTries: 5 },
		});
		expect(outputs.map(({ status }) => status)).toEqual(['completed']);
		expect(await local.count('run')).toBe(1);
	});

	it('finds its runs also where an expression gives another value at each try', async () => {
		await failFirst(1);
		const { json: outputs } = await local.run(
			appRun(
				posterFromText,
				fields(posterFromText, { Headline: '={{ $json.title + Math.random() }}' }),
			),
			{ items: five, settings: retry },
		);
		expect(outputs.map(({ status }) => status)).toEqual(five.map(() => 'completed'));
		expect(await local.count('run')).toBe(6);
	});

	it('goes on with a run whose state could not be read', async () => {
		await local.control.addFault({
			route: 'get_run',
			times: 3,
			fault: { kind: 'status', status: 404 },
		});
		const { json: outputs } = await local.run(surprise(), { settings: retry });
		expect(outputs.map(({ status }) => status)).toEqual(['completed']);
		expect(await local.count('run')).toBe(1);
	});

	it('fetches files again that could not be downloaded, and does not pay again', async () => {
		await keepFilesIn('memory');
		await local.control.addFault({
			route: 'file',
			fault: { kind: 'status', status: 403, body: 'forbidden' },
		});
		const { items } = await local.run(surprise({ downloadFiles: true }), { settings: retry });
		expect(Object.keys(items[0]?.binary ?? {})).toEqual(['data']);
		expect(await local.count('run')).toBe(1);
	});

	it('sends a submission again that was certainly not accepted', async () => {
		await local.control.addFault({
			route: 'run',
			fault: { kind: 'status', status: 400, body: { message: 'Not now.' } },
		});
		const { json: outputs } = await local.run(surprise(), { settings: retry });
		expect(outputs.map(({ status }) => status)).toEqual(['completed']);
		expect(await local.count('run')).toBe(2);
	});

	it('uploads no file again for a run that was started', async () => {
		await keepFilesIn('memory');
		const files = await Promise.all(
			['red', 'blue'].map(async (colour) => binary(await picture(colour), 'image/png', 'a.png')),
		);
		await failFirst(1);
		await local.run(appRun(fourVariations, fields(fourVariations, { Picture: 'data' })), {
			items: files.map((data) => ({ json: {}, binary: { data } })),
			settings: retry,
		});
		expect(await local.count('run')).toBe(3);
		expect(await local.count('put_upload')).toBe(3);
	});

	it('starts nothing again where nothing is waited for', async () => {
		await local.control.addFault({
			route: 'run',
			fault: { kind: 'status', status: 400, body: { message: 'Not now.' } },
		});
		const { json: outputs } = await local.run(
			{ ...parameters, wait: 'none' },
			{ items: five, settings: retry },
		);
		expect(new Set(outputs.map(({ run_id }) => run_id)).size).toBe(5);
		expect(await local.count('run')).toBe(6);
		expect(await local.control.runs()).toHaveLength(5);
	});

	it.each([
		['starts a failed run anew where all tries together keep the credit limit', 18, 6],
		['starts nothing more where all tries together would break it', 17, 5],
	])('%s', async (_, creditLimit, started) => {
		await failFirst(1);
		const { json: outputs } = await local.run(
			{ ...parameters, options: { creditLimit } },
			{ items: five, settings: { ...retry, onError: 'continueRegularOutput' } },
		);
		expect(await local.count('run')).toBe(started);
		const completed = outputs.filter(({ status }) => status === 'completed');
		expect(completed).toHaveLength(started - 1);
		if (started === 5) {
			const lost = (await local.control.runs()).find(({ status }) => status === 'failed');
			expect(outputs[0]?.message).toContain(lost?.run_id);
			expect(outputs[0]?.error).toBe(
				'Nothing more was started: earlier tries have spent 15 credits and 1 run would cost 3 credits, together over the credit limit of 17',
			);
		}
	});

	it('names the runs of all tries where the last one ends before it looks at any', async () => {
		await failFirst(1);
		const { error } = await local.run(
			{ ...parameters, options: { creditLimit: 15 } },
			{ items: five, settings: retry },
		);
		const runs = await local.control.runs();
		expect(runs).toHaveLength(5);
		expect(error?.message).toMatch(/^Item 0: Nothing more was started/);
		for (const { run_id, status } of runs) {
			expect(error?.description).toContain(`${run_id} (${status})`);
		}
	});

	it('names the runs of all tries where the last one cannot upload the file of the run that failed', async () => {
		await keepFilesIn('memory');
		const colours = ['red', 'green', 'blue'];
		const files = await Promise.all(
			colours.map(async (colour) => binary(await picture(colour), 'image/png', 'a.png')),
		);
		await failFirst(1);
		await local.control.addFault({
			route: 'put_upload',
			skip: 3,
			times: -1,
			fault: { kind: 'status', status: 500, body: '<Error/>' },
		});
		const { error } = await local.run(
			appRun(fourVariations, fields(fourVariations, { Picture: 'data' })),
			{
				items: files.map((data) => ({ json: {}, binary: { data } })),
				settings: { ...retry, maxTries: 2 },
			},
		);
		expect(error?.message).toMatch(/^Item 0: The upload of .* was refused \(500\)/);
		const charges = await local.control.charges();
		expect(charges).toHaveLength(3);
		for (const { run_id } of charges) expect(error?.description).toContain(run_id);
	});

	it('leaves the id of every run that was started in n8n’s log, a line per burst', async () => {
		await failFirst(1);
		await local.run(parameters, { items: five, settings: retry });
		const runs = await local.control.runs();
		expect(runs).toHaveLength(6);
		const lines = (await readLog()).split('\n').filter((line) => line.includes('started runs'));
		const about = runs.map(({ run_id }) => lines.filter((line) => line.includes(run_id)));
		expect(about.map(({ length }) => length)).toEqual(runs.map(() => 1));
		expect(new Set(about.flat()).size).toBe(2);
	});

	it('sends nothing again that may have been started', async () => {
		await local.control.addFault({ route: 'run', fault: { kind: 'reset_after' } });
		const { json: outputs } = await local.run(parameters, {
			items: five,
			settings: { ...retry, onError: 'continueRegularOutput' },
		});
		expect(await local.count('run')).toBe(5);
		expect(outputs.filter(({ status }) => status === 'completed')).toHaveLength(4);
	});
});

describe('n8n’s Retry of a failed execution', () => {
	it('takes up what was started, and starts what failed', async () => {
		await failFirst(1);
		const first = await local.run(parameters, { items: five });
		expect(first.error?.message).toMatch(/Bad luck/);
		const { json: outputs, error } = await retryExecution(local, first, parameters, five);
		expect(error).toBeUndefined();
		expect(outputs.map(({ status }) => status)).toEqual(five.map(() => 'completed'));
		expect(await local.count('run')).toBe(6);
	});

	it('asks anew what an app costs', async () => {
		const limited = { ...parameters, options: { creditLimit: 5 } };
		const [one] = five;
		if (!one) throw new Error('There is no item');
		await failFirst(1);
		const first = await local.run(limited, { items: [one] });
		expect(first.error?.message).toMatch(/Bad luck/);
		const nowCosts = 100;
		await local.control.addFault({
			route: 'get_app',
			fault: {
				kind: 'status',
				status: 200,
				body: {
					data: {
						sqid: posterFromText.sqid,
						name: posterFromText.name,
						inputs: posterFromText.inputs,
						tool_metadata: { total_cost: nowCosts },
					},
				},
			},
		});
		const { error } = await retryExecution(local, first, limited, [one]);
		expect(error?.message).toMatch(/would cost 100 credits/);
		expect(await local.count('run')).toBe(1);
	});

	it('takes an option that the app’s creator has added since it was refused', async () => {
		const app = (...options: string[]) => ({
			sqid: 'styleApp1',
			name: 'Style',
			inputs: [
				{
					id: 'style',
					label: 'Style',
					type: 'select',
					required: true,
					config: { options: options.map((value) => ({ value, label: value })) },
					default: null,
				},
			],
		});
		await local.control.addApp(app('plain'));
		const styled = appRun('styleApp1', json({ Style: 'bold' }));
		const first = await local.run(styled);
		expect(first.error?.message).toMatch(/Style/);
		await local.control.addApp(app('plain', 'bold'));
		const { json: outputs } = await retryExecution(local, first, styled, [{ json: {} }]);
		expect(outputs.map(({ status }) => status)).toEqual(['completed']);
		expect(await local.count('run')).toBe(1);
	});

	const ago = (hours: number): string =>
		new Date(systemClock.now() - hours * 3_600_000).toISOString();

	/** The next look finds this run over for so long that its files are gone. */
	const letExpire = async (run_id: string | undefined): Promise<void> => {
		await local.control.addFault({
			route: 'get_run',
			fault: {
				kind: 'status',
				status: 200,
				body: {
					data: {
						workflow_run_identifier: run_id,
						status: 'completed',
						started_at: ago(14),
						completed_at: ago(13),
						result: { images: [{ id: 'a', url: 'https://files.example/a.png' }] },
					},
				},
			},
		});
	};

	it('says suspended, too, that the files of a run have expired, and then starts a new one', async () => {
		const suspended = { ...parameters, wait: 'webhook' };
		const items = five.slice(0, 2);
		await local.control.settings({ durations: { [posterFromText.sqid]: 600_000 } });
		await local.control.addFault({ route: 'run', fault: { kind: 'status', status: 400 } });
		const first = await local.run(suspended, { items });
		expect(first.error).toBeDefined();
		const [good] = await local.control.runs();
		await letExpire(good?.run_id);
		const second = await retryExecution(local, first, suspended, items, '2');
		expect(second.error?.message).toMatch(
			new RegExp(`Item 1: Run ${String(good?.run_id)}, .* links to its files have expired`),
		);
		expect(second.error?.description).toContain(good?.run_id);
		expect(await local.control.runs()).toHaveLength(2);
		const third = await retryExecution(local, second, suspended, items, '3');
		expect(third.run.status).toBe('waiting');
		expect(await local.control.runs()).toHaveLength(3);
	});

	it('says that the files of a run have expired, and starts a new one when it is retried again', async () => {
		const items = five.slice(0, 2);
		await failFirst(1);
		const first = await local.run(parameters, { items });
		const [, good] = await local.control.runs();
		await letExpire(good?.run_id);
		const second = await retryExecution(local, first, parameters, items, '2');
		expect(second.error?.message).toContain(
			`Item 1: Run ${String(good?.run_id)}, which an earlier execution has started, is completed, but the links to its files have expired`,
		);
		expect(second.error?.description).toContain(good?.run_id);
		expect(await local.count('run')).toBe(3);
		const third = await retryExecution(local, second, parameters, items, '3');
		expect(third.json.map(({ status }) => status)).toEqual(['completed', 'completed']);
		expect(third.json[1]?.run_id).not.toBe(good?.run_id);
		expect(await local.count('run')).toBe(4);
	});
});

describe('n8n’s Retry of an execution in which n8n was killed', () => {
	it('after the node had begun starts nothing, in no try and under Continue neither, and says where the run ids are', async () => {
		await failFirst(1);
		let last = crashed(await local.run(parameters, { items: five }), true);
		expect(await local.count('run')).toBe(5);
		for (const again of [retry, { ...retry, onError: 'continueErrorOutput' as const }]) {
			last = await retryExecution(local, last, parameters, five, '2', again);
			const told = JSON.stringify([last.error?.message, last.error?.description, last.failed]);
			expect(told).toContain('Nothing was started: n8n ended in the middle of the execution');
			expect(told).toContain('“Magnific: started runs …”');
			expect(last.items).toEqual([]);
			expect(last.failed).toHaveLength('onError' in again ? 5 : 0);
		}
		expect(await local.count('run')).toBe(5);
	});

	it('before the node had begun runs it as usual', async () => {
		await local.control.addFault({ route: 'run', fault: { kind: 'status', status: 400 } });
		const [one] = five;
		if (!one) throw new Error('There is no item');
		const first = crashed(await local.run(parameters, { items: [one] }), false);
		expect(await local.control.runs()).toEqual([]);
		const { json: outputs } = await retryExecution(local, first, parameters, [one]);
		expect(outputs.map(({ status }) => status)).toEqual(['completed']);
	});
});

it('the same item in two runs of the node in one execution is two runs', async () => {
	const { json: outputs } = await local.run(surprise(), { settings: { sources: 2 } });
	expect(new Set(outputs.map(({ run_id }) => run_id)).size).toBe(2);
	expect(await local.count('run')).toBe(2);
});
