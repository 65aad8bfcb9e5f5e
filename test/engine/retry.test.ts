import type { INodeParameters } from 'n8n-workflow';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { binary, keepFilesIn, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import { appRun, fields, json } from './support/parameters';
import { textOf } from './support/text';

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

	it('keeps the credit limit over the runs that are not paid for yet', async () => {
		await failFirst(1);
		const { json: outputs } = await local.run(
			{ ...parameters, options: { creditLimit: 15 } },
			{ items: five, settings: retry },
		);
		expect(outputs.map(({ status }) => status)).toEqual(five.map(() => 'completed'));
	});
});

it('the same item in two runs of the node in one execution is two runs', async () => {
	const { json: outputs } = await local.run(surprise(), { settings: { sources: 2 } });
	expect(new Set(outputs.map(({ run_id }) => run_id)).size).toBe(2);
	expect(await local.count('run')).toBe(2);
});
