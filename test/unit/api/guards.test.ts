import { firstText, isRecord, numberOrNull, textOrNull } from '../../../nodes/Magnific/api/guards';

describe('the guards', () => {
	it('take a plain object alone for a record', () => {
		expect([{}, { a: 1 }].every(isRecord)).toBe(true);
		expect([null, undefined, [], 'x', 1, true].some(isRecord)).toBe(false);
	});

	it('find the first text that has something in it', () => {
		expect(firstText(undefined, '', '  ', 7, 'a', 'b')).toBe('a');
		expect(firstText(null, 1)).toBeUndefined();
	});

	it.each([
		['42', 42],
		[' 2.5 ', 2.5],
		[0, 0],
		['0', 0],
		['', null],
		['  ', null],
		['12 credits', null],
		[NaN, null],
		[Infinity, null],
		[null, null],
		[true, null],
		[[5], null],
	])('read %j as the number %p', (value, expected) => {
		expect(numberOrNull(value)).toBe(expected);
	});

	it('take text alone for text', () => {
		expect(textOrNull('')).toBe('');
		expect(textOrNull(5)).toBeNull();
	});
});
