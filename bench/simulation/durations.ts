/** How long runs take, by the names that the results carry. */
export const DURATIONS = ['10s', '60s', '300s', 'long-tailed'] as const;

export type DurationName = (typeof DURATIONS)[number];

const GOLDEN_RATIO = 0.618_033_988_749_895;
const SHORTEST_MS = 5_000;
const MEDIAN_MS = 20_000;
const SPREAD = 0.45;

/**
 * A log-logistic distribution, cut off at 5 s: half of the runs take less than 20 s, one in twenty
 * over 75 s, one in a thousand over seven minutes. Taken at evenly spread places, so that every
 * stretch of a batch has its share of long ones; the same at every call.
 */
const longTailed = (index: number): number => {
	const part = ((index + 1) * GOLDEN_RATIO) % 1;
	return Math.round(Math.max(SHORTEST_MS, MEDIAN_MS * (part / (1 - part)) ** SPREAD));
};

/** How long the run of the item at `index` takes, in ms. */
export const durationOf = (name: DurationName, index: number): number => {
	switch (name) {
		case '10s':
			return 10_000;
		case '60s':
			return 60_000;
		case '300s':
			return 300_000;
		case 'long-tailed':
			return longTailed(index);
	}
};
