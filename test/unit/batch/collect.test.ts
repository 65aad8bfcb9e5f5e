import type { IBinaryData } from 'n8n-workflow';
import { ApiError } from '../../../nodes/Magnific/api/errors';
import type { Asset, RunResult } from '../../../nodes/Magnific/api/types';
import {
	besideRun,
	collect,
	noteRun,
	outputRun,
	runItems,
	type Carried,
} from '../../../nodes/Magnific/batch/collect';
import { readItemOptions, type ItemOptions } from '../../../nodes/Magnific/batch/options';
import { jsonItem } from '../../../nodes/Magnific/batch/runBatch';
import { LinkExpired, type RemoteFile } from '../../../nodes/Magnific/files/download';
import type { RunOutcome } from '../../../nodes/Magnific/runs/types';
import { batchOf } from '../support/batch';
import { app, refused, run } from '../support/fixtures';
import { nodeContext } from '../support/nodeContext';

const asset = (url: string): Asset => ({
	id: null,
	url,
	tool: null,
	width: null,
	height: null,
	duration: null,
	created_at: null,
});

const ONE = 'https://files.example/1.png';
const TWO = 'https://files.example/2.mp4';
const result = (images: string[], videos: string[] = []): RunResult => ({
	images: images.map(asset),
	videos: videos.map(asset),
	audios: [],
});
const withFiles = run({ result: result([ONE], [TWO]) });

const options = (own: Partial<ItemOptions> = {}): ItemOptions => ({
	...readItemOptions(nodeContext().context, 0),
	...own,
});

const binary = (fileName: string): IBinaryData => ({ data: '', mimeType: 'x/y', fileName });

/** A download, and what it was asked for. */
const downloads = () => {
	const asked: Array<[RemoteFile, number]> = [];
	const download = async (file: RemoteFile, most: number): Promise<IBinaryData> => {
		asked.push([file, most]);
		return await Promise.resolve(binary(file.url));
	};
	return { asked, download };
};

const failing = (error: ApiError) => async (): Promise<never> => await Promise.reject(error);

describe('a run as items', () => {
	it('is one item, whose files are left where they are', async () => {
		const { asked, download } = downloads();
		const items = await runItems(3, withFiles, app(), options(), download);
		expect(items).toEqual([
			{
				json: expect.objectContaining({ run_id: withFiles.run_id, credits: 5 }) as object,
				pairedItem: { item: 3 },
			},
		]);
		expect(asked).toEqual([]);
	});

	it('is one item with all its files where they are wanted, asked for by run and place', async () => {
		const { asked, download } = downloads();
		const wanted = options({ downloadFiles: true, maxFileSize: 7, binaryField: 'photo' });
		const [item] = await runItems(0, withFiles, app(), wanted, download);
		expect(item?.binary).toEqual({ photo: binary(ONE), photo_1: binary(TWO) });
		const { run_id } = withFiles;
		expect(asked).toEqual([
			[{ what: `file 0 of run ${run_id}`, id: run_id, index: 0, media_type: 'image', url: ONE }, 7],
			[{ what: `file 1 of run ${run_id}`, id: run_id, index: 1, media_type: 'video', url: TWO }, 7],
		]);
	});

	it('is an item per file where that is wanted, each with its own file', async () => {
		const { download } = downloads();
		const wanted = options({ outputPer: 'file', downloadFiles: true });
		const items = await runItems(1, withFiles, app(), wanted, download);
		expect(items.map(({ json, binary: files }) => [json['url'], files])).toEqual([
			[ONE, { data: binary(ONE) }],
			[TWO, { data: binary(TWO) }],
		]);
		const bare = await runItems(1, withFiles, app(), options({ outputPer: 'file' }), download);
		expect(bare.map((item) => [item.pairedItem, 'binary' in item])).toEqual([
			[{ item: 1 }, false],
			[{ item: 1 }, false],
		]);
	});

	it('without a file is one item all the same, without binary data', async () => {
		const { download } = downloads();
		const wanted = options({ outputPer: 'file', downloadFiles: true });
		const items = await runItems(0, run({ result: result([]) }), app(), wanted, download);
		expect(items.map((item) => [item.json['run_id'], 'binary' in item])).toEqual([
			[run().run_id, false],
		]);
	});
});

describe('a run whose files cannot be had', () => {
	const broken = refused(500);

	it('fails its item, which keeps the id, the status and the URLs', async () => {
		const wanted = options({ downloadFiles: true });
		const output = await outputRun(2, withFiles, app(), wanted, failing(broken));
		expect(output).toMatchObject({
			failure: {
				itemIndex: 2,
				message: `Run ${withFiles.run_id} is completed, but its files could not be downloaded: ${broken.message}`,
				advice: expect.stringMatching(/Run → Get.*within 12 hours/) as string,
				details: {
					run_id: withFiles.run_id,
					app_id: app().sqid,
					app_name: app().name,
					status: 'completed',
					result: withFiles.result,
					http_code: 500,
				},
			},
		});
		const ofNoApp = await outputRun(2, withFiles, undefined, wanted, failing(broken));
		expect(ofNoApp).toMatchObject({ failure: { details: { app_id: withFiles.app_id } } });
	});

	it('for its links have expired does not send anybody to read it again', async () => {
		const expired = new LinkExpired({ kind: 'rejected', message: 'Expired', advice: 'Too late.' });
		const wanted = options({ downloadFiles: true });
		expect(await outputRun(0, withFiles, app(), wanted, failing(expired))).toMatchObject({
			failure: { advice: 'Too late.' },
		});
	});
});

