import { relative } from 'node:path';
import { MagnificApi } from '../credentials/MagnificApi.credentials.js';
// With their endings: a file of node type and a JSON file have the same name else.
import { Magnific } from '../nodes/Magnific/Magnific.node.js';
import { MagnificTrigger } from '../nodes/Magnific/MagnificTrigger.node.js';
import { readSnapshot, snapshotVersions, writeSnapshot } from './lib/contract/snapshots';
import { lostSince, surfaceOf } from './lib/contract/surface';
import { readManifest } from './lib/package/manifest';
import { ROOT } from './lib/paths';
import { CheckFailed, runMain } from './lib/steps';
import { commitOf } from './lib/package/git';

/**
 * `npm run contract`: keeps what the version in package.json offers to workflows, for the contract
 * test of later versions. The snapshot of a version that is released (has a tag) is never written again.
 */
async function main(): Promise<void> {
	const { version } = await readManifest();
	if ((await commitOf(`v${version}`)) !== undefined) {
		throw new CheckFailed(
			`${version} is released, and its snapshot must not change. Raise the version first.`,
		);
	}
	const now = await surfaceOf({
		credential: new MagnificApi(),
		node: new Magnific(),
		trigger: new MagnificTrigger(),
	});
	const before = (await snapshotVersions()).filter((other) => other !== version).at(-1);
	const lost = before === undefined ? [] : lostSince(await readSnapshot(before), now);
	if (lost.length > 0) {
		console.log(`Workflows that were made with ${before ?? ''} would break:\n${lost.join('\n')}\n`);
	}
	const file = await writeSnapshot(version, now);
	console.log(`${relative(ROOT, file)} holds ${String(Object.keys(now).length)} entries.`);
}

runMain(main);
