/** A run is likely over when this part of those that were going as long as it was were over. */
const LIKELY = 0.7;
/** How much one look counts in the measure of how well the times of finished runs foretell others. */
const WEIGHT_OF_A_LOOK = 0.15;
/** Rounding must not put an end off to the next known duration. */
const EPSILON = 1e-9;

/**
 * What the runs of one app teach about how long its runs take: the durations of those that ended,
 * and how long others are known to have been going, put together by the estimate of Kaplan and
 * Meier. Pure; all times are ages of runs in ms.
 */
export class Durations {
	/** Ascending. */
	private readonly ended: number[] = [];

	/** The greatest age at which runs were seen going, by `run_id`. */
	private readonly going = new Map<string, number>();

	/** Between 0 and 1: which part of the runs that were likely over was over indeed. */
	private trust = 1;

	/** The part of runs that goes on after each known duration; undefined where it has to be worked out anew. */
	private curve: Array<{ age: number; left: number }> | undefined;

	/** A look found the run going at this age; `before`: the age at which it was last seen going. */
	sawGoing(run_id: string, age: number, before: number): void {
		this.judge(before, age, false);
		this.going.set(run_id, age);
		this.curve = undefined;
	}

	/** A look at this age found the run over, after `duration` (null where that is not known). */
	sawEnded(run_id: string, age: number, before: number, duration: number | null): void {
		this.going.delete(run_id);
		if (duration === null) return;
		this.judge(before, age, true);
		this.ended.push(duration);
		this.ended.sort((a, b) => a - b);
		this.curve = undefined;
	}

	/** The run is not waited for any more. */
	forget(run_id: string): void {
		if (this.going.delete(run_id)) this.curve = undefined;
	}

	/**
	 * The age at which a run that was going at the age `after` is likely over; undefined where that
	 * cannot be told.
	 */
	likelyEnd(after: number): number | undefined {
		return this.endOf(after, this.trust);
	}

	private judge(before: number, age: number, isOver: boolean): void {
		const expected = this.endOf(before, 1);
		if (expected === undefined || expected > age) return;
		this.trust += WEIGHT_OF_A_LOOK * ((isOver ? 1 : 0) - this.trust);
	}

	private endOf(after: number, trust: number): number | undefined {
		if (trust < LIKELY) return undefined;
		const curve = (this.curve ??= this.workOut());
		const next = firstIndex(curve, ({ age }) => age > after);
		const leftThen = curve[next - 1]?.left ?? 1;
		const enough = leftThen * (1 - LIKELY / trust) + EPSILON;
		const found = firstIndex(curve, ({ left }) => left <= enough);
		return curve[Math.max(found, next)]?.age;
	}

	private workOut(): Array<{ age: number; left: number }> {
		const ages = [...this.going.values()].sort((a, b) => a - b);
		const curve: Array<{ age: number; left: number }> = [];
		let left = 1;
		let seenGoing = 0;
		this.ended.forEach((age, i) => {
			while ((ages[seenGoing] ?? Infinity) < age) seenGoing += 1;
			left *= 1 - 1 / (this.ended.length - i + ages.length - seenGoing);
			curve.push({ age, left });
		});
		return curve;
	}
}

/** The first index at which `holds`, which once true stays true; the length where it never does. */
const firstIndex = <T>(list: T[], holds: (entry: T) => boolean): number => {
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
