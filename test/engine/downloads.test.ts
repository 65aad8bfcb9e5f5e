import nock from 'nock';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { promised } from './support/engine';
import { binary, bytesOf, keepFilesIn, picture, spoilStorage } from './support/files';
import { localMagnific } from './support/localMagnific';
import { withPublicHosts } from './support/publicHosts';
import { startOrigin, type Answer, type Origin } from './support/origin';
import { appRun, fields, json } from './support/parameters';
import { textOf } from './support/text';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();

/** Serves whatever a test puts there, by path. */
let host: Origin;
let served: Record<string, Answer> = {};

beforeAll(async () => {
	host = await startOrigin(({ path }) => served[path.split('?')[0] ?? ''] ?? { status: 404 });
});

afterAll(async () => {
	await host.close();
});

beforeEach(() => {
	served = {};
	host.seen.length = 0;
});

const surprise = (options = {}) =>
	appRun(surpriseMe, json({}), { options: { downloadFiles: true, ...options } });

/** One run whose only file has this address, under the local Magnific. */
const runWithFileAt = async (url: string, options = {}) => {
	await local.control.setOutcome({
		status: 'completed',
		result: { images: [{ id: 'a', url }], videos: [], audios: [] },
	});
	const outcome = await local.run(surprise(options), {
		settings: { onError: 'continueErrorOutput' },
	});
	const [run] = await local.control.runs();
	return { ...outcome, run_id: run?.run_id ?? '' };
};

const PUBLIC_API = 'https://api.magnific.example';
const RUN_ID = 'vCrK3Aa47y';

/** Run → Get of a run of a public API whose only file has this address. */
const publicRunWithFileAt = async (url: string) => {
	nock(PUBLIC_API)
		.get(`/v1/ai/apps/runs/${RUN_ID}`)
		.reply(200, {
			data: { run_id: RUN_ID, status: 'completed', result: { images: [{ id: 'a', url }] } },
		});
	const { failed, items } = await local.run(
		{ resource: 'run', operation: 'get', runId: RUN_ID, options: { downloadFiles: true } },
		{
			credential: { baseUrl: PUBLIC_API },
			settings: { onError: 'continueErrorOutput' },
		},
	);
	return { error: failed[0]?.json.error, details: failed[0]?.json.details, items };
};

/** The details of a failed item of a completed run with one picture. */
const withUrl = (run_id: string, url: string): unknown =>
	promised(
		expect.objectContaining({
			run_id,
			status: 'completed',
			result: expect.objectContaining({ images: [expect.objectContaining({ url })] }) as unknown,
		}),
	);

const said = (reason: string): string =>
	`Run ${RUN_ID} is completed, but its files could not be downloaded: The address of file 0 of run ${RUN_ID} ${reason}`;

