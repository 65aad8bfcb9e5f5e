import { DURATIONS } from './durations';
import { measureProcesses, type Processes } from './processes';
import {
	besideALargeOne,
	measureLag,
	shareTheKey,
	type Fairness,
	type Lag,
	type SharedKey,
} from './scenarios';
import { simulate, type Row } from './simulate';
import { STRATEGIES, strategyOf } from './strategies';

export const SIZES: readonly number[] = [1, 10, 50, 200, 1_000];

const LARGEST_SHARED = 200;
/** One cell of this size comes with the whole table. */
const LARGEST = 10_000;

export interface Simulation {
	simulation: Row[];
	/** A single run of about 30 s, moved about. */
	lag: Lag[];
	/** Half of the limit is somebody else's. */
	shared_key: SharedKey[];
	/** Two executions with one key. */
	fairness: Fairness;
	/** Several processes with one key. */
	processes: Processes[];
}

/** The whole table, for these sizes. `report` is told the cell at work. */
export const runSimulation = async (
	sizes: readonly number[],
	report: (activity: string) => void,
): Promise<Simulation> => {
	const simulation: Row[] = [];
	for (const n of sizes) {
		for (const duration of DURATIONS) {
			for (const strategy of STRATEGIES) {
				report(`${String(n)} runs, ${duration}, ${strategy.id}`);
				simulation.push(await simulate(strategy, n, duration));
			}
		}
	}
	if (sizes === SIZES) {
		report(`${String(LARGEST)} runs`);
		simulation.push(await simulate(strategyOf('magnific-suspended'), LARGEST, '60s'));
	}
	report('a single run of 30 s');
	const lag = await measureLag(STRATEGIES.map(({ id }) => id));
	report('half of the key is somebody else’s');
	const shared_key = await shareTheKey(sizes.filter((n) => n <= LARGEST_SHARED));
	report('a small execution beside a large one');
	const fairness = await besideALargeOne();
	report('several processes with one key');
	return { simulation, lag, shared_key, fairness, processes: await measureProcesses() };
};
