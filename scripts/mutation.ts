import { join } from 'node:path';
import { runCommand } from './lib/command';
import { ROOT } from './lib/paths';
import { CheckFailed, runMain, runStep } from './lib/steps';

/** Of nodes/Magnific, from the quick to the slow. */
const FOLDERS = ['runs', 'batch', 'trigger', 'suspended'] as const;

/**
 * `npm run test:mutation`: breaks the code in thousands of small ways, one at a time, and says which of
 * them no unit test notices. `npm run test:mutation -- runs` does one folder. What was tried before
 * is not tried again, unless the code or its tests have changed.
 */
async function main(): Promise<void> {
	const names = process.argv.slice(2);
	const unknown = names.filter((name) => !FOLDERS.some((folder) => folder === name));
	if (unknown.length > 0) {
		throw new CheckFailed(`There is no ${unknown.join(', ')}; there are ${FOLDERS.join(', ')}.`);
	}
	const stryker = join(ROOT, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
	for (const folder of FOLDERS) {
		if (names.length > 0 && !names.includes(folder)) continue;
		await runStep(`mutants of ${folder}`, async () => {
			const env = { ...process.env, MAGNIFIC_MUTATE: folder };
			await runCommand(process.execPath, [stryker, 'run'], { cwd: ROOT, env, inherit: true });
		});
	}
}

runMain(main);
