import type { INodeExecutionData } from 'n8n-workflow';
import { z } from 'zod';
import { brokenPipeline } from '../../emulator/apps/brokenPipeline';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { productClip } from '../../emulator/apps/productClip';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { promised } from './support/engine';
import { binary, bytesOf, keepFilesIn, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import { NODE } from './support/n8n';
import { appRun, fields, json } from './support/parameters';
import { textOf } from './support/text';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();

const variations = (options: Record<string, string | boolean>) =>
	appRun(fourVariations, fields(fourVariations, { Picture: 'photo' }), { options });

const withPhotos = async (...colours: string[]): Promise<INodeExecutionData[]> =>
	await Promise.all(
		colours.map(async (colour) => ({
			json: {},
			binary: { photo: binary(await picture(colour), 'image/png', `${colour}.png`) },
		})),
	);

const withImages = z.object({
	result: z.object({ images: z.object({ id: z.string(), url: z.string() }).array() }),
});

const imagesOf = (output: unknown): Array<{ id: string; url: string }> =>
	withImages.parse(output).result.images;

/** Where a file that the output names can be had. */
const download = async (url: unknown): Promise<Buffer> => {
	const response = await fetch(textOf(url));
	expect(response.status).toBe(200);
	return Buffer.from(await response.arrayBuffer());
};

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

describe('the output of App → Run', () => {
	it('comes with a hint of what was started and what it costs', async () => {
		const parameters = appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' }));
		const { run } = await local.run(parameters, { items: [{ json: {} }, { json: {} }] });
		expect(run.data.resultData.runData[NODE]?.[0]?.hints).toContainEqual({
			message: '2 runs started, 6 credits.',
			location: 'outputPane',
		});
	});

	it('has no hint of a cost where nothing was started', async () => {
		const parameters = appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' }), {
			options: { validateOnly: true },
		});
		const { run } = await local.run(parameters);
		expect(run.data.resultData.runData[NODE]?.[0]?.hints ?? []).toEqual([]);
	});

	it.each([
		['', true],
		['http://127.0.0.1:5678/webhook/magnific', false],
	])(
		'has a hint where nobody is told of a run’s end (Notify Trigger: “%s”)',
		async (url, hinted) => {
			const parameters = appRun(surpriseMe, json({}), {
				wait: 'none',
				options: { notifyTrigger: url },
			});
			const { run } = await local.run(parameters);
			const hints = run.data.resultData.runData[NODE]?.[0]?.hints ?? [];
			expect(hints.some(({ message }) => message.startsWith('No trigger is told'))).toBe(hinted);
		},
	);

	it('is one item per run in input order, whichever run ends first', async () => {
		await local.control.settings({ durations: { [posterFromText.sqid]: [40, 10, 30, 5] } });
		const titles = ['One', 'Two', 'Three', 'Four'];
		const parameters = appRun(
			posterFromText,
			fields(posterFromText, { Headline: '={{ $json.t }}' }),
		);
		const { items } = await local.run(parameters, { items: titles.map((t) => ({ json: { t } })) });

		const runs = await local.control.runs();
		const titleOf = new Map(runs.map(({ run_id, inputs }) => [run_id, Object.values(inputs)[0]]));
		expect(items.map(({ json: { run_id } }) => titleOf.get(textOf(run_id)))).toEqual(titles);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(titles.map((_, item) => ({ item })));
		const ends = runs.map(({ settled_at }) => settled_at ?? 0);
		expect(ends).not.toEqual([...ends].sort((a, b) => a - b));
	});

	it('has the run’s fields under the API’s names', async () => {
		const { json: outputs } = await local.run(appRun(surpriseMe, json({})));
		expect(outputs).toEqual([
			{
				run_id: (await local.control.runs())[0]?.run_id,
				app_id: surpriseMe.sqid,
				app_name: 'Surprise Me',
				status: 'completed',
				started_at: expect.stringMatching(ISO_TIME) as unknown,
				completed_at: expect.stringMatching(ISO_TIME) as unknown,
				error_message: null,
				result: {
					images: [expect.objectContaining({ tool: 'text-to-image', width: 64, height: 64 })],
					videos: [],
					audios: [],
				},
				credits: 2,
				expires_at: expect.stringMatching(ISO_TIME) as unknown,
			},
		]);
		const [image] = imagesOf(outputs[0]);
		const told = /exp(?:ires)?=(\d+)/.exec(image?.url ?? '')?.[1] ?? '';
		const ms = Number(told) * (told.length > 10 ? 1 : 1_000);
		expect(outputs[0]?.expires_at).toBe(new Date(ms).toISOString());
	});

	it('can be one item per file, numbered through all media', async () => {
		const items = await withPhotos('red');
		const parameters = appRun(
			productClip,
			fields(productClip, { 'Still picture': 'photo', Seconds: 1 }),
			{
				options: { outputPer: 'file' },
			},
		);
		const { items: outputs } = await local.run(parameters, {
			items: [...items, ...items],
		});
		const run_id = (await local.control.runs()).map((run) => run.run_id);
		expect(
			outputs.map(({ json: { run_id: of, media_type, index }, pairedItem }) => [
				of,
				media_type,
				index,
				pairedItem,
			]),
		).toEqual([
			[run_id[0], 'video', 0, { item: 0 }],
			[run_id[0], 'audio', 1, { item: 0 }],
			[run_id[1], 'video', 0, { item: 1 }],
			[run_id[1], 'audio', 1, { item: 1 }],
		]);
		expect(Object.keys(outputs[0]?.json ?? {})).toEqual(
			'run_id app_id app_name status media_type index id url tool width height duration created_at expires_at'.split(
				' ',
			),
		);
	});

	it('has an item for a run without files, also where files are wanted one by one', async () => {
		await local.control.setOutcome({ status: 'completed', result: null });
		await local.control.setOutcome({ status: 'completed', result: { images: [] } });
		const parameters = appRun(surpriseMe, json({}), {
			options: { outputPer: 'file', downloadFiles: true },
		});
		const { items } = await local.run(parameters, { items: [{ json: {} }, { json: {} }] });
		expect(items.map(({ json: { status, result } }) => ({ status, result }))).toEqual([
			{ status: 'completed', result: null },
			{ status: 'completed', result: { images: [], videos: [], audios: [] } },
		]);
		expect(items.map(({ binary: files }) => files)).toEqual([undefined, undefined]);
	});

	it('is known at once where nothing is waited for', async () => {
		const { items } = await local.run(appRun(surpriseMe, json({}), { wait: 'none' }), {
			items: [{ json: {} }, { json: {} }],
		});
		const runs = await local.control.runs();
		expect(items).toEqual(
			runs.map(({ run_id }, item) => ({
				json: {
					run_id,
					app_id: surpriseMe.sqid,
					app_name: 'Surprise Me',
					status: 'running',
					credits: 2,
				},
				pairedItem: { item },
			})),
		);
		expect(await local.count('get_run')).toBe(0);
	});

	it('takes a run that says more than is documented, or comes without its envelope', async () => {
		await local.control.setOutcome({ bare: true, wrapped: true, extra: { cost: 12 } });
		const { json: outputs } = await local.run(appRun(surpriseMe, json({})));
		expect(outputs.map(({ status }) => status)).toEqual(['completed']);
	});
});

