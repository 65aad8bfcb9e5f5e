import { readMetadataOption } from '../../../nodes/Magnific/batch/metadataOption';

describe('metadata', () => {
	it.each<[string, unknown, Record<string, string>]>([
		['nothing', {}, {}],
		['no rows', { values: [] }, {}],
		['one row', { values: { name: 'sku', value: 'A' } }, { sku: 'A' }],
		[
			'rows',
			{
				values: [
					{ name: ' sku ', value: ' A ' },
					{ name: 'n', value: 7 },
				],
			},
			{ sku: ' A ', n: '7' },
		],
		['a row that was left empty', { values: [{ name: '', value: '' }, {}] }, {}],
		[
			'a value that is not there',
			{ values: [{ name: 'a', value: null }, { name: 'b' }] },
			{ a: '', b: '' },
		],
		['an object', { values: [{ name: 'a', value: { b: [1] } }] }, { a: '{"b":[1]}' }],
		['a boolean', { values: [{ name: 'a', value: false }] }, { a: 'false' }],
		[
			'a date, without the quotes of JSON',
			{ values: [{ name: 'a', value: new Date(0) }] },
			{ a: '1970-01-01T00:00:00.000Z' },
		],
		['a number for a name', { values: [{ name: 3, value: 'x' }] }, { 3: 'x' }],
	])('is read from %s', (_, given, expected) => {
		expect(readMetadataOption(given)).toEqual(expected);
	});

	it.each<[string, unknown]>([
		['a text', 'sku'],
		['a list', [{ name: 'a', value: 'b' }]],
		['an object of another shape', { sku: 'A' }],
		[
			'a value without a name',
			{
				values: [
					{ name: 'a', value: 'b' },
					{ name: ' ', value: 'A' },
				],
			},
		],
		['a row that is none', { values: ['A'] }],
		['nothing where rows should be', { values: null }],
	])('is not %s', (_, given) => {
		expect(readMetadataOption(given)).toBeUndefined();
	});
});
