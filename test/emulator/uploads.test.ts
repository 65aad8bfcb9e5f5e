import { setTimeout as sleep } from 'node:timers/promises';
import { startEmulator, type Emulator } from '../../emulator';
import { UPLOAD_TYPES } from '../../emulator/uploads';
import { APPS } from './support/apps';
import { call, field, items, record, runId, runStatus, startRun, text } from './support/client';
import { matching } from './support/expecting';
import { picture } from './support/media';

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startEmulator({
		timeScale: 200,
		requestsPerMinute: 5_000,
		settings: { status502Every: null },
	});
});
afterEach(() => emulator.control.reset());
afterAll(() => emulator.close());

async function tickets(...types: string[]): Promise<Record<string, unknown>[]> {
	const { body } = await call(emulator, '/v1/ai/uploads/request-url', {
		method: 'POST',
		json: { files: types.map((type) => ({ content_type: type })) },
	});
	return items(field(body, 'files')).map(record);
}

function headersOf(ticket: Record<string, unknown> | undefined): Record<string, string> {
	return Object.fromEntries(
		Object.entries(record(ticket?.headers)).map(([name, value]) => [name, text(value)]),
	);
}

async function put(
	ticket: Record<string, unknown> | undefined,
	headers: Record<string, string>,
	body: Uint8Array = Buffer.from('bytes'),
): Promise<number> {
	const response = await fetch(text(ticket?.upload_url), {
		method: 'PUT',
		headers,
		body: new Uint8Array(body),
	});
	return response.status;
}

it('hands out a signed URL per file, takes the bytes and serves them', async () => {
	const files = await tickets('image/png', 'image/jpeg');
	expect(files).toHaveLength(2);
	const [ticket] = files;
	expect(ticket).toEqual({
		file_id: matching(/^upl_img_[0-9a-f]{12}$/),
		upload_url: matching(/\/uploads\//),
		headers: { 'Content-Type': 'image/png', 'x-goog-content-length-range': '0,1073741824' },
		expires_in: 120,
		asset_url: matching(/\/files\/.*\?token=exp=\d+~hmac=[0-9a-f]+$/),
		asset_url_expires_in: 86_400,
	});
	expect((await fetch(text(ticket?.asset_url))).status).toBe(404);
	const bytes = await picture('#123456');
	expect(await put(ticket, headersOf(ticket), bytes)).toBe(200);
	const served = await fetch(text(ticket?.asset_url));
	expect(served.headers.get('content-type')).toBe('image/png');
	expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true);
});

it('lets a run use an upload by its URL; its file_id is no creation', async () => {
	const [ticket] = await tickets('image/png');
	await put(ticket, headersOf(ticket), await picture('#a05010'));
	const id = await runId(emulator, APPS.sketchToRealism, { sketch: ticket?.asset_url });
	const refused = await startRun(emulator, APPS.sketchToRealism, { sketch: ticket?.file_id });
	await emulator.control.waitIdle();
	expect(await runStatus(emulator, id)).toMatchObject({ status: 'completed' });
	expect(refused.status).toBe(422);
});

it('lets an upload address die after 120 s of its own time', async () => {
	await emulator.control.settings({ timeScale: 1_200 });
	const [ticket] = await tickets('image/png');
	await sleep(120);
	expect(await put(ticket, headersOf(ticket))).toBe(403);
	const [fresh] = await tickets('image/png');
	await emulator.control.settings({ timeScale: 1 });
	expect(fresh?.upload_url).not.toBe(ticket?.upload_url);
	const [slow] = await tickets('image/png');
	await sleep(120);
	expect(await put(slow, headersOf(slow))).toBe(200);
});

it('lists the uploads that came, the newest first, with fresh addresses', async () => {
	const [first, , third] = await tickets('image/png', 'image/png', 'audio/mpeg');
	await put(first, headersOf(first), Buffer.alloc(10, 1));
	await put(third, headersOf(third), Buffer.alloc(20, 1));
	await sleep(1_100);
	const { body } = await call(emulator, '/v1/ai/uploads');
	const files = items(field(body, 'files')).map(record);
	expect(files).toEqual([
		expect.objectContaining({
			file_id: third?.file_id,
			content_type: 'audio/mpeg',
			size_bytes: 20,
		}),
		{
			file_id: first?.file_id,
			content_type: 'image/png',
			size_bytes: 10,
			created_at: matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/),
			expires_at: matching(/Z$/),
			ttl_seconds: expect.any(Number) as unknown,
			asset_url: matching(/\/files\//),
			asset_url_expires_in: 86_400,
		},
	]);
	expect(text(third?.file_id)).toMatch(/^upl_aud_/);
	expect(files[1]?.ttl_seconds).toBeGreaterThan(6 * 86_400);
	expect(files[1]?.ttl_seconds).toBeLessThan(7 * 86_400);
	expect(files[1]?.asset_url).not.toBe(first?.asset_url);
	for (const url of [files[1]?.asset_url, first?.asset_url]) {
		expect((await fetch(text(url))).status).toBe(200);
	}
});

