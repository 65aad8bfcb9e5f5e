import fc from 'fast-check';
import type { INode } from 'n8n-workflow';

/** What an answer of Magnific's can meet. */
export const FAULTS = [
	'refused',
	'too_many',
	'too_many_for_a_second',
	'unavailable',
	'broken',
	'web_page',
	'reset_before',
	'reset_after',
] as const;
export type FaultName = (typeof FAULTS)[number];

export const CALLBACKS = ['comes', 'is_lost', 'is_late', 'comes_twice', 'is_reordered'] as const;
export const ENDS = ['failed', 'cancelled', 'completed_with_errors'] as const;

export interface ItemPlan {
	isBlank: boolean;
	/** What its submissions meet, in turn; then nothing more. */
	submissions: FaultName[];
	/** What the looks at its runs meet, in turn. */
	looks: FaultName[];
	/** What the downloads of its files meet, in turn. */
	downloads: FaultName[];
	/** How its runs end, in turn; then as completed. */
	ends: Array<(typeof ENDS)[number]>;
	/** How long its runs take. */
	seconds: number;
	/** What becomes of the callbacks of its runs. */
	callback: (typeof CALLBACKS)[number];
}

/** A night as plain data: the same plan brings the same night, but for the real network's moods. */
export interface Night {
	wait: 'poll' | 'webhook';
	onError: NonNullable<INode['onError']>;
	/** Retry On Fail, three tries. */
	retry: boolean;
	download: boolean;
	creditLimit: boolean;
	maxConcurrentRuns: number;
	items: ItemPlan[];
	/** n8n dies and comes back when the parked execution has taken so many calls; null: never. */
	restartAfterCalls: number | null;
	/** Stop is pressed when Magnific has got so many requests; null: never. */
	stopAfterRequests: number | null;
	/** n8n's *Retry* of what has failed, in the same process or in another one. */
	retryButton: 'no' | 'yes' | 'after_a_restart';
}

/** Nothing for most items, else a few in turn. */
const some = <T extends string>(names: readonly T[], maxLength = 3): fc.Arbitrary<T[]> =>
	fc.oneof(
		{ withCrossShrink: true },
		{ arbitrary: fc.constant<T[]>([]), weight: 4 },
		{
			arbitrary: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength }),
			weight: 1,
		},
	);

const now = (max: number): fc.Arbitrary<number | null> =>
	fc.option(fc.nat({ max }), { freq: 2, nil: null });

const isFor = (max: number): fc.Arbitrary<boolean> => fc.nat({ max }).map((nth) => nth === max);

const item: fc.Arbitrary<ItemPlan> = fc.record({
	isBlank: isFor(9),
	submissions: some(FAULTS),
	looks: some(FAULTS),
	// A file is asked for three times.
	downloads: some(FAULTS, 2),
	ends: some(ENDS),
	seconds: fc.integer({ min: 1, max: 12 }),
	callback: fc.constantFrom(...CALLBACKS),
});

/** Nights in which runs are waited for this way. */
export const nightsOf = (wait: Night['wait']): fc.Arbitrary<Night> =>
	fc.record({
		wait: fc.constant(wait),
		onError: fc.constantFrom('continueErrorOutput', 'continueRegularOutput', 'stopWorkflow'),
		retry: fc.boolean(),
		download: fc.boolean(),
		creditLimit: fc.boolean(),
		maxConcurrentRuns: fc.constantFrom(0, 1, 3),
		items: fc.array(item, { maxLength: 12, size: 'max' }),
		restartAfterCalls: wait === 'webhook' ? now(8) : fc.constant(null),
		stopAfterRequests: fc.option(fc.integer({ min: 1, max: 40 }), { freq: 5, nil: null }),
		retryButton: fc.constantFrom('no', 'yes', 'after_a_restart'),
	});