describe('a file of a public API', () => {
	withPublicHosts();

	it.each([
		['http://169.254.169.254/latest/meta-data?token=secret', 'http://169.254.169.254'],
		['http://localhost:5678/rest/settings', 'http://localhost:5678'],
		['https://[::1]/a.png', 'https://[::1]'],
		['http://2130706433/a.png', 'http://127.0.0.1'],
		['http://redis:6379/', 'http://redis:6379'],
	])('is not fetched from the private address %s', async (url, origin) => {
		const { error, details } = await publicRunWithFileAt(url);
		expect(error).toBe(said(`(${origin}) is a private one, and the API’s is not`));
		expect(details).toEqual(withUrl(RUN_ID, url));
	});

	it('is not fetched from a private address by a redirect either', async () => {
		served = { '/a.png': { status: 200, body: Buffer.from('private') } };
		nock('http://cdn.example')
			.get('/a.png')
			.reply(302, '', { location: `${host.url}/a.png` });
		const { error } = await publicRunWithFileAt('http://cdn.example/a.png');
		expect(error).toBe(said(`(${host.url}) is a private one, and the API’s is not`));
		expect(host.seen).toEqual([]);
	});

	it('is not fetched once a redirect leaves https', async () => {
		const plain = nock('http://cdn.example').get('/a.png').reply(200, 'plain');
		nock('https://cdn.example')
			.get('/a.png')
			.reply(301, '', { location: 'http://cdn.example/a.png' });
		const { error } = await publicRunWithFileAt('HTTPS://cdn.example/a.png');
		expect(error).toBe(said('redirects from https to http'));
		expect(plain.isDone()).toBe(false);
	});

	it.each(['file:///etc/passwd', 'ftp://cdn.example/a.png', 'data:image/png;base64,aaaa', 'a.png'])(
		'is not fetched from %s',
		async (url) => {
			const { error } = await publicRunWithFileAt(url);
			expect(error).toBe(said('is not a web address'));
		},
	);

	it('is fetched from another public host', async () => {
		nock('https://cdn.example').get('/a.png?token=t').reply(200, 'public');
		const { items } = await publicRunWithFileAt('https://cdn.example/a.png?token=t');
		expect((await bytesOf(items[0]?.binary?.data)).toString()).toBe('public');
	});
});

describe('a redirected file', () => {
	it('is fetched after five redirects, absolute and relative, and named by its first address', async () => {
		const to = (location: string): Answer => ({ status: 302, headers: { location } });
		served = {
			'/first.png': to('/2'),
			'/2': to(`${host.url}/3`),
			'/3': { status: 308, headers: { location: '4' } },
			'/4': { status: 303, headers: { location: '//' + host.url.slice('http://'.length) + '/5' } },
			'/5': { status: 307, headers: { location: '/6' } },
			'/6': { status: 200, body: Buffer.from('there') },
		};
		const { items } = await runWithFileAt(`${host.url}/first.png`);
		expect(host.seen.map(({ path }) => path)).toEqual(['/first.png', '/2', '/3', '/4', '/5', '/6']);
		expect(items[0]?.binary?.data).toMatchObject({
			fileName: expect.stringMatching(/^first-\w+-0\.png$/) as unknown,
			mimeType: 'image/png',
		});
		expect((await bytesOf(items[0]?.binary?.data)).toString()).toBe('there');
	});

	it('is given up after more than five', async () => {
		served = { '/round.png': { status: 302, headers: { location: '/round.png' } } };
		const { failed } = await runWithFileAt(`${host.url}/round.png`);
		expect(failed[0]?.json.error).toContain('redirects more than 5 times');
		expect(host.seen).toHaveLength(6);
	});

	it('is refused where the redirect leads nowhere', async () => {
		served = { '/a.png': { status: 302, headers: { location: 'http://' } } };
		const { failed } = await runWithFileAt(`${host.url}/a.png`);
		expect(failed[0]?.json.error).toContain('is not a web address');
		served = { '/a.png': { status: 304 } };
		const again = await runWithFileAt(`${host.url}/a.png`);
		expect(again.failed[0]?.json.error).toContain('was refused (304)');
	});
});

