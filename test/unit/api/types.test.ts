import fc from 'fast-check';
import { ApiError } from '../../../nodes/Magnific/api/errors';
import {
	isEnded,
	isKnownStatus,
	parseAppDefinition,
	parseAppList,
	parseRun,
	parseStartedRun,
	parseUploadTargets,
} from '../../../nodes/Magnific/api/types';

const both = (raw: unknown): unknown[] => [raw, { data: raw }];

describe('a list of apps', () => {
	it('is read wrapped and bare, with cost where the API tells it', () => {
		const list = [
			{ sqid: 'uqzQLDr2Aw', name: ' Product Photo ', tool_metadata: { total_cost: 12 } },
			{ sqid: 'aaaaaaaa', name: 'Upscale', tool_metadata: { total_cost: '7.5' } },
			{ sqid: 'bbbbbbbb', name: 'Bare' },
			{ sqid: 'cccccccc', tool_metadata: null },
		];
		for (const body of both(list)) {
			expect(parseAppList(body)).toEqual([
				{ sqid: 'uqzQLDr2Aw', name: 'Product Photo', total_cost: 12 },
				{ sqid: 'aaaaaaaa', name: 'Upscale', total_cost: 7.5 },
				{ sqid: 'bbbbbbbb', name: 'Bare', total_cost: null },
				{ sqid: 'cccccccc', name: 'cccccccc', total_cost: null },
			]);
		}
	});

	it('leaves out what is no app, and may be empty', () => {
		expect(parseAppList({ data: [null, 'x', 3, [], {}, { name: 'no id' }] })).toEqual([]);
		expect(parseAppList([])).toEqual([]);
	});

	it.each([[{}], [{ data: {} }], [{ data: null }], ['[]'], [null]])(
		'that is %j is not as documented',
		(body) => {
			expect(() => parseAppList(body)).toThrow('not as documented');
		},
	);
});

describe('an app definition', () => {
	const raw = {
		sqid: 'uqzQLDr2Aw',
		name: 'Product Photo',
		tool_metadata: { total_cost: '5' },
		inputs: [
			{
				id: 'input-1',
				api_key: 'product_photo',
				key: 'old_key',
				type: 'creation',
				label: ' Product photo ',
				config: { mediaType: 'image' },
				default: null,
				required: true,
			},
			{
				id: 'input-2',
				type: 'select',
				label: 'Style',
				config: { options: ['bright', 'dark'] },
				default: 'dark',
				required: false,
				presentation: { mode: 'input' },
			},
			{ id: 'input-3', type: 'number', config: null, default: 0.5 },
			{ id: 'input-4', api_key: 'tags', type: 'list', config: { options: ['a'] }, required: 'yes' },
		],
		invented_later: true,
	};

	it('is read wrapped and bare, unknown types and fields included', () => {
		for (const body of both(raw)) {
			expect(parseAppDefinition(body)).toEqual({
				sqid: 'uqzQLDr2Aw',
				name: 'Product Photo',
				total_cost: 5,
				inputs: [
					{
						id: 'input-1',
						api_key: 'product_photo',
						key: 'old_key',
						label: 'Product photo',
						type: 'creation',
						media_type: 'image',
						required: true,
						default: null,
						options: [],
					},
					{
						id: 'input-2',
						api_key: null,
						key: null,
						label: 'Style',
						type: 'select',
						media_type: null,
						required: false,
						default: 'dark',
						options: [
							{ value: 'bright', label: 'bright' },
							{ value: 'dark', label: 'dark' },
						],
					},
					{
						id: 'input-3',
						api_key: null,
						key: null,
						label: 'input-3',
						type: 'number',
						media_type: null,
						required: false,
						default: 0.5,
						options: [],
					},
					{
						id: 'input-4',
						api_key: 'tags',
						key: null,
						label: 'tags',
						type: 'list',
						media_type: null,
						required: false,
						default: null,
						options: [],
					},
				],
				raw,
			});
		}
	});

	it('has no inputs where the API gives none, and leaves out what is none', () => {
		expect(parseAppDefinition({ data: { sqid: 'abcdef' } }).inputs).toEqual([]);
		expect(parseAppDefinition({ data: { sqid: 'abcdef', inputs: null } }).inputs).toEqual([]);
		expect(
			parseAppDefinition({ sqid: 'abcdef', inputs: [null, 'x', {}, { id: '' }] }).inputs,
		).toEqual([]);
	});

	it('has each input once, by its id', () => {
		const inputs = [{ id: 'a', label: 'First' }, { id: 'b' }, { id: 'a', label: 'Second' }];
		expect(
			parseAppDefinition({ sqid: 'abcdef', inputs }).inputs.map(({ id, label }) => [id, label]),
		).toEqual([
			['a', 'First'],
			['b', 'b'],
		]);
	});

	it('calls an input without a type text, and a media type it does not know none', () => {
		const inputs = [{ id: 'a' }, { id: 'b', type: 'creation', config: { mediaType: 'hologram' } }];
		expect(parseAppDefinition({ sqid: 'abcdef', inputs }).inputs).toMatchObject([
			{ id: 'a', type: 'text', label: 'a' },
			{ id: 'b', type: 'creation', media_type: null },
		]);
	});

	it.each([[{}], [{ data: [] }], [{ data: { name: 'no id' } }], [null], ['<html>']])(
		'that is %j is not as documented',
		(body) => {
			expect(() => parseAppDefinition(body)).toThrow('not as documented');
		},
	);
});

