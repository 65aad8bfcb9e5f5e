import { readSelectOptions } from '../../../nodes/Magnific/api/selectOptions';

describe('the options of a select input', () => {
	it.each<[string, unknown, unknown]>([
		[
			'strings',
			['a', 'b'],
			[
				['a', 'a'],
				['b', 'b'],
			],
		],
		[
			'numbers',
			[1, 0, 2.5],
			[
				[1, '1'],
				[0, '0'],
				[2.5, '2.5'],
			],
		],
		['value and label', [{ value: 'a', label: 'A' }], [['a', 'A']]],
		['value alone', [{ value: 4 }], [[4, '4']]],
		['id and name', [{ id: 'a', name: 'A' }], [['a', 'A']]],
		['key and title', [{ key: 'a', title: 'A' }], [['a', 'A']]],
		['name alone', [{ name: 'A' }], [['A', 'A']]],
		['label alone', [{ label: 'A' }], [['A', 'A']]],
		['an empty label', [{ value: 'a', label: ' ' }], [['a', 'a']]],
		[
			'a map of value to label',
			{ a: 'A', b: 'B' },
			[
				['a', 'A'],
				['b', 'B'],
			],
		],
		[
			'a map of value to object',
			{ a: { label: 'A' }, b: {} },
			[
				['a', 'A'],
				['b', 'b'],
			],
		],
		[
			'a mix',
			['a', { value: 'b', label: 'B' }, 3],
			[
				['a', 'a'],
				['b', 'B'],
				[3, '3'],
			],
		],
	])('are read from %s', (_, raw, expected) => {
		expect(readSelectOptions(raw).map(({ value, label }) => [value, label])).toEqual(expected);
	});

	it('leave out a second option of the same value, and keep 1 and "1" apart', () => {
		const raw = [{ value: 'a', label: 'first' }, 'a', { id: 'a', name: 'third' }, 1, '1'];
		expect(readSelectOptions(raw)).toEqual([
			{ value: 'a', label: 'first' },
			{ value: 1, label: '1' },
			{ value: '1', label: '1' },
		]);
	});

	it('leave out what is no option', () => {
		expect(
			readSelectOptions([null, undefined, '', NaN, Infinity, true, [], {}, { value: {} }]),
		).toEqual([]);
	});

	it.each([[null], [undefined], ['a,b'], [7], [true]])('are none where they are %p', (raw) => {
		expect(readSelectOptions(raw)).toEqual([]);
	});
});
