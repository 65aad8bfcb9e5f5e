import fc from 'fast-check';
import { REQUEST_KINDS, SlidingWindowBudget } from '../../../nodes/Magnific/api/budget';
import { VirtualClock } from '../support/virtualClock';
import { holdsInTime } from './holds';

const arrival = fc.record({
	/** ms after the start. */
	at: fc.oneof(
		fc.nat(200_000),
		fc.constantFrom(0, 1, 4_999, 5_000, 59_999, 60_000, 60_200, 119_999, 120_000),
	),
	/** How many come at once. */
	count: fc.oneof(fc.constant(1), fc.nat(12)),
	kind: fc.constantFrom(...REQUEST_KINDS),
	/** Which execution asks; 0: none. */
	party: fc.nat(3),
	/** ms until it is stopped; null: never. */
	patience: fc.option(fc.nat(90_000)),
});

const trouble = fc.record({
	at: fc.nat(200_000),
	how: fc.constantFrom('pause', 'refused', 'limit'),
	ms: fc.nat(20_000),
	limit: fc.constantFrom(1, 3, 10),
});

const pattern = fc.record({
	arrivals: fc.array(arrival, { maxLength: 12 }),
	troubles: fc.array(trouble, { maxLength: 2 }),
	requestsPerMinute: fc.constantFrom(1, 3, 10, 50, 90),
});

/** As the vendor documents them, ms and requests; for the plans of these tests. */
const limitsOf = (requestsPerMinute: number): Array<[number, number]> => [
	[60_000, requestsPerMinute],
	[5_000, 50],
	[120_000, 1_200],
];

const mostWithin = (times: number[], ms: number): number => {
	let most = 0;
	let first = 0;
	times.forEach((at, i) => {
		while (at - (times[first] ?? at) >= ms) first += 1;
		most = Math.max(most, i - first + 1);
	});
	return most;
};

interface Grants {
	/** When requests went, ms. */
	times: number[];
	pauses: Array<{ from: number; until: number }>;
	/** Neither granted nor stopped. */
	forgotten: number;
	/** Stopped, but granted before. */
	confused: number;
}

const play = async ({
	arrivals,
	troubles,
	requestsPerMinute,
}: typeof pattern extends fc.Arbitrary<infer T> ? T : never): Promise<Grants> => {
	const clock = new VirtualClock(0);
	const budget = new SlidingWindowBudget(clock, requestsPerMinute);
	const parties = [budget, budget.share(), budget.share(), budget.share()];
	const times: number[] = [];
	const pauses: Grants['pauses'] = [];
	let confused = 0;
	const asking = arrivals.flatMap(({ at, count, kind, party, patience }) =>
		Array.from({ length: count }, async () => {
			await clock.sleep(at);
			const stop = new AbortController();
			const over = new AbortController();
			if (patience !== null) {
				void clock.sleep(patience, over.signal).then(() => {
					stop.abort();
				});
			}
			const granted = await (parties[party] ?? budget).take(kind, stop.signal);
			if (granted) times.push(clock.now());
			if (granted === stop.signal.aborted) confused += 1;
			over.abort();
		}),
	);
	const disturbing = troubles.map(async ({ at, how, ms, limit }) => {
		await clock.sleep(at);
		const now = clock.now();
		if (how === 'limit') {
			budget.setRequestsPerMinute(Math.min(requestsPerMinute, limit));
			return;
		}
		pauses.push({ from: now, until: now + ms });
		if (how === 'pause') budget.pause(now + ms);
		else budget.refused(now + ms, true);
	});
	await clock.run(Promise.all([...asking, ...disturbing]), 1_000 * 60_200);
	const all = arrivals.reduce((sum, { count }) => sum + count, 0);
	return { times, pauses, forgotten: all - asking.length, confused };
};

describe('the request budget, whatever comes when', () => {
	it('never lets more go than any window holds, and forgets nobody', async () => {
		await holdsInTime(
			fc.asyncProperty(pattern, async (given) => {
				const { times, forgotten, confused } = await play(given);
				// A refused request is not counted by the server, so another one may take its place.
				const refusals = given.troubles.filter(({ how }) => how === 'refused').length;
				for (const [ms, max] of limitsOf(given.requestsPerMinute)) {
					expect([ms, mostWithin(times, ms) - refusals <= max]).toEqual([ms, true]);
				}
				expect({ forgotten, confused }).toEqual({ forgotten: 0, confused: 0 });
				expect([...times].sort((a, b) => a - b)).toEqual(times);
			}),
		);
	}, 300_000);

	it('lets nothing go in a pause', async () => {
		await holdsInTime(
			fc.asyncProperty(pattern, async (given) => {
				const { times, pauses } = await play(given);
				for (const { from, until } of pauses) {
					expect(times.filter((at) => at > from && at < until)).toEqual([]);
				}
			}),
		);
	}, 300_000);
});