describe.each(['memory', 'disk'] as const)('files downloaded into %s', (place) => {
	beforeAll(async () => {
		await keepFilesIn(place);
	});

	it('are the run’s files, under numbered names, with their type and name', async () => {
		const { items } = await local.run(
			variations({ downloadFiles: true, binaryField: 'variation' }),
			{ items: await withPhotos('red', 'blue') },
		);
		expect(items.map((item) => Object.keys(item.binary ?? {}))).toEqual(
			[0, 1].map(() => ['variation', 'variation_1', 'variation_2']),
		);
		for (const { json: output, binary: files } of items) {
			for (const [i, { url }] of imagesOf(output).entries()) {
				const file = files?.[i === 0 ? 'variation' : `variation_${String(i)}`];
				expect(file).toMatchObject({
					mimeType: 'image/jpeg',
					fileName: `${textOf(output.run_id)}-${String(i)}.jpg`,
					fileExtension: 'jpg',
				});
				expect((await bytesOf(file)).equals(await download(url))).toBe(true);
			}
		}
		const requests = await local.requests('file');
		expect(requests.map(({ has_key }) => has_key)).not.toContain(true);
	});

	it('are one per item where files come one by one', async () => {
		const { items } = await local.run(variations({ downloadFiles: true, outputPer: 'file' }), {
			items: await withPhotos('red'),
		});
		expect(items).toHaveLength(3);
		for (const { json: output, binary: files } of items) {
			expect(Object.keys(files ?? {})).toEqual(['data']);
			expect((await bytesOf(files?.data)).equals(await download(output.url))).toBe(true);
		}
	});

	it('may be a video and a sound', async () => {
		const parameters = appRun(
			productClip,
			fields(productClip, { 'Still picture': 'photo', Seconds: 1 }),
			// Encoding a video takes real seconds, which are hours to this clock.
			{ options: { downloadFiles: true, maxWait: 100_000 } },
		);
		const { items, error } = await local.run(parameters, { items: await withPhotos('red') });
		expect(error?.message).toBeUndefined();
		expect(items[0]?.binary).toMatchObject({
			data: { mimeType: 'video/mp4', fileExtension: 'mp4' },
			data_1: { mimeType: 'audio/wav', fileExtension: 'wav' },
		});
		expect((await bytesOf(items[0]?.binary?.data)).subarray(4, 8).toString()).toBe('ftyp');
	});

	it.each(['truncated', 'reset_before', 'reset_after'] as const)(
		'are fetched again after a broken transfer (%s)',
		async (kind) => {
			await local.control.addFault({ route: 'file', fault: { kind } });
			const { items } = await local.run(
				appRun(surpriseMe, json({}), { options: { downloadFiles: true } }),
			);
			const [image] = imagesOf(items[0]?.json);
			expect((await bytesOf(items[0]?.binary?.data)).equals(await download(image?.url))).toBe(true);
		},
	);

	it('that cannot be had fail their item, which keeps the run id and the URLs; nothing is run again', async () => {
		await local.control.setOutcome({
			status: 'completed',
			result: { images: [{ id: 'a', url: `${local.url}/files/gone.png?expires=1&token=none` }] },
		});
		const { json: outputs, failed } = await local.run(
			appRun(surpriseMe, json({}), { options: { downloadFiles: true } }),
			{ items: [{ json: {} }, { json: {} }], settings: { onError: 'continueErrorOutput' } },
		);
		const runs = await local.control.runs();
		expect(outputs).toHaveLength(1);
		expect(failed).toHaveLength(1);
		const lost = runs.find(({ run_id }) => run_id !== outputs[0]?.run_id);
		expect(failed[0]?.json).toEqual({
			error: `Run ${String(lost?.run_id)} is completed, but its files could not be downloaded: The download of file 0 of run ${String(lost?.run_id)} was refused (403)`,
			message: expect.stringContaining('read the run again with Run → Get') as unknown,
			details: promised({
				run_id: lost?.run_id,
				app_id: surpriseMe.sqid,
				app_name: 'Surprise Me',
				status: 'completed',
				http_code: 403,
				result: {
					images: [expect.objectContaining({ id: 'a' }) as unknown],
					videos: [],
					audios: [],
				},
			}),
		});
		expect(await local.count('run')).toBe(2);
	});
});

it('downloads nothing of a run that failed', async () => {
	const parameters = appRun(brokenPipeline, json({}), { options: { downloadFiles: true } });
	await local.run(parameters, { settings: { onError: 'continueRegularOutput' } });
	expect(await local.count('file')).toBe(0);
});
