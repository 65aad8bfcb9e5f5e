import { Schedule } from '../../../nodes/Magnific/runs/schedule';

const FAR = 1e9;

/** Adds runs of one app, submitted at these times. */
const scheduled = (
	since: number[],
	own: { deadline?: number; lookNow?: boolean } = {},
): Schedule => {
	const schedule = new Schedule();
	since.forEach((at, i) => {
		schedule.add({
			run_id: `run${String(i)}`,
			app_id: 'app',
			since: at,
			deadline: own.deadline ?? at + FAR,
			lookNow: own.lookNow ?? false,
		});
	});
	return schedule;
};

/** Makes the next looks, all finding the run still going, until `until`; tells when and at which. */
const lookUntil = (schedule: Schedule, until: number): Array<[number, string]> => {
	const looks: Array<[number, string]> = [];
	for (;;) {
		const next = schedule.next();
		if (!next || next.dueAt > until) return looks;
		looks.push([next.dueAt, next.run_id]);
		schedule.lookStarts(next.run_id, next.dueAt);
		schedule.stillGoing(next.run_id, next.dueAt);
	}
};

const gaps = (looks: Array<[number, string]>): number[] =>
	looks.slice(1).map(([at], i) => at - (looks[i]?.[0] ?? 0));

describe('the schedule of looks', () => {
	it('has nothing to look at before anything was added', () => {
		expect(new Schedule().next()).toBeUndefined();
	});

	it('looks first after 2.5 s, then at intervals that grow from 3 to 15 s', () => {
		const looks = lookUntil(scheduled([1_000]), 600_000);
		expect(looks[0]).toEqual([3_500, 'run0']);
		const between = gaps(looks);
		expect(between[0]).toBe(3_000);
		expect(between.at(-1)).toBe(15_000);
		expect(Math.min(...between)).toBe(3_000);
		expect(Math.max(...between)).toBe(15_000);
		between.slice(1).forEach((gap, i) => {
			expect(gap).toBeGreaterThanOrEqual(between[i] ?? 0);
		});
	});

	it('looks at the runs of one app in turn, as often as at a single one', () => {
		const looks = lookUntil(scheduled([0, 0, 0, 0]), 30_000);
		expect(looks.map(([, run_id]) => run_id).slice(0, 8)).toEqual([
			'run0',
			'run1',
			'run2',
			'run3',
			'run0',
			'run1',
			'run2',
			'run3',
		]);
		expect(looks).toHaveLength(lookUntil(scheduled([0]), 30_000).length);
	});

	it('looks at no run before its own 2.5 s, even if its app was looked at before', () => {
		const looks = lookUntil(scheduled([0, 4_000]), 20_000);
		const [firstOfSecond] = looks.find(([, run_id]) => run_id === 'run1') ?? [];
		expect(firstOfSecond).toBeGreaterThanOrEqual(6_500);
	});

	it('looks at once at a run that may be over already', () => {
		expect(scheduled([5_000], { lookNow: true }).next()).toEqual({ run_id: 'run0', dueAt: 5_000 });
	});

	it('does not look at a run again before the look came back', () => {
		const schedule = scheduled([0, 0]);
		schedule.lookStarts('run0', 2_500);
		expect(schedule.next()?.run_id).toBe('run1');
		schedule.lookStarts('run1', 2_500);
		expect(schedule.next()).toBeUndefined();
		schedule.stillGoing('run0', 2_600);
		expect(schedule.next()?.run_id).toBe('run0');
	});

	it('learns from the first end found when to look at the rest', () => {
		const schedule = scheduled([0, 10_000, 50_000]);
		schedule.ended('run0', 20_000);
		expect(schedule.next()).toEqual({ run_id: 'run1', dueAt: 28_000 });
		schedule.ended('run1', 20_000);
		expect(schedule.next()).toEqual({ run_id: 'run2', dueAt: 68_000 });
	});

	it('goes by the median of what it learned', () => {
		const schedule = scheduled([0, 0, 0, 0]);
		schedule.ended('run0', 10_000);
		schedule.ended('run1', 100_000);
		schedule.ended('run2', 20_000);
		expect(schedule.next()).toEqual({ run_id: 'run3', dueAt: 18_000 });
	});

	it('looks at a run that takes longer than learned at growing intervals up to 15 s', () => {
		const schedule = scheduled([0, 0]);
		schedule.ended('run0', 20_000);
		const looks = lookUntil(schedule, 90_000);
		expect(looks[0]).toEqual([18_000, 'run1']);
		expect(gaps(looks)).toEqual([3_000, 4_500, 6_750, 10_125, 15_000, 15_000, 15_000]);
	});

	it('learns nothing for other apps', () => {
		const schedule = scheduled([0]);
		schedule.add({ run_id: 'other', app_id: 'b', since: 0, deadline: FAR, lookNow: false });
		schedule.ended('run0', 60_000);
		expect(schedule.next()).toEqual({ run_id: 'other', dueAt: 2_500 });
	});

	it('learns nothing from an end whose duration is not known', () => {
		const schedule = scheduled([0, 0]);
		schedule.ended('run0', null);
		expect(schedule.next()).toEqual({ run_id: 'run1', dueAt: 2_500 });
	});

	it('lets a run whose app was not known learn from its app once it is', () => {
		const schedule = scheduled([0]);
		schedule.add({ run_id: 'late', app_id: '', since: 0, deadline: FAR, lookNow: false });
		schedule.ended('run0', 40_000);
		schedule.belongsTo('late', 'app');
		expect(schedule.next()).toEqual({ run_id: 'late', dueAt: 36_000 });
	});

	it('looks again when it is told to after a look that could not be made', () => {
		const schedule = scheduled([0]);
		schedule.lookStarts('run0', 2_500);
		schedule.lookAgainAt('run0', 9_000);
		expect(schedule.next()).toEqual({ run_id: 'run0', dueAt: 9_000 });
		schedule.lookStarts('run0', 9_000);
		schedule.stillGoing('run0', 9_000);
		expect(schedule.next()?.dueAt).toBe(12_000);
	});

	it('takes a last look a second before the deadline, whatever was learned', () => {
		const schedule = scheduled([0, 0], { deadline: 30_000 });
		schedule.ended('run0', 600_000);
		const looks = lookUntil(schedule, 30_000);
		expect(looks[0]).toEqual([29_000, 'run1']);
		expect(looks).toHaveLength(1);
	});

	it('does not look again and again after a last look that could not be made', () => {
		const schedule = scheduled([0], { deadline: 30_000 });
		schedule.lookStarts('run0', 29_000);
		schedule.lookAgainAt('run0', 33_000);
		expect(schedule.next()?.dueAt).toBe(33_000);
	});

	it('forgets a run that is removed', () => {
		const schedule = scheduled([0, 0]);
		schedule.remove('run0');
		expect(schedule.next()?.run_id).toBe('run1');
		schedule.remove('run1');
		expect(schedule.next()).toBeUndefined();
	});

	it('ignores what is told of a run that it does not know', () => {
		const schedule = scheduled([]);
		schedule.lookStarts('x', 0);
		schedule.stillGoing('x', 0);
		schedule.lookAgainAt('x', 0);
		schedule.belongsTo('x', 'app');
		schedule.ended('x', 5);
		expect(schedule.next()).toBeUndefined();
	});
});
