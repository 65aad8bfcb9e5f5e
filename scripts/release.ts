import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MagnificApi } from '../credentials/MagnificApi.credentials.js';
// With their endings: a file of node type and a JSON file have the same name else.
import { Magnific } from '../nodes/Magnific/Magnific.node.js';
import { MagnificTrigger } from '../nodes/Magnific/MagnificTrigger.node.js';
import { runCommand } from './lib/command';
import { readSnapshot, snapshotVersions } from './lib/contract/snapshots';
import { surfaceOf } from './lib/contract/surface';
import { changedPaths, commitOf, makeTag } from './lib/package/git';
import { lintCheckout } from './lib/package/lint';
import { readManifest } from './lib/package/manifest';
import { packPackage } from './lib/package/pack';
import { checkPackage } from './lib/package/checks';
import { ROOT } from './lib/paths';
import { onShutdown } from './lib/shutdown';
import { CheckFailed, runMain, runStep } from './lib/steps';

const check = async (name: string, find: () => Promise<string[]>): Promise<void> => {
	await runStep(name, async () => {
		const found = await find();
		if (found.length > 0) throw new CheckFailed(found.join('\n'));
	});
};

const uncommitted = async (): Promise<string[]> => {
	const paths = await changedPaths();
	return paths.length === 0 ? [] : ['What is not committed would not be released:', ...paths];
};

/** The changelog has an entry, and the tag is free, or is of this very commit. */
const versionProblems = async (version: string): Promise<string[]> => {
	const tagged = await commitOf(`v${version}`);
	const changelog = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
	const hasEntry = changelog
		.split('\n')
		.some((line) => /^## \[?([^\]\s]+)/.exec(line)?.[1] === version);
	return [
		...(hasEntry ? [] : [`CHANGELOG.md has no entry “## ${version}”.`]),
		...(tagged === undefined || tagged === (await commitOf('HEAD'))
			? []
			: [`v${version} is the tag of another commit. Raise the version in package.json.`]),
	];
};

/** That older versions' snapshots hold is what the contract test sees to. */
const contractProblems = async (version: string): Promise<string[]> => {
	const advice = 'Run `npm run contract` and commit its file.';
	if (!(await snapshotVersions()).includes(version)) {
		return [`There is no contract snapshot of ${version}. ${advice}`];
	}
	const kept = await readSnapshot(version);
	const now = await surfaceOf({
		credential: new MagnificApi(),
		node: new Magnific(),
		trigger: new MagnificTrigger(),
	});
	const differing = [...new Set([...Object.keys(kept), ...Object.keys(now)])].filter(
		(path) => kept[path] !== now[path],
	);
	return differing.length === 0
		? []
		: [`The contract snapshot of ${version} is out of date. ${advice}`, ...differing];
};

/**
 * `npm run release`: checks all that a release needs and publishes nothing. With `--tag` it then
 * makes the tag; publishing is what the pushed tag's workflow does, since n8n wants npm's provenance.
 */
async function main(): Promise<void> {
	const { name, version } = await readManifest();
	const tag = `v${version}`;
	console.log(`${name} ${version}\n`);
	await check('everything is committed', uncommitted);
	await check('version and changelog', async () => await versionProblems(version));
	await check('contract', async () => await contractProblems(version));
	await check('lint', async () => {
		const found = await lintCheckout();
		return found ? [found] : [];
	});
	// Builds too: with the scripts of npm turned off, `prepack` would not.
	const packed = await runStep('build and pack', packPackage);
	onShutdown(async () => {
		await rm(dirname(packed.tarball), { recursive: true, force: true });
	});
	await check('package', async () => await checkPackage(packed));
	await runStep('npm publish --dry-run', async () => {
		console.log(
			await runCommand('npm', ['publish', packed.tarball, '--dry-run', '--access', 'public'], {
				cwd: ROOT,
			}),
		);
	});
	if (process.argv.includes('--tag') && (await commitOf(tag)) === undefined) await makeTag(tag);
	console.log(
		(await commitOf(tag)) === undefined
			? `Ready. Run \`npm test\` if you have not, then \`npm run release -- --tag\`, which makes the tag ${tag}.`
			: `Ready. \`git push origin ${tag}\` has the workflow “publish” put it on npm.`,
	);
}

runMain(main);
