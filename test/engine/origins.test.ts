import type { INodeParameters } from 'n8n-workflow';
import { productPhotoshoot } from '../../emulator/apps/productPhotoshoot';
import { fourVariations } from '../../emulator/apps/fourVariations';
import { USER_AGENT } from '../../nodes/Magnific/api/userAgent';
import { getAppInputs, searchApps, testCredential } from './support/editor';
import { binary, bytesOf, keepFilesIn, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import { forward, startOrigin, type Origin, type Seen } from './support/origin';
import { appRun, fields } from './support/parameters';
import { textOf } from './support/text';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();

/** Four servers before the one local Magnific, as the vendor may spread it over hosts. */
let base: Origin;
let uploads: Origin;
let assets: Origin;
let elsewhere: Origin;

/** True: the base URL answers everything with a redirect. */
let moved = false;

beforeAll(async () => {
	await keepFilesIn('disk');
	elsewhere = await startOrigin((request) => forward(local.url, request));
	uploads = await startOrigin((request) => forward(local.url, request));
	assets = await startOrigin(({ path }) => ({
		status: 302,
		headers: { location: `${elsewhere.url}${path}` },
	}));
	base = await startOrigin(async (request) => {
		if (moved) return { status: 307, headers: { location: `${elsewhere.url}${request.path}` } };
		const answer = await forward(local.url, request);
		const text = answer.body.toString();
		const rewritten = text.replaceAll(`${assets.url}/uploads/`, `${uploads.url}/uploads/`);
		return { ...answer, body: Buffer.from(rewritten) };
	});
});

afterAll(async () => {
	await Promise.all([base, uploads, assets, elsewhere].map((origin) => origin.close()));
});

beforeEach(async () => {
	moved = false;
	for (const { seen } of [base, uploads, assets, elsewhere]) seen.length = 0;
	await local.control.settings({ fileOrigin: assets.url });
});

/** All of a request, as text. */
const textOfRequest = ({ method, path, headers, body }: Seen): string =>
	[method, path, JSON.stringify(headers), body.toString('latin1')].join('\n');

const holdsTheKey = (request: Seen): boolean => textOfRequest(request).includes(local.apiKey);

const variations = (options: INodeParameters = {}): INodeParameters =>
	appRun(fourVariations, fields(fourVariations, { Picture: 'photo' }), { options });

const withPhoto = async () => [
	{ json: {}, binary: { photo: binary(await picture('red'), 'image/png', 'red.png') } },
];

it('shows the key to the base URL’s origin only: list, form, upload, run, polls and redirected downloads', async () => {
	const credential = { baseUrl: `${base.url}/` };
	await searchApps(local, '', credential);
	await getAppInputs(local, variations(), credential);
	await testCredential(local, credential);
	const { items, error } = await local.run(variations({ downloadFiles: true }), {
		items: await withPhoto(),
		credential,
	});
	expect(error).toBeUndefined();
	const [item] = items;
	expect(Object.keys(item?.binary ?? {})).toEqual(['data', 'data_1', 'data_2']);
	expect((await bytesOf(item?.binary?.data)).subarray(0, 2).toString('hex')).toBe('ffd8');

	const routes = base.seen.map(({ method, path }) => `${method} ${path.split('?')[0] ?? ''}`);
	expect(routes).toEqual(
		expect.arrayContaining([
			'GET /v1/ai/apps',
			`GET /v1/ai/apps/${fourVariations.sqid}`,
			'POST /v1/ai/uploads/request-url',
			`POST /v1/ai/apps/${fourVariations.sqid}/run`,
			`GET /v1/ai/apps/runs/${textOf(item?.json.run_id)}`,
		]),
	);
	expect(base.seen.every(({ headers }) => headers['x-magnific-api-key'] === local.apiKey)).toBe(
		true,
	);
	expect(
		base.seen.filter(({ path, body }) => `${path}${body.toString()}`.includes(local.apiKey)),
	).toEqual([]);

	expect(new Set(base.seen.map(({ headers }) => headers['user-agent']))).toEqual(
		new Set([USER_AGENT]),
	);
	for (const origin of [uploads, assets, elsewhere]) {
		expect(origin.seen.filter(({ headers }) => headers['user-agent'] === USER_AGENT)).toEqual([]);
	}
	expect(uploads.seen.map(({ method }) => method)).toEqual(['PUT']);
	expect(assets.seen).toHaveLength(3);
	expect(elsewhere.seen.map(({ path }) => path).sort()).toEqual(
		assets.seen.map(({ path }) => path).sort(),
	);
	for (const origin of [uploads, assets, elsewhere]) {
		expect(origin.seen.filter(holdsTheKey)).toEqual([]);
		expect(origin.seen.map(({ headers }) => headers.cookie ?? headers.authorization)).toEqual(
			origin.seen.map(() => undefined),
		);
	}
});

it('follows no redirect of the API, whatever was asked, and tells what to do', async () => {
	moved = true;
	const credential = { baseUrl: base.url };
	const redirect = 'The base URL answered with a redirect (307)';
	await expect(searchApps(local, '', credential)).rejects.toMatchObject({ message: redirect });
	const form = await getAppInputs(local, variations(), credential);
	expect(form.emptyFieldsNotice).toContain(redirect);
	const calls: INodeParameters[] = [
		variations(),
		{ resource: 'app', operation: 'getAll', returnAll: true },
		{ resource: 'run', operation: 'get', runId: 'vCrK3Aa47y' },
		{ resource: 'run', operation: 'wait', runId: 'vCrK3Aa47y' },
	];
	for (const parameters of calls) {
		const { error } = await local.run(parameters, { items: await withPhoto(), credential });
		expect(error?.message).toContain(redirect);
		expect(error?.description).toMatch(/not sent to another address|final address of the API/);
	}
	expect(base.seen.length).toBeGreaterThanOrEqual(6);
	expect(elsewhere.seen).toEqual([]);
});

it('starts nothing anew where the submission itself is redirected', async () => {
	await local.control.addFault({
		route: 'run',
		fault: { kind: 'redirect', status: 307, location: `${elsewhere.url}/v1/ai/apps` },
	});
	const { error } = await local.run(
		appRun(productPhotoshoot, fields(productPhotoshoot, { 'Product photo': 'photo' })),
		{ items: await withPhoto(), credential: { baseUrl: base.url } },
	);
	expect(error?.message).toContain('The base URL answered with a redirect (307)');
	expect(elsewhere.seen).toEqual([]);
	expect(await local.control.runs()).toEqual([]);
});

it('quotes no signed address where a file cannot be had', async () => {
	await local.control.addFault({
		route: 'file',
		times: -1,
		fault: { kind: 'status', status: 403 },
	});
	const { error } = await local.run(variations({ downloadFiles: true }), {
		items: await withPhoto(),
		credential: { baseUrl: base.url },
	});
	const tokens = assets.seen.map(({ path }) => new URL(path, assets.url).searchParams.get('token'));
	expect(tokens.length).toBeGreaterThan(0);
	const told = [error?.message, error?.description, error?.stack].join('\n');
	expect(told).toContain('was refused (403)');
	for (const token of tokens) expect(told).not.toContain(textOf(token));
});
