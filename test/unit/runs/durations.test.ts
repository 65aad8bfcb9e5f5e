import { Durations } from '../../../nodes/Magnific/runs/durations';

/** Runs that ended after these durations, each found by its first look. */
const ended = (...durations: number[]): Durations => {
	const known = new Durations();
	durations.forEach((duration, i) => {
		known.sawEnded(String(i), duration, 0, duration);
	});
	return known;
};

describe('what is known of durations', () => {
	it('tells nothing before a run has ended', () => {
		const known = new Durations();
		expect(known.likelyEnd(0)).toBeUndefined();
		known.sawGoing('a', 5_000, 0);
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
		known.sawGoing('a', 30, 20);
		known.sawGoing('b', 30, 20);
		expect(known.likelyEnd(0)).toBeUndefined();
		known.forget('a');
		known.forget('b');
		expect(known.likelyEnd(0)).toBe(10);
	});

	it('learns nothing from an end whose time is not known', () => {
		const known = new Durations();
		known.sawEnded('a', 100, 0, null);
		expect(known.likelyEnd(0)).toBeUndefined();
	});

	it('foretells nothing any more once its word has failed often, and again once it would have held', () => {
		const known = ended(10);
		for (let i = 0; i < 4; i++) {
			known.sawGoing('a', 11, 0);
			known.forget('a');
		}
		expect(known.likelyEnd(0)).toBeUndefined();
		for (let i = 0; i < 12; i++) known.sawEnded(`b${String(i)}`, 10, 0, 10);
		expect(known.likelyEnd(0)).toBe(10);
	});
});
