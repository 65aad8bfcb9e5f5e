import { rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { measureMemory, type MemoryFigures } from '../bench/memory/measure';
import { measurePackage, type PackageFigures } from '../bench/package/measure';
import { measureParked, type ParkedRow } from '../bench/parked/measure';
import { measureProcessor, type ProcessorRow } from '../bench/processor/measure';
import { measureReal, type RealRow } from '../bench/real/measure';
import { measureWorkers, WORKERS, type WorkersRow } from '../bench/real/workers';
import {
	describeMemory,
	describePackage,
	describeParked,
	describeProcessor,
	describeReal,
	describeWorkers,
} from '../bench/report/measured';
import { plotSvg } from '../bench/report/plot';
import { describeParts, describeSimulation } from '../bench/report/table';
import { runSimulation, SIZES, type Simulation } from '../bench/simulation';
import { measureParts, type Difference } from '../bench/simulation/switches';
import { packPackage, type PackedPackage } from './lib/package/pack';
import { ROOT } from './lib/paths';
import { showProgress } from './lib/progress';
import { onShutdown } from './lib/shutdown';
import { CheckFailed, runMain } from './lib/steps';

/** Those of the first line need no n8n and no package. */
const SIMULATED = ['simulation', 'parts', 'processor', 'parked'] as const;
const PARTS = [...SIMULATED, 'package', 'memory', 'real', 'workers'] as const;
type Part = (typeof PARTS)[number];

const USAGE = `Measures how fast batches get done, how much memory n8n needs for them, how large and how
quick to load the package is, and how the workers of one n8n share a key. Takes about an hour and a
quarter, the workers most of it.

  npm run bench -- [--json FILE] [--only PART,…] [--up-to N] [--beside DIRECTORY] [--workers N,…]

  --json    writes the results to this file too
  --only    some parts only, of ${PARTS.join(', ')}
  --up-to   leaves batches of more than N items out of the simulation, and the plot
  --beside  measures the processor time of the checkout in this directory too
  --workers so many workers share a key, 2 or more; ${WORKERS.join(' and then ')} if not given`;

const PLOT = join(ROOT, 'docs', 'images', 'how-fast.svg');

interface Results extends Partial<Simulation> {
	/** Without one part of the pacing. */
	parts?: Difference[];
	processor?: ProcessorRow[];
	parked?: ParkedRow[];
	real?: RealRow[];
	workers?: WorkersRow[];
	memory_mb?: MemoryFigures;
	package?: PackageFigures;
}

const sizesUpTo = (value: string | undefined): readonly number[] => {
	if (value === undefined) return SIZES;
	const sizes = SIZES.filter((n) => n <= Number(value));
	if (sizes.length === 0) throw new CheckFailed('--up-to is not a number of items.');
	return sizes;
};

const partsIn = (value: string | undefined): readonly Part[] => {
	if (value === undefined) return PARTS;
	const wanted = value.split(',');
	const unknown = wanted.filter((name) => !PARTS.some((part) => part === name));
	if (unknown.length > 0) throw new CheckFailed(`There is no ${unknown.join(', ')} to measure.`);
	return PARTS.filter((part) => wanted.includes(part));
};

const workersIn = (value: string | undefined): readonly number[] => {
	if (value === undefined) return WORKERS;
	const counts = value.split(',').map(Number);
	if (!counts.every((count) => Number.isInteger(count) && count > 1)) {
		throw new CheckFailed('--workers are no numbers of workers, each 2 or more.');
	}
	return counts;
};

const simulateAll = async (sizes: readonly number[]): Promise<Simulation> => {
	const results = await showProgress('Simulation', (report) => runSimulation(sizes, report));
	console.log(`\n${describeSimulation(results)}\n`);
	if (sizes === SIZES) {
		const plotted = results.simulation.filter(({ n }) => SIZES.includes(n));
		await writeFile(PLOT, await plotSvg(plotted));
		console.log(`Plot: ${relative(process.cwd(), PLOT)}\n`);
	}
	return results;
};

const pack = async (): Promise<PackedPackage> => {
	const packed = await showProgress('Package', async () => await packPackage());
	onShutdown(async () => {
		await rm(dirname(packed.tarball), { recursive: true, force: true });
	});
	return packed;
};

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			json: { type: 'string' },
			only: { type: 'string' },
			'up-to': { type: 'string' },
			beside: { type: 'string' },
			workers: { type: 'string' },
			help: { type: 'boolean', short: 'h', default: false },
		},
	});
	if (values.help) {
		console.log(USAGE);
		return;
	}
	const sizes = sizesUpTo(values['up-to']);
	const parts = partsIn(values.only);
	const counts = workersIn(values.workers);
	const results: Results = parts.includes('simulation') ? await simulateAll(sizes) : {};
	if (parts.includes('parts')) {
		results.parts = await showProgress('Parts', (report) => measureParts(sizes, report));
		console.log(`\n${describeParts(results.parts)}\n`);
	}
	if (parts.includes('processor')) {
		const roots = values.beside === undefined ? [ROOT] : [ROOT, resolve(values.beside)];
		results.processor = await showProgress('Processor', (report) =>
			measureProcessor(roots, report),
		);
		console.log(`\n${describeProcessor(results.processor)}\n`);
	}
	if (parts.includes('parked')) {
		results.parked = await showProgress('Parked', measureParked);
		console.log(`\n${describeParked(results.parked)}\n`);
	}
	if (parts.some((part) => !SIMULATED.some((simulated) => simulated === part))) {
		const packed = await pack();
		if (parts.includes('package')) {
			results.package = await measurePackage(packed);
			console.log(`\n${describePackage(results.package)}\n`);
		}
		if (parts.includes('memory')) {
			results.memory_mb = await showProgress('Memory', (report) =>
				measureMemory(packed.tarball, report),
			);
			console.log(`\n${describeMemory(results.memory_mb)}\n`);
		}
		if (parts.includes('real')) {
			results.real = await showProgress('Real n8n', (report) =>
				measureReal(packed.tarball, report),
			);
			console.log(`\n${describeReal(results.real)}\n`);
		}
		if (parts.includes('workers')) {
			results.workers = await showProgress('Workers', (report) =>
				measureWorkers(packed.tarball, counts, report),
			);
			console.log(`\n${describeWorkers(results.workers)}\n`);
		}
	}
	if (values.json !== undefined) {
		await writeFile(values.json, `${JSON.stringify(results, null, '\t')}\n`);
		console.log(`Results: ${values.json}`);
	}
}

runMain(main);
