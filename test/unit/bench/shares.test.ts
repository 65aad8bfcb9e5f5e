import {
	longestWithout,
	shareOf,
	unfairnessOf,
	withoutLook,
	type SeenRequest,
} from '../../../bench/real/shares';

const A_MINUTE_MS = 60_000;
const TWO_MINUTES = { from: 0, to: 2 * A_MINUTE_MS };

const seen = (
	kind: SeenRequest['kind'],
	second: number,
	{ by = 'one', isLetThrough = true } = {},
): SeenRequest => ({ by, at: second * 1_000, kind, isLetThrough });

const refused = { isLetThrough: false };
const ofOther = { by: 'other' };

describe('the longest time without a moment', () => {
	it.each([
		{ what: 'is all of a span without any', moments: [], expected: 100 },
		{ what: 'is that between two, in whatever order', moments: [90, 20, 10], expected: 70 },
		{ what: 'is that before the first', moments: [60, 80], expected: 60 },
		{ what: 'is that after the last', moments: [10, 30], expected: 70 },
		{ what: 'does not heed moments outside', moments: [-5, 50, 100], expected: 50 },
	])('$what', ({ moments, expected }) => {
		expect(longestWithout(moments, { from: 0, to: 100 })).toBe(expected);
	});
});

describe('unfairness', () => {
	it.each([
		{ counts: [250, 250], expected: 0 },
		{ counts: [300, 200], expected: 0.2 },
		{ counts: [100, 100, 100, 0], expected: 1 },
		{ counts: [0, 0], expected: 0 },
	])('of $counts is $expected', ({ counts, expected }) => {
		expect(unfairnessOf(counts)).toBeCloseTo(expected, 10);
	});
});

describe('a share of a key', () => {
	it('is what was let through of its own requests, minute by minute', () => {
		const requests = [
			seen('other', 0),
			seen('submission', 1),
			seen('submission', 2, refused),
			seen('submission', 3, ofOther),
			seen('look', 60),
			seen('look', 120),
		];
		expect(shareOf('one', requests, TWO_MINUTES).per_minute).toEqual([2, 1]);
	});

	it('tells how long nothing was let through, whatever was refused meanwhile', () => {
		const requests = [
			seen('submission', 10),
			seen('submission', 50, refused),
			seen('submission', 60, ofOther),
			seen('look', 90),
		];
		expect(shareOf('one', requests, TWO_MINUTES).without_request_s).toBe(80);
	});
});

describe('the time without a look', () => {
	it('begins with the first run, and is not ended by a look of others or a refused one', () => {
		const requests = [
			seen('submission', 5, refused),
			seen('submission', 10),
			seen('look', 20, ofOther),
			seen('look', 40, refused),
			seen('submission', 50),
			seen('look', 90),
			seen('look', 100),
		];
		expect(withoutLook('one', requests, 110_000)).toBe(80);
	});

	it('lasts until the end where no look comes', () => {
		expect(withoutLook('one', [seen('submission', 10)], 110_000)).toBe(100);
	});

	it('is none as long as there is no run', () => {
		expect(withoutLook('one', [seen('other', 10)], 110_000)).toBe(0);
	});
});