describe.each(['memory', 'disk'] as const)('Max File Size, with files kept in %s', (place) => {
	beforeAll(async () => {
		await keepFilesIn(place);
	});

	const megabyte = Buffer.alloc(1_000_000, 7);

	it('refuses a file by its announced length, and loses nothing of the run', async () => {
		served = {
			'/big.mp4': { status: 200, headers: { 'content-length': '500000000' }, body: [megabyte] },
		};
		const { failed, run_id } = await runWithFileAt(`${host.url}/big.mp4`, { maxFileSize: 2 });
		expect(failed[0]?.json.error).toBe(
			`Run ${run_id} is completed, but its files could not be downloaded: File 0 of run ${run_id} has 500 MB, which is over Max File Size (2 MB)`,
		);
		expect(failed[0]?.json.details).toEqual(withUrl(run_id, `${host.url}/big.mp4`));
		expect(host.seen).toHaveLength(1);
	});

	it('stops a file that grows over it, without another try', async () => {
		served = { '/long.mp4': { status: 200, body: Array.from({ length: 64 }, () => megabyte) } };
		const { failed, run_id } = await runWithFileAt(`${host.url}/long.mp4`, { maxFileSize: 2.5 });
		expect(failed[0]?.json.error).toMatch(
			new RegExp(`File 0 of run ${run_id} is over Max File Size \\(2\\.5 MB\\)$`),
		);
		expect(host.seen).toHaveLength(1);
	});

	it.each([2, 0])('of %d takes a file of exactly 2 MB whole', async (maxFileSize) => {
		served = { '/two.mp4': { status: 200, body: [megabyte, megabyte] } };
		const { items } = await runWithFileAt(`${host.url}/two.mp4`, { maxFileSize });
		expect(
			(await bytesOf(items[0]?.binary?.data)).equals(Buffer.concat([megabyte, megabyte])),
		).toBe(true);
	});

	it('still fetches a broken file again', async () => {
		await local.control.addFault({ route: 'file', fault: { kind: 'truncated' } });
		const { items } = await local.run(surprise({ maxFileSize: 1 }));
		expect((await bytesOf(items[0]?.binary?.data)).length).toBeGreaterThan(0);
		expect(await local.count('file')).toBe(2);
	});
});

it('says so where it is n8n that cannot store a file', async () => {
	await keepFilesIn('disk');
	const mend = await spoilStorage();
	try {
		served = { '/a.png': { status: 200, body: Buffer.from('a') } };
		const { failed, run_id } = await runWithFileAt(`${host.url}/a.png`);
		expect(failed[0]?.json.error).toBe(
			`Run ${run_id} is completed, but its files could not be downloaded: n8n could not store file 0 of run ${run_id}: see whether the disk for its binary data is full or write-protected`,
		);
		expect(host.seen).toHaveLength(1);
	} finally {
		await mend();
	}
});

it('starts nothing while Max File Size is no number', async () => {
	for (const maxFileSize of ['2 MB', -1]) {
		const { error } = await local.run(surprise({ maxFileSize }));
		expect(error?.message).toContain(
			`Max File Size needs a number, but got “${String(maxFileSize)}”`,
		);
	}
	expect(await local.count('run')).toBe(0);
});

it('names a file by the response, and trusts no path in it', async () => {
	served = {
		'/x': {
			status: 200,
			headers: {
				'content-type': 'model/gltf-binary',
				'content-disposition': 'attachment; filename="../../etc/r\u00e4der.glb"',
			},
			body: Buffer.from('glb'),
		},
	};
	const { items } = await runWithFileAt(`${host.url}/x?name=y`);
	const { fileName, directory, mimeType } = items[0]?.binary?.data ?? {};
	expect(fileName).toMatch(/^r.*der-\w+-0\.glb$/);
	expect(directory).toBeUndefined();
	expect(mimeType).toBe('model/gltf-binary');
});

it('names a file by the run where nothing else does', async () => {
	for (const name of ['..', 'render.png', '']) {
		served = {
			'/': {
				status: 200,
				headers: { 'content-type': 'image/png', 'content-disposition': `filename="/${name}"` },
				body: Buffer.from('png'),
			},
		};
		const { items, run_id } = await runWithFileAt(host.url);
		const { fileName } = items[0]?.binary?.data ?? {};
		expect(fileName).toBe(`${run_id}-0.png`);
		await local.control.reset();
	}
});

