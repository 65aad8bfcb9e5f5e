import type { Asset, RunResult } from '../../../nodes/Magnific/api/types';
import {
	binaryFieldName,
	expiresAt,
	fileJson,
	filesOf,
	runJson,
	unfinishedJson,
} from '../../../nodes/Magnific/runs/output';
import { app, refused, run } from '../support/fixtures';

const asset = (name: string, own: Partial<Asset> = {}): Asset => ({
	id: name,
	url: `https://files.example/${name}?token=1`,
	tool: 'upscale',
	width: 1024,
	height: 768,
	duration: null,
	created_at: '2026-11-01T00:00:19Z',
	...own,
});

const result: RunResult = {
	images: [asset('a.png'), asset('b.png')],
	videos: [asset('c.mp4', { duration: 4.5, invented_later: true })],
	audios: [asset('d.mp3', { width: null, height: null })],
};

describe('the output of a run', () => {
	it('has exactly the documented fields, under the API’s own names', () => {
		const json = runJson(run({ result }), app());
		expect(json).toEqual({
			run_id: 'vCrK3Aa47y',
			app_id: 'uqzQLDr2Aw',
			app_name: 'Product Photo',
			status: 'completed',
			started_at: '2026-11-01T00:00:00Z',
			completed_at: '2026-11-01T00:00:20Z',
			error_message: null,
			result,
			credits: 5,
			expires_at: '2026-11-01T12:00:20.000Z',
		});
		expect(Object.keys(json)).toEqual([
			'run_id',
			'app_id',
			'app_name',
			'status',
			'started_at',
			'completed_at',
			'error_message',
			'result',
			'credits',
			'expires_at',
		]);
	});

	it('is complete also where the app could not be read, or its cost is not known', () => {
		expect(runJson(run({ result: null }), undefined)).toMatchObject({
			app_id: 'uqzQLDr2Aw',
			app_name: null,
			credits: null,
			expires_at: null,
		});
		expect(runJson(run({ app_id: null }), app({ total_cost: null }))).toMatchObject({
			app_id: 'uqzQLDr2Aw',
			app_name: 'Product Photo',
			credits: null,
		});
		expect(runJson(run({ app_id: null }), undefined)).toMatchObject({ app_id: null });
	});

	it('ends with what the API says beyond its documentation, which never takes a documented place', () => {
		const more = {
			queue: { place: 3 },
			credits: 'many',
			expires_at: 'never',
			error: 'no',
			app_name: 7,
		};
		const json = runJson(run({ ...more, result }), app());
		expect(json).toEqual({ ...runJson(run({ result }), app()), queue: { place: 3 } });
		expect(Object.keys(json).at(-1)).toBe('queue');
	});

	it('has no signed URL in its error message, but its result as the API gave it', () => {
		const error_message = 'no access to https://s.example/a.png?X-Amz-Signature=abc';
		const json = runJson(run({ status: 'completed_with_errors', error_message, result }), app());
		expect(json.error_message).toBe('no access to https://s.example/a.png');
		expect(json.result).toEqual(result);
	});

	it('has no top-level field named error, which n8n would take for a failed item', () => {
		for (const status of ['completed', 'completed_with_errors', 'failed', 'cancelled']) {
			const json = runJson(run({ status, error_message: 'why', result }), app());
			expect(Object.keys(json)).not.toContain('error');
		}
	});
});

describe('the output of a file', () => {
	it('has exactly the documented fields', () => {
		const [, , video] = filesOf(result);
		const json = video ? fileJson(run({ result }), app(), video) : {};
		expect(json).toEqual({
			run_id: 'vCrK3Aa47y',
			app_id: 'uqzQLDr2Aw',
			app_name: 'Product Photo',
			status: 'completed',
			media_type: 'video',
			index: 2,
			id: 'c.mp4',
			url: 'https://files.example/c.mp4?token=1',
			tool: 'upscale',
			width: 1024,
			height: 768,
			duration: 4.5,
			created_at: '2026-11-01T00:00:19Z',
			expires_at: '2026-11-01T12:00:20.000Z',
		});
		expect(Object.keys(json)).toEqual([
			'run_id',
			'app_id',
			'app_name',
			'status',
			'media_type',
			'index',
			'id',
			'url',
			'tool',
			'width',
			'height',
			'duration',
			'created_at',
			'expires_at',
		]);
	});

	it('has lists that came later among the files, named in the singular', () => {
		const url = 'https://files.example/x.glb';
		const later = {
			...result,
			images: [],
			models: [{ url, polygons: 9 }, { note: 'no URL' }, null],
			meshes: [{ url }],
			bodies: [{ url }],
			glass: [{ url }],
			media: [{ url }],
			logs: [{ url: 'line 7' }, 'text'],
			sizes: [1, 2],
			preview: { url },
			nothing: null,
		};
		const found = filesOf(later).map(({ media_type, index }) => [media_type, index]);
		expect(found).toEqual([
			['video', 0],
			['audio', 1],
			['model', 2],
			['mesh', 3],
			['body', 4],
			['glass', 5],
			['media', 6],
		]);
		expect(filesOf(later)[2]?.asset).toMatchObject({ url, id: null, polygons: 9 });
		expect(runJson(run({ result: later }), app()).result).toEqual(later);
	});

	it('counts the files of a run through: images, videos, audios', () => {
		expect(
			filesOf(result).map(({ index, media_type, asset: { id } }) => [index, media_type, id]),
		).toEqual([
			[0, 'image', 'a.png'],
			[1, 'image', 'b.png'],
			[2, 'video', 'c.mp4'],
			[3, 'audio', 'd.mp3'],
		]);
		expect(filesOf(null)).toEqual([]);
	});
});

