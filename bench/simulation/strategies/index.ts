import { pollingBound, submissionsBound, type Limits } from '../lowerBound';
import type { World } from '../world';
import { magnificPoll, magnificSuspended } from './magnific';
import { mcpServer } from './mcp';
import { handMadeLoop, naive, sequential } from './peers';
import { roundRobin } from './roundRobin';
import { waitTokens } from './waitTokens';

/** A way to carry a batch. */
export interface Strategy {
	id: string;
	/** It learns of a run's end by looking. */
	isPeer: boolean;
	/** Resolves when the outputs of all items are there. */
	carry: (world: World, items: readonly number[]) => Promise<void>;
	/** What no strategy of its kind can beat, in ms. */
	bound: (durations: number[], limits: Limits) => number;
}

const peer = (id: string, carry: Strategy['carry']): Strategy => ({
	id,
	isPeer: true,
	carry,
	bound: pollingBound,
});

export const STRATEGIES: readonly Strategy[] = [
	{ id: 'magnific-poll', isPeer: false, carry: magnificPoll, bound: pollingBound },
	{ id: 'magnific-suspended', isPeer: false, carry: magnificSuspended, bound: submissionsBound },
	peer('sequential-1s', sequential(1_000)),
	peer('sequential-5s', sequential(5_000)),
	peer('mcp-server', mcpServer),
	peer('naive-3s', naive(3_000)),
	peer('submit-all-poll-10s', naive(10_000)),
	peer('submit-all-poll-15s', naive(15_000)),
	peer('hand-made-loop', handMadeLoop),
	peer('round-robin', roundRobin),
	{ id: 'wait-tokens', isPeer: false, carry: waitTokens, bound: submissionsBound },
];

/** Throws where there is none of this name. */
export const strategyOf = (id: string): Strategy => {
	const strategy = STRATEGIES.find((candidate) => candidate.id === id);
	if (!strategy) throw new Error(`There is no strategy ${id}`);
	return strategy;
};