it('fails a run whose upload never came', async () => {
	const [ticket] = await tickets('image/png');
	const id = await runId(emulator, APPS.sketchToRealism, { sketch: ticket?.asset_url });
	await emulator.control.waitIdle();
	expect(await runStatus(emulator, id)).toMatchObject({
		status: 'failed',
		error_message: "Node 'Sketch' failed: could not fetch the input (missing URL)",
	});
});

it('refuses a PUT without exactly the signed headers, or with another signature', async () => {
	const [ticket] = await tickets('image/png');
	const { 'Content-Type': type, ...others } = headersOf(ticket);
	expect(await put(ticket, { ...others, 'content-type': 'image/jpeg' })).toBe(403);
	expect(await put(ticket, { 'content-type': type ?? '' })).toBe(403);
	const forged = {
		...ticket,
		upload_url: text(ticket?.upload_url).replace(/signature=.{3}/, 'signature=abc'),
	};
	expect(await put(forged, headersOf(ticket))).toBe(403);
	expect(await put(ticket, headersOf(ticket))).toBe(200);
});

it('refuses the API key on an upload URL, and the log shows that it came', async () => {
	const [ticket] = await tickets('image/png');
	const headers = { ...headersOf(ticket), 'X-Magnific-Api-Key': emulator.apiKey };
	expect(await put(ticket, headers)).toBe(400);
	const [entry] = await emulator.control.requests({ route: 'put_upload' });
	expect(entry).toMatchObject({ status: 400, has_key: true });
	expect(JSON.stringify(entry)).not.toContain(emulator.apiKey);
});

it('takes eleven types, no other name of them, 14 files a call, and no body without files', async () => {
	const ask = (types: string[]): ReturnType<typeof call> =>
		call(emulator, '/v1/ai/uploads/request-url', {
			method: 'POST',
			json: { files: types.map((type) => ({ content_type: type })) },
		});
	expect(UPLOAD_TYPES).toHaveLength(11);
	expect((await ask([...UPLOAD_TYPES])).status).toBe(200);
	for (const type of ['image/gif', 'image/jpg', 'audio/x-m4a', 'application/octet-stream']) {
		const { status, body } = await ask(['image/png', type]);
		expect(status).toBe(422);
		expect(field(body, 'invalid_params')).toEqual([
			{ name: 'files.1.content_type', reason: `${type} is not supported.` },
		]);
	}
	const png = (count: number): string[] => Array.from({ length: count }, () => 'image/png');
	expect((await ask(png(14))).status).toBe(200);
	for (const { status, body } of [await ask(png(15)), await ask([])]) {
		expect(status).toBe(400);
		expect(field(body, 'invalid_params')).toMatchObject([{ name: 'files' }]);
	}
	const json = { files: [{}] };
	const noType = await call(emulator, '/v1/ai/uploads/request-url', { method: 'POST', json });
	expect(noType.status).toBe(400);
	await emulator.control.settings({ uploadTypes: ['image/gif'] });
	expect((await ask(['image/gif'])).status).toBe(200);
});

it('logs an upload by size and type', async () => {
	const [ticket] = await tickets('image/webp');
	await put(ticket, headersOf(ticket), Buffer.alloc(1234, 1));
	const [entry] = await emulator.control.requests({ route: 'put_upload' });
	expect(entry).toMatchObject({
		method: 'PUT',
		status: 200,
		has_key: false,
		body: { size: 1234, content_type: 'image/webp' },
	});
});

it('can have uploads and files on another origin than the API', async () => {
	const other = emulator.url.replace('127.0.0.1', 'localhost');
	await emulator.control.settings({ fileOrigin: other });
	const [ticket] = await tickets('image/png');
	expect(text(ticket?.upload_url).startsWith(`${other}/uploads/`)).toBe(true);
	expect(await put(ticket, headersOf(ticket), await picture('#00aa00'))).toBe(200);
	const id = await runId(emulator, APPS.sketchToRealism, { sketch: ticket?.asset_url });
	await emulator.control.waitIdle();
	const { status, result } = await runStatus(emulator, id);
	expect(status).toBe('completed');
	const url = text(field(items(field(result, 'images'))[0], 'url'));
	expect(url.startsWith(`${other}/files/`)).toBe(true);
	expect((await fetch(url)).status).toBe(200);
});