describe('the output of a run that is not over', () => {
	it('that nobody waited for has the documented fields', () => {
		const json = unfinishedJson({ kind: 'started', run_id: 'vCrK3Aa47y', since: 0 }, app());
		expect(json).toEqual({
			run_id: 'vCrK3Aa47y',
			app_id: 'uqzQLDr2Aw',
			app_name: 'Product Photo',
			status: 'running',
			credits: 5,
		});
	});

	it('that was waited for too long says so', () => {
		const timedOut = { kind: 'timed_out', run_id: 'vCrK3Aa47y', status: 'pending' } as const;
		expect(unfinishedJson(timedOut, app())).toEqual({
			run_id: 'vCrK3Aa47y',
			app_id: 'uqzQLDr2Aw',
			app_name: 'Product Photo',
			status: 'pending',
			credits: 5,
			timed_out: true,
		});
		expect(unfinishedJson({ ...timedOut, status: null }, undefined)).toEqual({
			run_id: 'vCrK3Aa47y',
			app_id: null,
			app_name: null,
			status: 'running',
			credits: null,
			timed_out: true,
		});
	});

	it('that could not be read says so too', () => {
		const unreadable = {
			kind: 'unreadable',
			run_id: 'vCrK3Aa47y',
			status: null,
			error: refused(500),
		} as const;
		expect(unfinishedJson(unreadable, app())).toMatchObject({ status: 'running', timed_out: true });
	});
});

describe('the time at which URLs expire', () => {
	it('is twelve hours after the end, whatever the time zone', () => {
		expect(expiresAt(run({ completed_at: '2026-11-01T01:00:00+02:00', result }))).toBe(
			'2026-11-01T11:00:00.000Z',
		);
	});

	it('is what the URLs say: the first of them for the run, its own for a file', () => {
		const until = (time: string): string =>
			`https://files.example/1/render.png?token=exp=${String(Date.parse(time) / 1000)}~hmac=0a`;
		const told = run({
			result: {
				...result,
				images: [
					asset('a.png', { url: until('2026-11-01T05:00:00Z') }),
					asset('b.png', { url: until('2026-11-01T03:00:00Z') }),
				],
			},
		});
		expect(expiresAt(told)).toBe('2026-11-01T03:00:00.000Z');
		expect(filesOf(told.result).map((file) => fileJson(told, app(), file).expires_at)).toEqual([
			'2026-11-01T05:00:00.000Z',
			'2026-11-01T03:00:00.000Z',
			'2026-11-01T12:00:20.000Z',
			'2026-11-01T12:00:20.000Z',
		]);
	});

	it.each([null, 'soon', ''])('is not known where the end is %j', (completed_at) => {
		expect(expiresAt(run({ completed_at, result }))).toBeNull();
	});
});

describe('the names of binary fields', () => {
	it('are the chosen one, then numbered', () => {
		expect([0, 1, 2, 10].map((index) => binaryFieldName('data', index))).toEqual([
			'data',
			'data_1',
			'data_2',
			'data_10',
		]);
	});
});

describe('a file of a list that came later', () => {
	it.each([
		['models', 'model'],
		['bodies', 'body'],
		['boxes', 'box'],
		['batches', 'batch'],
		['brushes', 'brush'],
		['quizzes', 'quizz'],
		['glasses', 'glass'],
		['glass', 'glass'],
		['media', 'media'],
		['s', 's'],
	])('of “%s” is of the kind “%s”', (list, kind) => {
		const url = 'HTTP://files.example/x';
		const later = { images: [], videos: [], audios: [], [list]: [{ url }] };
		expect(filesOf(later).map(({ media_type }) => media_type)).toEqual([kind]);
	});

	it.each([{ url: 'x https://files.example/x' }, { url: 7 }, 'https://files.example/x', null])(
		'is none that is %j',
		(entry) => {
			expect(filesOf({ images: [], videos: [], audios: [], models: [entry] })).toEqual([]);
		},
	);
});

it('knows no date of a link that is after the last one that there is', () => {
	const far = `https://files.example/a.png?X-Amz-Date=20261126T220000Z&X-Amz-Expires=${'9'.repeat(16)}`;
	const made = { images: [asset('a.png', { url: far })], videos: [], audios: [] };
	expect(expiresAt(run({ result: made }))).toBeNull();
});

it('says of a run without files when its links would stop working, and of one without a result nothing', () => {
	const none = { images: [], videos: [], audios: [] };
	expect(expiresAt(run({ result: none }))).toBe('2026-11-01T12:00:20.000Z');
	expect(expiresAt(run({ result: null }))).toBeNull();
});
