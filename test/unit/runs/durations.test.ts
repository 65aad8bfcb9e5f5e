import { Durations } from '../../../nodes/Magnific/runs/durations';

/** Runs that ended after these durations, each found by its first look. */
const ended = (...durations: number[]): Durations => {
	const known = new Durations();
	durations.forEach((duration, i) => {
		known.sawEnded(String(i), duration);
	});
	return known;
};

describe('what is known of durations', () => {
	it('tells nothing before a run has ended', () => {
		const known = new Durations();
		expect(known.likelyEnd(0)).toBeUndefined();
		known.sawGoing('a', 5_000);
		expect(known.likelyEnd(0)).toBeUndefined();
	});

	it('takes one end for the rule', () => {
		expect(ended(20).likelyEnd(0)).toBe(20);
	});

	it('names the age at which seven in ten are over', () => {
		expect(ended(10, 20, 30, 40, 50, 60, 70, 80, 90, 100).likelyEnd(0)).toBe(70);
	});

	it('judges a run that goes on by those that went on as long', () => {
		const known = ended(10, 10, 10, 10, 50, 60);
		expect(known.likelyEnd(0)).toBe(50);
		expect(known.likelyEnd(20)).toBe(60);
		expect(known.likelyEnd(60)).toBeUndefined();
	});

	it('counts those that were seen going when others had ended', () => {
		const known = ended(10);
		known.sawGoing('a', 30);
		known.sawGoing('b', 30);
		expect(known.likelyEnd(0)).toBeUndefined();
		known.forget('a');
		known.forget('b');
		expect(known.likelyEnd(0)).toBe(10);
	});

	it('are put together as Kaplan and Meier do, in whatever order they were learned', () => {
		const known = ended(30, 10, 20);
		for (const age of [25, 5, 15]) known.sawGoing(`going ${String(age)}`, age);
		const [first, second, third, ...others] = known.curve();
		expect([first?.age, second?.age, third?.age, others]).toEqual([10, 20, 30, []]);
		expect(first?.left).toBeCloseTo(4 / 5);
		expect(second?.left).toBeCloseTo((4 / 5) * (2 / 3));
		expect(third?.left).toBeCloseTo(0);
	});

	it('count a run that was seen going at the very age at which another ended', () => {
		const known = ended(10);
		known.sawGoing('a', 10);
		expect(known.curve()).toEqual([{ age: 10, left: 0.5 }]);
	});

	it('learns nothing from an end whose time is not known', () => {
		const known = new Durations();
		known.sawEnded('a', null);
		expect(known.likelyEnd(0)).toBeUndefined();
	});

	it('in a large batch may be a thirty-second part behind, and no more', () => {
		const known = ended(...Array.from({ length: 320 }, () => 10));
		expect(known.likelyEnd(0)).toBe(10);
		const curve = known.curve();
		for (let i = 0; i < 10; i++) known.sawGoing(String(i), 20);
		expect(known.curve()).toBe(curve);
		known.sawGoing('one more', 20);
		expect(known.curve()).not.toBe(curve);
	});
});
