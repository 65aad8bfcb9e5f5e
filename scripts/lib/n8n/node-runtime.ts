import { cp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached } from '../cached';
import { runCommand } from '../command';
import { ROOT } from '../paths';
import type { Report } from '../progress';

const NODE_VERSION = '24.21.0';
/** The majors for which n8n's `isolated-vm` brings a compiled file; it has none for 25. */
const MAJORS_OF_N8N = [24, 26];
/** The package names end in Node's `os-arch`, with `win` for win32. */
const PLATFORMS_ON_NPM = ['linux-x64', 'linux-arm64', 'win-x64'];

export interface NodeRuntime {
	/** Absolute path of the executable. */
	bin: string;
	/** The folder that holds `include/node`, as node-gyp's `--nodedir` wants it. */
	home: string;
	version: string;
}

/**
 * Gives a Node that n8n 2 runs on (24 or later): the one running now if it is new enough, else the
 * npm package that carries the binary and its headers.
 */
export async function provideNode(report: Report): Promise<NodeRuntime> {
	if (MAJORS_OF_N8N.includes(Number(process.versions.node.split('.')[0]))) {
		return {
			bin: process.execPath,
			home: dirname(dirname(process.execPath)),
			version: process.versions.node,
		};
	}
	const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
	if (!PLATFORMS_ON_NPM.includes(platform)) {
		throw new Error(
			`n8n needs Node 24; this is ${process.versions.node} and npm has none for ${platform}. Install Node 24 and start again with it.`,
		);
	}
	const name = `node-${platform}`;
	const folder = await cached(`${name}-${NODE_VERSION}`, report, async (partial) => {
		report(`installing Node ${NODE_VERSION}`);
		await writeFile(join(partial, 'package.json'), '{ "private": true }\n');
		await cp(join(ROOT, '.npmrc'), join(partial, '.npmrc'));
		await runCommand('npm', ['install', '--save-exact', `${name}@${NODE_VERSION}`], {
			cwd: partial,
		});
	});
	const home = join(folder, 'node_modules', name);
	return { bin: join(home, 'bin', 'node'), home, version: NODE_VERSION };
}
