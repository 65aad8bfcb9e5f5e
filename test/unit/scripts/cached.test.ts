import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from '../../../scripts/lib/cached';

const silent = (): void => undefined;
let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'magnific-cache-'));
	process.env['MAGNIFIC_N8N_CACHE'] = folder;
});

afterEach(async () => {
	delete process.env['MAGNIFIC_N8N_CACHE'];
	await rm(folder, { recursive: true, force: true });
});

it('fills a folder once and gives the same one from then on', async () => {
	const fill = jest.fn(async (path: string) => {
		await writeFile(join(path, 'content'), 'whole');
	});
	const first = await cached('thing', silent, fill);
	const second = await cached('thing', silent, fill);

	expect(second).toBe(first);
	expect(await readFile(join(first, 'content'), 'utf8')).toBe('whole');
	expect(fill).toHaveBeenCalledTimes(1);
});

it('begins anew, in an empty folder, after an interruption', async () => {
	const interrupted = cached('thing', silent, async (path) => {
		await writeFile(join(path, 'half'), '');
		throw new Error('interrupted');
	});
	await expect(interrupted).rejects.toThrow('interrupted');
	expect(existsSync(join(folder, 'thing'))).toBe(false);

	const there = await cached('thing', silent, async (path) => {
		await writeFile(join(path, 'content'), 'whole');
	});
	expect(existsSync(join(there, 'half'))).toBe(false);
	expect(await readFile(join(there, 'content'), 'utf8')).toBe('whole');
});

it('lets only one of two that want the same folder fill it', async () => {
	const fill = jest.fn(async (path: string) => {
		await writeFile(join(path, 'content'), 'whole');
	});
	const [first, second] = await Promise.all([
		cached('thing', silent, fill),
		cached('thing', silent, fill),
	]);

	expect(second).toBe(first);
	expect(fill).toHaveBeenCalledTimes(1);
});
