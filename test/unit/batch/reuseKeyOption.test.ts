import { readReuseKey } from '../../../nodes/Magnific/batch/reuseKeyOption';

describe('what an item is the same by', () => {
	it.each<[unknown, string]>([
		['SKU-1', 'SKU-1'],
		[' SKU-1 ', 'SKU-1'],
		[7, '7'],
		[false, 'false'],
		['', ''],
		[null, ''],
		[undefined, ''],
		['undefined', ''],
		[' NaN ', ''],
	])('is, of %j, the text “%s”', (given, key) => {
		expect(readReuseKey(given)).toBe(key);
	});

	it.each([[{ sku: 1 }], [['SKU-1']], ['{{ $json.sku }}'], ['[object Object]']])(
		'is never %j, which all items would share',
		(given) => {
			expect(readReuseKey(given)).toBeUndefined();
		},
	);
});