describe('the answer to a submission', () => {
	it('has the run id under any of its names, wrapped or bare', () => {
		for (const name of ['workflow_run_identifier', 'run_id', 'workflowRunIdentifier']) {
			for (const body of both({ status: 'running', [name]: 'vCrK3Aa47y' })) {
				expect(parseStartedRun(body)).toBe('vCrK3Aa47y');
			}
		}
		expect(parseStartedRun({ run_id: 12345 })).toBe('12345');
	});

	it.each([[{}], [{ status: 'running' }], [{ run_id: '' }], [{ data: null }], [null], ['ok']])(
		'that is %j is not as documented',
		(body) => {
			expect(() => parseStartedRun(body)).toThrow('it has no run id');
		},
	);
});

describe('the status of a run', () => {
	it('is read wrapped and bare, with its files', () => {
		const raw = {
			run_id: 'vCrK3Aa47y',
			status: 'completed',
			app_id: 'uqzQLDr2Aw',
			started_at: '2026-11-01T00:00:00Z',
			completed_at: '2026-11-01T00:00:20Z',
			error_message: null,
			result: {
				images: [
					{
						id: 9,
						url: 'https://files.example/a.png',
						tool: 'upscale',
						width: '1024',
						height: 768,
						duration: null,
						created_at: '2026-11-01T00:00:19Z',
						invented_later: 1,
					},
					{ id: 'no url' },
					null,
				],
				videos: null,
				models: ['3d'],
			},
		};
		for (const body of both(raw)) {
			expect(parseRun(body, 'asked')).toEqual({
				...raw,
				result: {
					images: [
						{
							id: '9',
							url: 'https://files.example/a.png',
							tool: 'upscale',
							width: 1024,
							height: 768,
							duration: null,
							created_at: '2026-11-01T00:00:19Z',
							invented_later: 1,
						},
					],
					videos: [],
					audios: [],
					models: ['3d'],
				},
			});
		}
	});

	it('may leave everything out but the status', () => {
		expect(parseRun({ status: ' Pending ' }, 'asked')).toEqual({
			run_id: 'asked',
			status: 'pending',
			app_id: null,
			started_at: null,
			completed_at: null,
			error_message: null,
			result: null,
		});
		expect(parseRun({ data: { status: 'running', flow_id: 'abcdef' } }, 'asked').app_id).toBe(
			'abcdef',
		);
	});

	it('may be one that came later: then the run is not over', () => {
		expect(parseRun({ status: 'Paused' }, 'asked').status).toBe('paused');
		expect(isEnded('paused')).toBe(false);
		expect(isKnownStatus('paused')).toBe(false);
	});

	it.each([
		['finished', 'completed'],
		['Succeeded', 'completed'],
		['success', 'completed'],
		['canceled', 'cancelled'],
		['error', 'failed'],
		['errored', 'failed'],
	])('may be “%s”, which says %s', (word, status) => {
		expect(parseRun({ status: word }, 'asked')).toMatchObject({
			status,
			api_status: word.toLowerCase(),
		});
	});

	const files = { images: [{ url: 'https://files.example/a.png' }] };

	it.each([
		['has files', { result: files }, 'completed'],
		['has files of a kind that came later', { result: { models: files.images } }, 'completed'],
		['has files and an end', { result: files, completed_at: '2026-11-01' }, 'completed'],
		['has files and an error', { result: files, error_message: 'x' }, 'completed_with_errors'],
		['has an end alone', { completed_at: '2026-11-01' }, 'failed'],
		['has an end and empty lists', { completed_at: 'x', result: { images: [] } }, 'failed'],
	])('that nobody knows is an end where the run %s', (_, more, status) => {
		const run = parseRun({ status: 'archived', ...more }, 'asked');
		expect(run).toMatchObject({ status, api_status: 'archived' });
		expect(isEnded(run.status)).toBe(true);
		expect(parseRun(JSON.parse(JSON.stringify(run)), 'asked')).toEqual(run);
	});

	it.each([
		['paused', { result: files }],
		['processing', { result: files }],
		['archived', { result: { images: [], videos: null } }],
		['archived', { result: null, completed_at: null }],
		['running', { result: files, completed_at: '2026-11-01' }],
	])('“%s” is no end with %j', (status, more) => {
		const run = parseRun({ status, ...more }, 'asked');
		expect(run.status).toBe(status);
		expect(isEnded(run.status)).toBe(false);
		expect(run).not.toHaveProperty('api_status');
	});

	it('keeps what is not documented, and reads times and errors of another form', () => {
		const raw = {
			run_id: 77,
			status: 'failed',
			flow_id: 'abcdef',
			started_at: 1_793_491_200,
			completed_at: 1_793_491_220_000,
			error: { message: 'no GPU' },
			queue: { place: 3 },
			result: ['https://files.example/a.glb'],
		};
		expect(parseRun({ data: raw }, 'asked')).toEqual({
			run_id: '77',
			status: 'failed',
			app_id: 'abcdef',
			started_at: '2026-11-01T00:00:00.000Z',
			completed_at: '2026-11-01T00:00:20.000Z',
			error_message: 'no GPU',
			queue: { place: 3 },
			result: { images: [], videos: [], audios: [], files: ['https://files.example/a.glb'] },
		});
		expect(parseRun({ ...raw, completed_at: 9e99 }, 'asked').completed_at).toBeNull();
	});

	it('may have a file as a bare URL', () => {
		const { result } = parseRun(
			{ status: 'completed', result: { images: ['https://files.example/a.png', '', 7, null] } },
			'asked',
		);
		expect(result?.images).toEqual([
			{
				id: null,
				url: 'https://files.example/a.png',
				tool: null,
				width: null,
				height: null,
				duration: null,
				created_at: null,
			},
		]);
	});

	it('ends a run when it is one of the four that the API documents as ends', () => {
		const documented = [
			'pending',
			'running',
			'completed',
			'completed_with_errors',
			'failed',
			'cancelled',
		];
		expect(documented.filter(isEnded)).toEqual(documented.slice(2));
		expect(documented.every(isKnownStatus)).toBe(true);
	});

	it.each([[{}], [{ data: {} }], [{ status: 7 }], [{ status: '' }], [null], [[]], ['running']])(
		'that is %j is not as documented',
		(body) => {
			expect(() => parseRun(body, 'asked')).toThrow('it has no run status');
		},
	);
});