it('adds to an item only what there is: that its run was reused, and its metadata', () => {
	expect(besideRun({ options: { metadata: {} } })).toEqual({});
	expect(besideRun({ reused: false, options: { metadata: {} } })).toEqual({});
	expect(besideRun({ reused: true, options: { metadata: { sku: '1' } } })).toEqual({
		reused: true,
		metadata: { sku: '1' },
	});
});

const ERROR = refused(404);
const OUTCOMES: Record<string, RunOutcome> = {
	ended: { kind: 'ended', run: run({ run_id: 'run-ended', status: 'failed' }) },
	started: { kind: 'started', run_id: 'run-started', since: 1 },
	timedOut: { kind: 'timed_out', run_id: 'run-late', status: 'processing' },
	neverSeen: { kind: 'timed_out', run_id: 'run-unseen', status: null },
	unreadable: { kind: 'unreadable', run_id: 'run-unread', status: 'queued', error: ERROR },
	notStarted: { kind: 'not_started', error: ERROR },
	unknown: { kind: 'unknown', error: ERROR },
};

it.each([
	['ended', [{ itemIndex: 4, run_id: 'run-ended', status: 'failed' }]],
	['started', [{ itemIndex: 4, run_id: 'run-started', status: 'running' }]],
	['timedOut', [{ itemIndex: 4, run_id: 'run-late', status: 'processing' }]],
	['neverSeen', [{ itemIndex: 4, run_id: 'run-unseen', status: 'running' }]],
	['unreadable', [{ itemIndex: 4, run_id: 'run-unread', status: 'queued' }]],
	['notStarted', []],
	['unknown', []],
])('notes of a run that is %s its id, where it has one', async (name, noted) => {
	const batch = await batchOf(nodeContext().context);
	const outcome = OUTCOMES[name];
	if (outcome) noteRun(batch, 4, outcome);
	expect(batch.knownRuns).toEqual(noted);
});

describe('the outcomes of a batch', () => {
	const collected = async (carried: Carried[]) => {
		const node = nodeContext();
		const batch = await batchOf(node.context);
		await collect(node.context, batch, carried, 30);
		return { ...batch, hints: node.hints };
	};
	const carried = (itemIndex: number, outcome: RunOutcome, own: Partial<Carried> = {}) => ({
		itemIndex,
		app: app(),
		outcome,
		options: options({ onTimeout: 'output' }),
		...own,
	});

	it('become the items’ results, and every id is noted', async () => {
		const { results, knownRuns } = await collected([
			carried(0, { kind: 'ended', run: run() }, { reused: true }),
			carried(1, { kind: 'started', run_id: 'run-started', since: 1 }),
			carried(2, { kind: 'timed_out', run_id: 'run-late', status: 'processing' }),
			carried(3, { kind: 'not_started', error: ERROR }),
			carried(4, { kind: 'unknown', error: ERROR }),
			carried(5, { kind: 'ended', run: run({ run_id: 'run-bad', status: 'failed' }) }),
		]);
		expect(results.get(0)).toMatchObject({
			items: [{ json: { status: 'completed', reused: true } }],
		});
		const late = { app_id: app().sqid, app_name: app().name, credits: 5 };
		expect(results.get(1)).toEqual({
			items: [jsonItem({ run_id: 'run-started', ...late, status: 'running' }, 1)],
		});
		expect(results.get(2)).toEqual({
			items: [jsonItem({ run_id: 'run-late', ...late, status: 'processing', timed_out: true }, 2)],
		});
		expect([3, 4, 5].map((item) => results.get(item))).toEqual([
			{ failure: expect.objectContaining({ itemIndex: 3, message: ERROR.message }) as object },
			{
				failure: expect.objectContaining({
					message: expect.stringMatching(/may have started/) as string,
				}) as object,
			},
			{ failure: expect.objectContaining({ message: 'Run run-bad failed' }) as object },
		]);
		expect(knownRuns.map(({ run_id }) => run_id)).toEqual([
			run().run_id,
			'run-started',
			'run-late',
			'run-bad',
		]);
	});

	it('are failures by the item’s own options', async () => {
		const late: RunOutcome = { kind: 'timed_out', run_id: 'run-late', status: null };
		const { results } = await collected([
			carried(0, late),
			carried(1, late, { options: options({ onTimeout: 'error' }) }),
		]);
		expect([...results.values()].map((one) => 'failure' in one)).toEqual([false, true]);
	});

	it('come with their metadata, the item’s own', async () => {
		const own = { options: options({ metadata: { sku: 'A' } }) };
		const { results } = await collected([carried(0, { kind: 'ended', run: run() }, own)]);
		expect(results.get(0)).toMatchObject({ items: [{ json: { metadata: { sku: 'A' } } }] });
	});

	it('say above the output what may be overlooked', async () => {
		const { hints } = await collected([
			carried(0, { kind: 'timed_out', run_id: 'run-late', status: null }),
		]);
		expect(hints).toEqual([expect.stringMatching(/^outputPane: 1 run not over yet/)]);
	});
});
