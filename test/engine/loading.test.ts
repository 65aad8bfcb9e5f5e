import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PackageDirectoryLoader } from 'n8n-core';

const run = promisify(execFile);
const checkout = resolve(__dirname, '../..');
const BUILT_FROM = [
	'package.json',
	'tsconfig.json',
	'gulpfile.js',
	'index.js',
	'icons',
	'nodes',
	'credentials',
];

describe('the built package', () => {
	let folder: string;
	let loader: PackageDirectoryLoader;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'magnific-package-'));
		for (const path of BUILT_FROM) {
			await cp(join(checkout, path), join(folder, path), { recursive: true });
		}
		await symlink(join(checkout, 'node_modules'), join(folder, 'node_modules'));
		const bin = (name: string): string => join(checkout, 'node_modules/.bin', name);
		await run(bin('tsc'), ['-p', 'tsconfig.json'], { cwd: folder });
		await run(bin('gulp'), ['assets'], { cwd: folder });
		loader = new PackageDirectoryLoader(folder);
		await loader.loadAll();
	});

	afterAll(async () => {
		await rm(folder, { recursive: true, force: true });
	});

	it('is loaded by n8n with its nodes, its credential and their icons', () => {
		const [node] = loader.types.nodes;
		expect(loader.types.nodes.map(({ name }) => name)).toEqual(['magnific', 'magnificTrigger']);
		expect(node).toMatchObject({
			displayName: 'Magnific',
			usableAsTool: { replacements: { description: expect.stringContaining('agent') as unknown } },
			iconUrl: {
				light: 'icons/n8n-nodes-magnific/dist/icons/magnific.svg',
				dark: 'icons/n8n-nodes-magnific/dist/icons/magnific.dark.svg',
			},
		});
		expect(loader.types.credentials).toEqual([
			expect.objectContaining({
				name: 'magnificApi',
				iconUrl: {
					light: 'icons/n8n-nodes-magnific/dist/icons/magnific.svg',
					dark: 'icons/n8n-nodes-magnific/dist/icons/magnific.dark.svg',
				},
				supportedNodes: ['magnific', 'magnificTrigger'],
			}),
		]);
	});

	it('has its codex: categories, other names and documentation', () => {
		expect(loader.types.nodes[0]?.codex).toMatchObject({
			categories: expect.arrayContaining([expect.any(String)]) as unknown,
			alias: expect.arrayContaining([expect.any(String)]) as unknown,
			resources: {
				primaryDocumentation: [{ url: expect.stringMatching(/^https:/) as unknown }],
				credentialDocumentation: [{ url: expect.stringMatching(/^https:/) as unknown }],
			},
		});
	});
});
