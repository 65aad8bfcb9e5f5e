import { SlidingWindowBudget } from '../../nodes/Magnific/api/budget';
import type { AppDefinition } from '../../nodes/Magnific/api/types';
import { ledgerIn } from '../../nodes/Magnific/runs/ledger';
import type { PlainRun } from '../../nodes/Magnific/runs/submit';
import { ModelApi, type ModelOptions } from '../../test/unit/support/modelApi';
import { VirtualClock } from '../../test/unit/support/virtualClock';

/** The limit of the documented plan. */
export const REQUESTS_PER_MINUTE = 50;

/** A request takes 150 ms there and back. */
const LATENCY_MS = 75;

/** From a run's end until its callback arrives. */
export const CALLBACK_MS = 75;

const APP: AppDefinition = {
	sqid: 'uqzQLDr2Aw',
	name: 'App',
	total_cost: 1,
	inputs: [],
	raw: {},
};

/** A key, its limits at the API, and the process that uses it, all on virtual time. */
export interface World {
	clock: VirtualClock;
	api: ModelApi;
	/** The shipped budget, for the strategies of this package. */
	budget: SlidingWindowBudget;
	/** When the node learned that a run is over other than by a look, ms since the epoch. */
	toldAt: Map<string, number>;
}

/** What somebody else sends with the same key. */
export type OtherUse = Pick<ModelOptions, 'othersPerMinute' | 'othersGoFirst' | 'latencyMs'>;

/** `durations`: how long the run of each item takes, ms. */
export const newWorld = (durations: readonly number[], model: OtherUse = {}): World => {
	const clock = new VirtualClock();
	const api = new ModelApi({
		clock,
		apps: [APP],
		durationMs: ({ inputs }) => durations[Number(inputs['item'])] ?? 0,
		latencyMs: LATENCY_MS,
		...model,
	});
	return {
		clock,
		api,
		budget: new SlidingWindowBudget(clock, REQUESTS_PER_MINUTE),
		toldAt: new Map(),
	};
};

/** What the node hands to the code that carries runs, for one execution. */
export const seamsOf = ({ clock, api, budget }: World) => ({
	clock,
	api,
	budget,
	ledger: ledgerIn({}),
	random: () => 0.5,
});

/** The runs of these items, ready to be submitted. */
export const runsOf = (items: readonly number[]): PlainRun[] =>
	items.map((item) => ({ app: APP, inputs: { item }, slot: String(item) }));

export const APP_OF_ALL = APP;
