import type { INodeParameters } from 'n8n-workflow';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { moodboard } from '../../emulator/apps/moodboard';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { binary, keepFilesIn, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import { appRun, byId, fields, inputId, json } from './support/parameters';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const surprise = (options: INodeParameters): INodeParameters =>
	appRun(surpriseMe, json({}), { options });
const items = [{ json: {} }, { json: {} }, { json: {} }];

describe('the credit limit', () => {
	it('lets runs start that cost exactly as much', async () => {
		const { json: outputs } = await local.run(surprise({ creditLimit: 6 }), { items });
		expect(outputs.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
	});

	it('refuses all runs before any is started where together they cost more', async () => {
		const { error } = await local.run(surprise({ creditLimit: 5 }), { items });
		expect(error?.message).toBe(
			'All 3 items: Nothing was started: 3 runs would cost 6 credits, over the credit limit of 5',
		);
		expect(error?.description).toContain('Raise the credit limit in the node’s options');
		expect(await local.count('run', 'request_upload')).toBe(0);
	});

	it('of zero lets nothing start that costs something', async () => {
		const { error } = await local.run(surprise({ creditLimit: 0 }));
		expect(error?.message).toContain('1 run would cost 2 credits, over the credit limit of 0');
		expect(await local.count('run')).toBe(0);
	});

	it('adds up the costs of different apps, and fails every item where the node continues', async () => {
		const parameters = { ...surprise({ creditLimit: 4 }), app: byId('={{ $json.app }}') };
		const { json: outputs, failed } = await local.run(
			{ ...parameters, inputsJson: '={{ $json.inputs }}' },
			{
				items: [
					{ json: { app: surpriseMe.sqid, inputs: {} } },
					{ json: { app: posterFromText.sqid, inputs: { headline: 'Hi' } } },
				],
				settings: { onError: 'continueErrorOutput' },
			},
		);
		expect(outputs).toEqual([]);
		expect(failed.map(({ json: { error } }) => error)).toEqual(
			[0, 1].map(
				() => 'Nothing was started: 2 runs would cost 5 credits, over the credit limit of 4',
			),
		);
		expect(await local.count('run')).toBe(0);
	});

	it('refuses an app whose cost is not known, whatever the limit', async () => {
		const { error } = await local.run(
			appRun(moodboard, json({ Words: 'sea' }), { options: { creditLimit: 1_000 } }),
		);
		expect(error?.message).toBe(
			'Item 0: Nothing was started: Magnific does not tell the cost of “Moodboard” (mOd8BrD4yU), so the credit limit of 1000 cannot be kept',
		);
		expect(await local.count('run')).toBe(0);
	});

	it.each([
		['gives no number', '={{ "many" }}'],
		['gives nothing', '={{ $json.missing }}'],
	])(
		'whose expression %s is no limit that could be kept: nothing is started',
		async (_, creditLimit) => {
			const { error } = await local.run(surprise({ creditLimit }));
			expect(error?.message).toMatch(/^Item 0: Credit Limit /);
			expect(await local.count('run')).toBe(0);
		},
	);

	it('left empty is none', async () => {
		const { error } = await local.run(surprise({ creditLimit: '' }));
		expect(error).toBeUndefined();
		expect(await local.count('run')).toBe(1);
	});
});

describe('validating only', () => {
	it('reports the inputs and the cost of each item, starts nothing and uploads nothing', async () => {
		await keepFilesIn('memory');
		const parameters = appRun(fourVariations, fields(fourVariations, { Picture: 'data' }), {
			options: { validateOnly: true },
		});
		const bytes = await picture('red');
		const { items: outputs } = await local.run(parameters, {
			items: [
				{ json: {}, binary: { data: binary(bytes, 'image/png', 'red.png') } },
				{ json: {}, binary: { data: binary(bytes, 'image/png', 'red.png') } },
			],
		});
		expect(outputs).toEqual(
			[0, 1].map((item) => ({
				json: {
					app_id: fourVariations.sqid,
					app_name: 'Four Variations',
					status: 'validated',
					credits: 12,
					inputs: {
						[inputId(fourVariations, 'Picture')]: {
							binary_field: 'data',
							mime_type: 'image/png',
							bytes: bytes.length,
						},
					},
				},
				pairedItem: { item },
			})),
		);
		expect((await local.requests()).map(({ route }) => route)).toEqual(['get_app']);
	});

	it('finds bad items as a run would', async () => {
		const parameters = appRun(posterFromText, fields(posterFromText, { Style: 'Loud' }), {
			options: { validateOnly: true },
		});
		const { error } = await local.run(parameters);
		expect(error?.message).toContain('“Headline” is required, but has no value');
		expect(error?.message).toContain('“Style” has no option “Loud”');
	});
});

describe('the limit of runs at once', () => {
	it('is kept, and all runs are made in order', async () => {
		const titles = ['a', 'b', 'c', 'd', 'e', 'f'];
		const parameters = appRun(
			posterFromText,
			fields(posterFromText, { Headline: '={{ $json.t }}' }),
			{
				options: { maxConcurrentRuns: 2 },
			},
		);
		const { json: outputs } = await local.run(parameters, {
			items: titles.map((t) => ({ json: { t } })),
		});
		const runs = await local.control.runs();
		expect(runs.map(({ inputs }) => Object.values(inputs)[0])).toEqual(titles);
		expect(outputs.map(({ run_id }) => run_id)).toEqual(runs.map(({ run_id }) => run_id));
		const goingAt = (time: number): number =>
			runs.filter(
				({ submitted_at, settled_at }) => submitted_at <= time && (settled_at ?? time) > time,
			).length;
		const mostAtOnce = Math.max(...runs.map(({ submitted_at }) => goingAt(submitted_at)));
		expect(mostAtOnce).toBe(2);
	});
});
