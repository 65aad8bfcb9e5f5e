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
		schedule.stillGoing(next.run_id);
	}
};

const gaps = (looks: Array<[number, string]>): number[] =>
	looks.slice(1).map(([at], i) => at - (looks[i]?.[0] ?? 0));

describe('the schedule of looks', () => {
	it('has nothing to look at before anything was added', () => {
		expect(new Schedule().next()).toBeUndefined();
	});

	it('looks first after 2 s, then every second, and every three once it takes longer than most', () => {
		const looks = lookUntil(scheduled([1_000]), 250_000);
		expect(looks[0]).toEqual([3_000, 'run0']);
		const between = gaps(looks);
		expect(between.slice(0, 34)).toEqual(Array.from({ length: 34 }, () => 1_000));
		expect(new Set(between.slice(34))).toEqual(new Set([3_000]));
	});

	it('looks ever more rarely at a run that takes long, but at the longest once a minute', () => {
		const between = gaps(lookUntil(scheduled([0]), 5 * 60 * 60_000));
		expect(between.at(-1)).toBeCloseTo(60_000);
		between.slice(29).forEach((gap, i) => {
			expect(gap).toBeGreaterThan((between[28 + i] ?? 0) - 1);
		});
	});

	it('looks at the runs of one app in turn', () => {
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
	});

	it.each([
		[1, 30],
		[10, 26],
		[20, 12],
		[40, 7],
		[49, 3],
		[50, 2],
		[200, 2],
	])(
		'probes a batch of %i in the first minute only so often that all can be looked at',
		(count, most) => {
			const looks = lookUntil(scheduled(Array.from({ length: count }, () => 0)), 59_999);
			expect(looks.length).toBeLessThanOrEqual(Math.max(most, 50 - count));
			expect(looks.length).toBeGreaterThan(0);
		},
	);

	it('probes for smaller plans in proportion', () => {
		const schedule = new Schedule(10);
		schedule.add({ run_id: 'run0', app_id: 'app', since: 0, deadline: FAR, lookNow: false });
		expect(lookUntil(schedule, 59_999).length).toBeLessThanOrEqual(10);
	});

	it('looks at no run before its own 2 s, even if its app was looked at before', () => {
		const looks = lookUntil(scheduled([0, 4_000]), 20_000);
		const [firstOfSecond] = looks.find(([, run_id]) => run_id === 'run1') ?? [];
		expect(firstOfSecond).toBeGreaterThanOrEqual(6_000);
	});

	it('does not probe another run before the last probe is back, but for one that hangs', () => {
		const schedule = scheduled([0, 0]);
		schedule.lookStarts('run0', 2_000);
		expect(schedule.next()).toEqual({ run_id: 'run1', dueAt: 5_000 });
		schedule.stillGoing('run0');
		expect(schedule.next()).toEqual({ run_id: 'run1', dueAt: 3_000 });
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
		schedule.stillGoing('run0');
		expect(schedule.next()?.run_id).toBe('run0');
	});

	it('learns from the first end found when to look at the rest', () => {
		const schedule = scheduled([0, 10_000, 50_000]);
		schedule.lookStarts('run0', 20_500);
		schedule.ended('run0', 20_000);
		expect(schedule.next()).toEqual({ run_id: 'run1', dueAt: 30_000 });
		schedule.lookStarts('run1', 30_000);
		schedule.ended('run1', 20_000);
		expect(schedule.next()).toEqual({ run_id: 'run2', dueAt: 70_000 });
	});

	it('looks at all that are likely over at the same time', () => {
		const schedule = scheduled([0, 0, 0]);
		schedule.lookStarts('run0', 20_500);
		schedule.ended('run0', 20_000);
		schedule.lookStarts('run1', 20_600);
		expect(schedule.next()).toEqual({ run_id: 'run2', dueAt: 20_000 });
	});

	it('after an end probes the next run at once, where it cannot tell how long that one takes', () => {
		const schedule = scheduled([0, 0, 0]);
		for (const run_id of ['run1', 'run2']) {
			schedule.lookStarts(run_id, 40_000);
			schedule.stillGoing(run_id);
		}
		schedule.lookStarts('run0', 43_000);
		schedule.ended('run0', 10_000);
		expect(schedule.next()?.dueAt).toBe(43_000);
	});

	it('goes back to probing where a run takes longer than all that ended', () => {
		const schedule = scheduled([0, 0]);
		schedule.lookStarts('run0', 20_500);
		schedule.ended('run0', 20_000);
		const looks = lookUntil(schedule, 60_000);
		expect(looks[0]).toEqual([20_000, 'run1']);
		expect(looks[1]).toEqual([21_000, 'run1']);
	});

	it('learns nothing for other apps', () => {
		const schedule = scheduled([0]);
		schedule.add({ run_id: 'other', app_id: 'b', since: 0, deadline: FAR, lookNow: false });
		schedule.ended('run0', 60_000);
		expect(schedule.next()).toEqual({ run_id: 'other', dueAt: 2_000 });
	});

	it('learns nothing from an end whose duration is not known', () => {
		const schedule = scheduled([0, 0]);
		schedule.ended('run0', null);
		expect(schedule.next()).toEqual({ run_id: 'run1', dueAt: 2_000 });
	});

	it('lets a run whose app was not known learn from its app once it is', () => {
		const schedule = scheduled([0]);
		schedule.add({ run_id: 'late', app_id: '', since: 0, deadline: FAR, lookNow: false });
		schedule.ended('run0', 40_000);
		schedule.belongsTo('late', 'app');
		expect(schedule.next()).toEqual({ run_id: 'late', dueAt: 40_000 });
	});

	it('looks again when it is told to after a look that could not be made', () => {
		const schedule = scheduled([0]);
		schedule.lookStarts('run0', 2_500);
		schedule.lookAgainAt('run0', 9_000);
		expect(schedule.next()).toEqual({ run_id: 'run0', dueAt: 9_000 });
		schedule.lookStarts('run0', 9_000);
		schedule.stillGoing('run0');
		expect(schedule.next()?.dueAt).toBe(10_000);
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
		schedule.stillGoing('x');
		schedule.lookAgainAt('x', 0);
		schedule.belongsTo('x', 'app');
		schedule.ended('x', 5);
		expect(schedule.next()).toBeUndefined();
	});
});
