import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { plotSvg } from '../bench/report/plot';
import { describeSimulation } from '../bench/report/table';
import { runSimulation, SIZES } from '../bench/simulation';
import { ROOT } from './lib/paths';
import { showProgress } from './lib/progress';
import { CheckFailed, runMain } from './lib/steps';

const USAGE = `Measures how fast batches get done, and prints a table.

  npm run bench -- [--json FILE] [--up-to N]

  --json    writes the results to this file too
  --up-to   leaves out batches of more than N items, and the plot`;

const PLOT = join(ROOT, 'docs', 'images', 'how-fast.svg');

const sizesUpTo = (value: string | undefined): readonly number[] => {
	if (value === undefined) return SIZES;
	const sizes = SIZES.filter((n) => n <= Number(value));
	if (sizes.length === 0) throw new CheckFailed('--up-to is not a number of items.');
	return sizes;
};

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			json: { type: 'string' },
			'up-to': { type: 'string' },
			help: { type: 'boolean', short: 'h', default: false },
		},
	});
	if (values.help) {
		console.log(USAGE);
		return;
	}
	const sizes = sizesUpTo(values['up-to']);
	const results = await showProgress('Simulation', (report) => runSimulation(sizes, report));
	console.log(`\n${describeSimulation(results)}\n`);
	if (sizes === SIZES) {
		await writeFile(PLOT, await plotSvg(results.simulation));
		console.log(`Plot: ${relative(process.cwd(), PLOT)}`);
	}
	if (values.json !== undefined) {
		await writeFile(values.json, `${JSON.stringify(results, null, '\t')}\n`);
		console.log(`Results: ${values.json}`);
	}
}

runMain(main);
