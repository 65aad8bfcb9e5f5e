import { startEmulator, type Emulator } from '../../emulator';
import { APPS } from './support/apps';
import { call, runId, startRun, text } from './support/client';

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startEmulator({ timeScale: 1_000, requestsPerMinute: 5_000 });
});
afterEach(() => emulator.control.reset());
afterAll(() => emulator.close());

async function page(): Promise<string> {
	return text((await call(emulator, '/', { key: null })).body);
}

it('shows apps with inputs and credits, runs with their files, requests and callbacks', async () => {
	const done = await runId(emulator, APPS.surpriseMe, {}, { webhook: 'http://127.0.0.1:9/hook' });
	await runId(emulator, APPS.brokenPipeline, {});
	await emulator.control.waitIdle();
	const shown = await page();
	for (const app of await emulator.control.apps()) expect(shown).toContain(app.name);
	for (const part of ['Product photo', '40 credits', done, 'the picture is too large to upscale']) {
		expect(shown).toContain(part);
	}
	expect(shown).toContain(`POST /v1/ai/flows/${APPS.surpriseMe}/run`);
	expect(shown).toContain('http://127.0.0.1:9/hook');
	const thumbnail = /<img src="(\/status\/files\/[^"]+)"/.exec(shown)?.[1] ?? '';
	const image = await fetch(emulator.url + thumbnail);
	expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/png']);
	expect((await fetch(`${emulator.url}/status/files/none`)).status).toBe(404);
});

it('shows names and messages as text, whatever is in them', async () => {
	await emulator.control.addApp({ sqid: 'script1234', name: '<script>alert(1)</script>' });
	await emulator.control.setOutcome({ status: 'failed', error_message: '<b onclick="x">&' });
	await startRun(emulator, 'script1234', {});
	await emulator.control.waitIdle();
	const shown = await page();
	expect(shown).not.toContain('<script>alert');
	expect(shown).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
	expect(shown).toContain('&lt;b onclick=&quot;x&quot;&gt;&amp;');
});
