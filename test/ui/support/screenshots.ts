import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { ROOT } from '../../../scripts/lib/paths';

const IMAGES = join(ROOT, 'docs', 'images');
const TEMPORARY = join(tmpdir(), 'magnific-ui');

/** Pictures that the documentation shows. */
const KEPT: readonly string[] = [
	'app-list',
	'credential',
	'form',
	'live-report',
	'notify-trigger',
	'output',
	'trigger-output',
];

/** n8n's passing messages stay out of pictures. */
const CALM = '.el-notification { visibility: hidden }';

/** Ids and addresses differ from run to run; this share of a picture is less than they take. */
const SAME_SHARE = 0.004;
/** Of 255: what antialiasing and the palette change. */
const SAME_TONE = 24;

/**
 * Takes a picture of what the browser shows: into docs/images where the documentation shows it,
 * else into a folder for temporary files. A kept picture that looks the same already is left as
 * it is, so that running the tests changes nothing in the checkout; delete it to have it anew.
 *
 * @returns the picture's path
 */
export async function takePicture(page: Page, name: string): Promise<string> {
	await page.mouse.move(0, 0);
	const taken = await sharp(await page.screenshot({ animations: 'disabled', style: CALM }))
		.png({ palette: true, compressionLevel: 9 })
		.toBuffer();
	const isKept = KEPT.includes(name);
	const folder = isKept ? IMAGES : TEMPORARY;
	const file = join(folder, `${name}.png`);
	if (isKept && existsSync(file) && (await looksAlike(await readFile(file), taken))) return file;
	await mkdir(folder, { recursive: true });
	await writeFile(file, taken);
	return file;
}

async function looksAlike(a: Buffer, b: Buffer): Promise<boolean> {
	const [before, after] = await Promise.all([greyOf(a), greyOf(b)]);
	if (before.length !== after.length) return false;
	const changed = before.reduce(
		(count, tone, index) => count + (Math.abs(tone - (after[index] ?? 0)) > SAME_TONE ? 1 : 0),
		0,
	);
	return changed / before.length < SAME_SHARE;
}

async function greyOf(picture: Buffer): Promise<Buffer> {
	return await sharp(picture).greyscale().raw().toBuffer();
}
