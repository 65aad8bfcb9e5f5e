import type { Browser, Page } from 'playwright-core';
import { startEmulator, type Emulator } from '../../emulator';
import { freePort } from '../../scripts/lib/services/ports';
import { cheapRun, look } from '../emulator/support/liveLook';
import { SPEED } from '../engine/support/fastClock';
import { startBrowser } from './support/browser';
import { takePicture } from './support/screenshots';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('../engine/support/fastClock'),
);

let emulator: Emulator;
let browser: Browser;

beforeAll(async () => {
	emulator = await startEmulator({ timeScale: SPEED, requestsPerMinute: 5_000 });
	browser = await startBrowser();
});
afterAll(async () => {
	await browser.close();
	await emulator.close();
});

/** The report of a server that keeps no headers about limits and calls back in a way of its own. */
async function reportPage(width: number): Promise<{ page: Page; requests: string[] }> {
	await emulator.control.settings({ rateLimitHeaders: false, imageSize: 64 });
	await emulator.control.webhooks({ secrets: ['another-secret'], timestampUnit: 'iso' });
	const port = await freePort();
	const { page: source } = await look({
		apiKey: emulator.apiKey,
		baseUrl: emulator.url,
		run: cheapRun({
			callback: {
				url: new URL(`http://127.0.0.1:${String(port)}`),
				port,
				secret: emulator.webhookSecret,
			},
		}),
	});
	const page = await browser.newPage({ viewport: { width, height: 900 } });
	const requests: string[] = [];
	page.on('request', (request) => requests.push(request.url()));
	await page.setContent(source, { waitUntil: 'networkidle' });
	return { page, requests };
}

const overflow = async (page: Page): Promise<number> =>
	await page.evaluate(
		() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
	);

it('shows assumptions, what was seen and verdicts, and loads nothing from elsewhere', async () => {
	const { page, requests } = await reportPage(1_280);
	await takePicture(page, 'live-report');
	expect(await page.locator('[id="limits.headers"] .pill').innerText()).toBe('differs');
	expect(await page.locator('[id="callback.signature"] .pill').innerText()).toBe('breaks');
	expect(await page.locator('[id="run.shape"] .pill').innerText()).toBe('holds');
	await page.locator('[id="callback.envelope"]').scrollIntoViewIfNeeded();
	await takePicture(page, 'live-report-callbacks');
	const first = page.locator('details.exchange').first();
	await first.locator('summary').click();
	expect(await first.locator('pre').first().isVisible()).toBe(true);
	await first.scrollIntoViewIfNeeded();
	await takePicture(page, 'live-report-exchange');
	expect(requests).toEqual([]);
	expect(await overflow(page)).toBe(0);
});

it('fits a telephone', async () => {
	const { page } = await reportPage(390);
	await takePicture(page, 'live-report-narrow');
	expect(await overflow(page)).toBe(0);
});
