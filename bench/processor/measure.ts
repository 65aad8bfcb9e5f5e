import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Simulate from '../simulation/simulate';
import type * as Strategies from '../simulation/strategies';

const SIZES = [500, 2_000, 10_000] as const;
/** Each size is carried until so many runs were carried in all. */
const RUNS_IN_ALL = 10_000;
const WARM_UP_RUNS = 200;
/** Takes all that the pacing does: ends foretold, looks that find a run going, and probes. */
const DURATION = 'long-tailed';

export interface ProcessorRow {
	/** The directory of the version measured. */
	version: string;
	n: number;
	/** Processor time of the process for one run of the batch, garbage collection and model of the API included. */
	us_per_run: number;
}

const carrierOf = (root: string) => {
	const load = createRequire(join(root, 'package.json'));
	// Another checkout's modules are this one's in another version: no guard could tell more.
	const { carryBatch, durationsOf } = load('./bench/simulation/simulate') as typeof Simulate;
	const { strategyOf } = load('./bench/simulation/strategies') as typeof Strategies;
	return async (n: number): Promise<void> => {
		await carryBatch(strategyOf('magnific-poll'), durationsOf(DURATION, n));
	};
};

/** What one run of a batch costs the processor by polling, on the virtual clock, in the versions at these places. */
export const measureProcessor = async (
	roots: readonly string[],
	report: (activity: string) => void,
): Promise<ProcessorRow[]> => {
	const rows: ProcessorRow[] = [];
	for (const root of roots) {
		const carry = carrierOf(root);
		await carry(WARM_UP_RUNS);
		for (const n of SIZES) {
			report(`${String(n)} runs, ${root}`);
			const before = process.cpuUsage();
			for (let done = 0; done < RUNS_IN_ALL; done += n) await carry(n);
			const { user, system } = process.cpuUsage(before);
			rows.push({ version: root, n, us_per_run: Math.round((user + system) / RUNS_IN_ALL) });
		}
	}
	return rows;
};
