import { join } from 'node:path';
import { runCommand } from '../../scripts/lib/command';
import type { PackedPackage } from '../../scripts/lib/package/pack';
import { ROOT } from '../../scripts/lib/paths';

const TIMES = 7;
const FILES = [
	'dist/nodes/Magnific/Magnific.node.js',
	'dist/nodes/Magnific/MagnificTrigger.node.js',
	'dist/credentials/MagnificApi.credentials.js',
];

/** `load_ms` is without n8n-workflow, which n8n has loaded already. */
export interface PackageFigures {
	packed_kb: number;
	load_ms: number;
}

/** Loads the built package in a new process, as n8n does, and prints how long that took. */
const LOAD = `require('n8n-workflow');
const startedAt = performance.now();
for (const file of process.argv.slice(1)) require(file);
console.log(performance.now() - startedAt);`;

/** Size of the tarball, and the median time that loading the built package takes. */
export const measurePackage = async ({ size }: PackedPackage): Promise<PackageFigures> => {
	const files = FILES.map((file) => join(ROOT, file));
	const times: number[] = [];
	for (let time = 0; time < TIMES; time += 1) {
		times.push(Number(await runCommand(process.execPath, ['-e', LOAD, ...files], { cwd: ROOT })));
	}
	const median = times.sort((a, b) => a - b)[Math.floor(TIMES / 2)] ?? 0;
	return { packed_kb: Math.round(size / 100) / 10, load_ms: Math.round(median * 10) / 10 };
};