describe('the upload addresses', () => {
	const target = (name: string) => ({
		file_id: name,
		upload_url: `https://storage.example/${name}?sig=1`,
		headers: { 'content-type': 'image/png', 'x-size': 5, 'x-many': ['a', 'b'], 'x-none': null },
		asset_url: `https://files.example/${name}`,
	});

	it('are read wrapped and bare, with their headers as text', () => {
		for (const body of both({ files: [target('a'), target('b')] })) {
			expect(parseUploadTargets(body)).toEqual(
				['a', 'b'].map((name) => ({
					file_id: name,
					upload_url: `https://storage.example/${name}?sig=1`,
					headers: { 'content-type': 'image/png', 'x-size': '5', 'x-many': 'a,b' },
					asset_url: `https://files.example/${name}`,
				})),
			);
		}
	});

	it('never move to the place of another file where one is missing', () => {
		const targets = parseUploadTargets({ files: [target('a'), { file_id: 'b' }, target('c')] });
		expect(targets.map(({ asset_url }) => asset_url)[1]).not.toBe('https://files.example/c');
	});

	it.each([[{}], [{ files: [] }], [{ files: [{ upload_url: 'https://x.example' }] }], [null]])(
		'that are %j are not as documented',
		(body) => {
			expect(() => parseUploadTargets(body)).toThrow('it has no upload address');
		},
	);
});

