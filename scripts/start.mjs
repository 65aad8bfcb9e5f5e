#!/usr/bin/env node
/**
 * Runs one of the project's TypeScript scripts and installs what it needs first, so that each npm
 * script works from a fresh clone: `node scripts/start.mjs demo --once`.
 * Plain JavaScript because it runs before anything is installed.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [script] = process.argv.splice(2, 1);
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
	console.error(`This project needs Node 20.19 or later; this is ${process.versions.node}.`);
	process.exit(1);
}

if (!isInstalled()) {
	console.log('Installing the development dependencies (about two minutes, once) …');
	const code = await npm('ci', '--no-audit', '--no-fund', '--loglevel=error');
	if (code !== 0) process.exit(code);
}

if (process.env.npm_lifecycle_event) endWithParent();
const require = createRequire(import.meta.url);
require('tsx/cjs/api').register();
require(join(root, 'scripts', `${script}.ts`));

/**
 * Ends this process in good order when npm is gone. npm does not pass every signal on, and a server
 * that nobody can see any more would go on running.
 */
function endWithParent() {
	const parent = process.ppid;
	const look = () => {
		if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
	};
	setInterval(look, 1000).unref();
}

/**
 * Whether node_modules holds what the lock file names. npm writes its own record there as the last
 * thing it does, so an installation that was interrupted has none.
 */
function isInstalled() {
	const wanted = lockedPackages(join(root, 'package-lock.json'));
	const installed = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
	return Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
		if (path === '') return true;
		const found = installed[path];
		return found ? found.version === version : Boolean(optional || devOptional);
	});
}

function lockedPackages(file) {
	try {
		return JSON.parse(readFileSync(file, 'utf8')).packages;
	} catch {
		return {};
	}
}

/** Runs npm, the one that runs this script where that is known, and gives its exit code. */
async function npm(...args) {
	const cli = process.env.npm_execpath;
	const install = cli?.endsWith('.js')
		? spawn(process.execPath, [cli, ...args], { cwd: root, stdio: 'inherit' })
		: spawn('npm', args, { cwd: root, stdio: 'inherit' });
	// Ctrl-C reaches npm by itself; waiting for it keeps the terminal quiet until it has ended.
	process.on('SIGINT', () => {});
	process.on('SIGTERM', () => install.kill('SIGTERM'));
	const code = await new Promise((resolve) => {
		install.on('error', (error) => {
			console.error(`npm could not be started: ${error.message}`);
			resolve(1);
		});
		install.on('exit', (exitCode, signal) => resolve(exitCode ?? (signal ? 130 : 1)));
	});
	process.removeAllListeners('SIGINT');
	process.removeAllListeners('SIGTERM');
	return code;
}