describe('files whose URLs all end alike, as the live ones do', () => {
	const live = (n: number): string =>
		`${host.url}/${String(n)}/render.png?token=exp=4102444800~hmac=0a`;

	it('have names that differ within a run and over a batch', async () => {
		for (const n of [1, 2, 3, 4]) {
			served[`/${String(n)}/render.png`] = { status: 200, body: Buffer.from(`file ${String(n)}`) };
		}
		for (const [one, other] of [[1, 2] as const, [3, 4] as const]) {
			await local.control.setOutcome({
				status: 'completed',
				result: { images: [{ url: live(one) }, { url: live(other) }] },
			});
		}
		const { items } = await local.run(surprise({ outputPer: 'file' }), {
			items: [{ json: {} }, { json: {} }],
		});
		const names = items.map(({ binary: files }) => files?.data?.fileName);
		expect(names).toEqual(
			items.map(
				({ json: { run_id, index } }) => `${textOf(run_id)}-${Number(index).toString()}.png`,
			),
		);
		expect(new Set(names).size).toBe(4);
		const contents = await Promise.all(items.map(({ binary: files }) => bytesOf(files?.data)));
		expect(contents.map(String).sort()).toEqual([1, 2, 3, 4].map((n) => `file ${String(n)}`));
	});
});

describe('a file that is not there yet', () => {
	/** Serves these answers one after the other, and the last of them from then on. */
	const inTurn = (path: string, ...answers: Answer[]): void => {
		Object.defineProperty(served, path, {
			get: () => (answers.length > 1 ? answers.shift() : answers[0]),
		});
	};
	const there: Answer = { status: 200, body: Buffer.from('there') };

	it.each<[string, Answer]>([
		['404', { status: 404 }],
		['403', { status: 403, body: Buffer.from('AccessDenied') }],
		['200 without a byte', { status: 200, headers: { 'content-length': '0' } }],
		['200 without a byte, of unknown length', { status: 200, body: [] }],
	])('(%s) is asked for again within seconds', async (_, answer) => {
		inTurn('/a.png', answer, answer, there);
		const { items } = await runWithFileAt(`${host.url}/a.png`);
		expect((await bytesOf(items[0]?.binary?.data)).toString()).toBe('there');
		expect(host.seen).toHaveLength(3);
	});

	it.each<[string, Answer, RegExp]>([
		['404', { status: 404 }, /The download of file 0 of run \w+ was refused \(404\)$/],
		['no bytes', { status: 200 }, /there is no file: the answer for file 0 of run \w+ was empty$/],
	])('fails its item where it never comes (%s), which keeps run id and URLs', async (...given) => {
		const [, answer, said] = given;
		served = { '/a.png': answer };
		const { failed, items, run_id } = await runWithFileAt(`${host.url}/a.png`);
		expect(items).toEqual([]);
		expect(failed[0]?.json.error).toMatch(said);
		expect(failed[0]?.json.details).toEqual(withUrl(run_id, `${host.url}/a.png`));
		expect(host.seen).toHaveLength(5);
	});

	it('is asked for once where its link has just expired by the clock of who refuses it', async () => {
		const anHourAgo = String(Math.floor(Date.now() / 1000) - 3_600);
		served = { '/a.png': { status: 403 } };
		const { failed } = await runWithFileAt(`${host.url}/a.png?token=exp=${anHourAgo}~hmac=0a`);
		expect(failed[0]?.json.error).toMatch(/the link of file 0 of run \w+ expired at/);
		expect(host.seen).toHaveLength(1);
	});

	it('is told as expired where its link says so, and not asked for in vain', async () => {
		const { failed } = await runWithFileAt(`${host.url}/a.png?token=exp=1700000000~hmac=secret`);
		expect(failed[0]?.json.error).toMatch(/the link of file 0 of run \w+ expired at 2023-11-14T/);
		expect(failed[0]?.json.message).not.toContain('They are not lost');
		expect(JSON.stringify(failed[0]?.json.message)).not.toContain('secret');
		expect(host.seen).toHaveLength(0);
	});
});

