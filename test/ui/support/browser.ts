import { chromium, selectors, type Browser } from 'playwright-core';
import { CHROMIUM, provideTool } from '../../../scripts/lib/services/tools';

/** A browser that runs as root, without a screen and without calling its maker. */
const FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/** Starts Chromium; `getByTestId` then finds what n8n marks with `data-test-id`. */
export async function startBrowser(): Promise<Browser> {
	selectors.setTestIdAttribute('data-test-id');
	const executablePath = await provideTool(CHROMIUM, console.log);
	return await chromium.launch({ executablePath, args: FLAGS, headless: true });
}
