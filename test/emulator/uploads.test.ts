import { startEmulator, type Emulator } from '../../emulator';
import { APPS } from './support/apps';
import { call, field, items, record, runId, runStatus, text } from './support/client';
import { matching } from './support/expecting';
import { picture } from './support/media';

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startEmulator({ timeScale: 200, requestsPerMinute: 5_000 });
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
		file_id: matching(/^[A-Za-z0-9]+$/),
		upload_url: matching(/\/uploads\//),
		headers: { 'Content-Type': 'image/png', 'x-upload-content-length-range': '1,52428800' },
		expires_in: 900,
		asset_url: matching(/\/files\//),
		asset_url_expires_in: 86_400,
	});
	expect((await fetch(text(ticket?.asset_url))).status).toBe(404);
	const bytes = await picture('#123456');
	expect(await put(ticket, headersOf(ticket), bytes)).toBe(200);
	const served = await fetch(text(ticket?.asset_url));
	expect(served.headers.get('content-type')).toBe('image/png');
	expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true);
});

it('lets a run use an upload by its URL and by its id', async () => {
	const [ticket] = await tickets('image/png');
	await put(ticket, headersOf(ticket), await picture('#a05010'));
	const ids = [
		await runId(emulator, APPS.sketchToRealism, { sketch: ticket?.asset_url }),
		await runId(emulator, APPS.sketchToRealism, { sketch: ticket?.file_id }),
	];
	await emulator.control.waitIdle();
	for (const id of ids) {
		expect(await runStatus(emulator, id)).toMatchObject({ status: 'completed' });
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
	expect(await put(ticket, headersOf(ticket), Buffer.alloc(0))).toBe(400);
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

it('refuses types that are not supported, and bodies without files', async () => {
	const ask = (json: unknown): Promise<{ status: number }> =>
		call(emulator, '/v1/ai/uploads/request-url', { method: 'POST', json });
	expect(await ask({ files: [{ content_type: 'audio/wav' }] })).toMatchObject({
		status: 422,
		body: { message: "Files of type audio/wav can't be uploaded." },
	});
	expect((await ask({ files: [] })).status).toBe(400);
	expect((await ask({ files: [{}] })).status).toBe(400);
	await emulator.control.settings({ uploadTypes: ['audio/wav'] });
	expect((await ask({ files: [{ content_type: 'audio/wav' }] })).status).toBe(200);
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