describe('any answer at all', () => {
	it('is read or refused in words, and never breaks a parser', () => {
		const parsers: Array<(body: unknown) => unknown> = [
			parseAppList,
			parseAppDefinition,
			parseStartedRun,
			(body) => parseRun(body, 'asked'),
			parseUploadTargets,
		];
		const names = ['data', 'sqid', 'name', 'inputs', 'id', 'type', 'config', 'options', 'status'];
		const more = [
			'result',
			'images',
			'url',
			'files',
			'upload_url',
			'asset_url',
			'headers',
			'run_id',
		];
		const { answer } = fc.letrec((tie) => ({
			answer: fc.oneof(
				{ depthSize: 'medium', withCrossShrink: true },
				fc.oneof(fc.jsonValue(), fc.constantFrom(undefined, NaN, 'select', 'creation')),
				fc.array(tie('answer'), { maxLength: 4 }),
				fc.dictionary(fc.constantFrom(...names, ...more), tie('answer'), { maxKeys: 6 }),
			),
		}));
		fc.assert(
			fc.property(answer, (body) => {
				for (const parse of parsers) {
					try {
						parse(body);
					} catch (error) {
						expect(error).toBeInstanceOf(ApiError);
					}
				}
			}),
			{ numRuns: 500 },
		);
	});
});

describe('what came with later answers', () => {
	const [one] = parseAppDefinition({
		sqid: 'uqzQLDr2Aw',
		inputs: [
			{
				id: 'input-1',
				type: 'text',
				description: ' What to paint ',
				presentation: { mode: 'textarea', placeholder: 'a red car' },
			},
		],
	}).inputs;

	it('are an input’s description and placeholder', () => {
		expect(one).toMatchObject({ description: 'What to paint', placeholder: 'a red car' });
	});

	it.each([
		['2026-11-01T00:00:00Z', '2026-11-01T00:00:00Z'],
		[1793491200, '2026-11-01T00:00:00.000Z'],
		[1793491200000, '2026-11-01T00:00:00.000Z'],
		['1793491200', '2026-11-01T00:00:00.000Z'],
		['1793491200000', '2026-11-01T00:00:00.000Z'],
		[null, null],
		[{}, null],
		['', ''],
	])('are times in s, ms or ISO 8601: %j', (time, expected) => {
		const run = parseRun(
			{
				status: 'running',
				started_at: time,
				result: { images: [{ url: 'https://a.example/1.png', created_at: time }] },
			},
			'vCrK3Aa47y',
		);
		expect(run.started_at).toBe(expected);
		expect(run.result?.images[0]?.created_at).toBe(expected);
	});
});
