/** A request as the server saw it. */
export interface SeenRequest {
	/** Who sent it. */
	by: string;
	/** Ms since the epoch. */
	at: number;
	kind: 'submission' | 'look' | 'other';
	/** It was not answered with 429. */
	isLetThrough: boolean;
}

/** From, which counts, until, which does not; in ms since the epoch. */
export interface Span {
	from: number;
	to: number;
}

/** What one of several that use the same key got. */
export interface Share {
	/** Requests that were let through, minute by minute. */
	per_minute: number[];
	/** The longest time in which nothing was let through, in s. */
	without_request_s: number;
}

const A_MINUTE_MS = 60_000;

const isIn =
	({ from, to }: Span) =>
	(at: number): boolean =>
		at >= from && at < to;

/** Seconds with one decimal. */
export const seconds = (ms: number): number => Math.round(ms / 100) / 10;

/** The longest part of the span, in ms, in which none of these moments lies. */
export const longestWithout = (moments: readonly number[], span: Span): number => {
	const inside = moments.filter(isIn(span)).sort((one, other) => one - other);
	const ends = [span.from, ...inside, span.to];
	return Math.max(...ends.slice(1).map((end, i) => end - (ends[i] ?? end)));
};

/** The greatest distance of a count from an equal share, as a part of that; 0 where all counts are 0. */
export const unfairnessOf = (counts: readonly number[]): number => {
	const share = counts.reduce((sum, count) => sum + count, 0) / counts.length;
	return share > 0 ? Math.max(...counts.map((count) => Math.abs(count - share))) / share : 0;
};

const momentsOf = (who: string, requests: readonly SeenRequest[]): number[] =>
	requests.filter(({ by, isLetThrough }) => by === who && isLetThrough).map(({ at }) => at);

/** What `who` got within the span. */
export const shareOf = (who: string, requests: readonly SeenRequest[], span: Span): Share => {
	const moments = momentsOf(who, requests);
	const minutes = Array.from({ length: Math.ceil((span.to - span.from) / A_MINUTE_MS) }, (_, i) => {
		const from = span.from + i * A_MINUTE_MS;
		return { from, to: Math.min(span.to, from + A_MINUTE_MS) };
	});
	return {
		per_minute: minutes.map((minute) => moments.filter(isIn(minute)).length),
		without_request_s: seconds(longestWithout(moments, span)),
	};
};

/** The longest time, in s, that `who` had runs and no look let through, until `to` (ms since the epoch). */
export const withoutLook = (who: string, requests: readonly SeenRequest[], to: number): number => {
	const [submissions, looks] = (['submission', 'look'] as const).map((wanted) =>
		momentsOf(
			who,
			requests.filter(({ kind }) => kind === wanted),
		),
	);
	return seconds(longestWithout(looks ?? [], { from: Math.min(to, ...(submissions ?? [])), to }));
};