describe('no file is downloaded twice', () => {
	it('by the tries of Retry On Fail', async () => {
		await local.control.setOutcome({ status: 'completed' });
		await local.control.setOutcome({ status: 'completed' });
		await local.control.setOutcome({ status: 'failed' });
		const items = [{ json: {} }, { json: {} }, { json: {} }];
		const { items: outputs, error } = await local.run(surprise(), {
			items,
			settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
		});
		expect(error).toBeUndefined();
		expect(outputs).toHaveLength(3);
		expect(await local.count('run')).toBe(4);
		expect(await local.count('file')).toBe(3);
		for (const { binary: files } of outputs) {
			expect((await bytesOf(files?.data)).length).toBeGreaterThan(0);
		}
	});

	it('for two items that name the same run', async () => {
		const { json: started } = await local.run(appRun(surpriseMe, json({})));
		const runId = textOf(started[0]?.run_id);
		const { items } = await local.run(
			{ resource: 'run', operation: 'get', runId, options: { downloadFiles: true } },
			{ items: [{ json: {} }, { json: {} }] },
		);
		expect(items.map(({ binary: files }) => Object.keys(files ?? {}))).toEqual([
			['data'],
			['data'],
		]);
		expect(await local.count('file')).toBe(1);
	});

	it('but a new execution downloads anew', async () => {
		await local.run(surprise());
		await local.run(surprise());
		expect(await local.count('file')).toBe(2);
	});
});

it.each(['text/html', 'application/json; charset=utf-8'])(
	'takes no %s for a picture, and asks again',
	async (type) => {
		served = {
			'/a.png': { status: 200, headers: { 'content-type': type }, body: Buffer.from('{}') },
		};
		const { failed, run_id } = await runWithFileAt(`${host.url}/a.png`);
		expect(failed[0]?.json.error).toBe(
			`Run ${run_id} is completed, but its files could not be downloaded: Magnific’s answer is not as documented: file 0 of run ${run_id} came as ${type.split(';')[0] ?? ''}, not as image`,
		);
		expect(host.seen).toHaveLength(3);
	},
);

it('brings files of a kind that came later', async () => {
	served = { '/car.glb': { status: 200, body: Buffer.from('glb') } };
	await local.control.setOutcome({
		status: 'completed',
		result: { models: [{ id: 'm', url: `${host.url}/car.glb`, polygons: 12 }] },
	});
	const { items } = await local.run(surprise({ outputPer: 'file' }));
	expect(items.map(({ json: output }) => output)).toMatchObject([
		{ media_type: 'model', index: 0, id: 'm', url: `${host.url}/car.glb` },
	]);
	expect((await bytesOf(items[0]?.binary?.data)).toString()).toBe('glb');
});

describe('the upload address of a public API', () => {
	withPublicHosts();

	it('is not used where it is private: the file goes in the request instead', async () => {
		const api = nock(PUBLIC_API);
		api.get(`/v1/ai/apps/${fourVariations.sqid}`).reply(200, {
			data: { sqid: fourVariations.sqid, name: 'Four', inputs: fourVariations.inputs },
		});
		api.post('/v1/ai/uploads/request-url').reply(200, {
			files: [{ upload_url: `${host.url}/put`, asset_url: 'https://cdn.example/a.png' }],
		});
		let sent: unknown;
		api
			.post(`/v1/ai/apps/${fourVariations.sqid}/run`, (body: unknown) => {
				sent = body;
				return true;
			})
			.reply(202, { workflow_run_identifier: RUN_ID });
		const photo = await picture('red');
		const { json: outputs } = await local.run(
			appRun(fourVariations, fields(fourVariations, { Picture: 'photo' }), { wait: 'none' }),
			{
				credential: { baseUrl: PUBLIC_API },
				items: [{ json: {}, binary: { photo: binary(photo, 'image/png', 'red.png') } }],
			},
		);
		expect(outputs).toMatchObject([{ run_id: RUN_ID }]);
		expect(JSON.stringify(sent)).toContain(photo.toString('base64'));
		expect(host.seen).toEqual([]);
	});
});
