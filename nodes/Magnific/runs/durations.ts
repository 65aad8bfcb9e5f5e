/** A run is likely over when this part of those that were going as long as it was were over. */
const LIKELY = 0.7;
/** The curve is worked out anew once this part of what it stands on is new, so that a look costs the same in any batch. */
const NEW_PART = 1 / 32;
/** Rounding must not put an end off to the next known duration. */
const EPSILON = 1e-9;

/** The part of runs that goes on after each known duration, ascending by `age`. */
type Curve = ReadonlyArray<{ age: number; left: number }>;

/**
 * What the runs of one app teach about how long its runs take: the durations of those that ended,
 * and how long others are known to have been going, put together by the estimate of Kaplan and
 * Meier. Pure; all times are ages of runs in ms.
 */
export class Durations {
	private readonly ended: number[] = [];

	/** The greatest age at which runs were seen going, by `run_id`. */
	private readonly going = new Map<string, number>();

	private known: Curve = [];

	/** What was learned since `known` was worked out. */
	private news = 0;

	/** A look found the run going at this age. */
	sawGoing(run_id: string, age: number): void {
		this.going.set(run_id, age);
		this.news += 1;
	}

	/** A look found the run over, after `duration` (null where that is not known). */
	sawEnded(run_id: string, duration: number | null): void {
		this.forget(run_id);
		if (duration === null) return;
		this.ended.push(duration);
		this.news += 1;
	}

	/** The run is not waited for any more. */
	forget(run_id: string): void {
		if (this.going.delete(run_id)) this.news += 1;
	}

	/** Another array whenever it tells something else. */
	curve(): Curve {
		if (this.news > NEW_PART * (this.ended.length + this.going.size)) {
			this.known = this.workOut();
			this.news = 0;
		}
		return this.known;
	}

	/**
	 * The age at which a run that was going at the age `after` is likely over; undefined where that
	 * cannot be told.
	 */
	likelyEnd(after: number): number | undefined {
		const curve = this.curve();
		const next = firstIndex(curve, ({ age }) => age > after);
		const leftThen = curve[next - 1]?.left ?? 1;
		const found = firstIndex(curve, ({ left }) => left <= leftThen * (1 - LIKELY) + EPSILON);
		return curve[Math.max(found, next)]?.age;
	}

	private workOut(): Curve {
		this.ended.sort((a, b) => a - b);
		const ages = [...this.going.values()].sort((a, b) => a - b);
		let left = 1;
		let seenGoing = 0;
		return this.ended.map((age, i) => {
			while ((ages[seenGoing] ?? Infinity) < age) seenGoing += 1;
			left *= 1 - 1 / (this.ended.length - i + ages.length - seenGoing);
			return { age, left };
		});
	}
}

/** The first index at which `holds`, which once true stays true; the length where it never does. */
const firstIndex = <T>(list: readonly T[], holds: (entry: T) => boolean): number => {
	let low = 0;
	let high = list.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		const entry = list[middle];
		if (entry !== undefined && holds(entry)) high = middle;
		else low = middle + 1;
	}
	return low;
};
