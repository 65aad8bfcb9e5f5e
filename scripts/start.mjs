#!/usr/bin/env node
/**
 * Runs one of the project's TypeScript scripts and installs what it needs first, so that each npm
 * script works from a fresh clone: `node scripts/start.mjs demo -- --once`.
 * Plain JavaScript because it runs before anything is installed.
 */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [script, ...args] = process.argv.slice(2);
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
	console.error(`This project needs Node 20.19 or later; this is ${process.versions.node}.`);
	process.exit(1);
}

const stamp = join(root, 'node_modules', '.installed-lock');
const lock = createHash('sha256')
	.update(readFileSync(join(root, 'package-lock.json')))
	.digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
	console.log('Installing the development dependencies (about two minutes, once) …');
	const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
	const install = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
		cwd: root,
		stdio: 'inherit',
		shell: process.platform === 'win32',
	});
	if (install.status !== 0) process.exit(install.status ?? 1);
	writeFileSync(stamp, lock);
}

const run = spawnSync(
	process.execPath,
	['--import', 'tsx', join(root, 'scripts', `${script}.ts`), ...args],
	{ cwd: root, stdio: 'inherit' },
);
process.exit(run.status ?? 1);
