import { readForAllItems } from '../../../nodes/Magnific/api/itemCredentials';

/** Reads a credential whose key is made from the item's index, and counts the reads. */
const reading = (keyOf: (itemIndex: number) => string) => {
	const reads: number[] = [];
	const read = async (itemIndex: number) => {
		reads.push(itemIndex);
		return await Promise.resolve({ apiKey: keyOf(itemIndex), baseUrl: '' });
	};
	return { reads, read };
};

const ofItems = (keys: string[]) => (itemIndex: number) => {
	const key = keys[itemIndex];
	if (key === undefined) throw new Error('There is no such item');
	return key;
};

describe('a credential for many items', () => {
	it('is read a few times only where it is the same for all', async () => {
		const { reads, read } = reading(() => 'key');
		await expect(readForAllItems(read, 10_000)).resolves.toMatchObject({ apiKey: 'key' });
		expect(reads.length).toBeLessThan(25);
	});

	it('is read once for a single item', async () => {
		const { reads, read } = reading(ofItems(['key']));
		await readForAllItems(read, 1);
		expect(reads).toEqual([0]);
	});

	it.each([
		[3, 1],
		[3, 2],
		[1_000, 777],
	])('of %i that has another key for item %i is refused', async (count, other) => {
		const keys = Array.from({ length: count }, (_, i) => (i === other ? 'b' : 'a'));
		await expect(readForAllItems(reading(ofItems(keys)).read, count)).rejects.toMatchObject({
			kind: 'rejected',
			message: expect.stringContaining(`for item ${String(other)} than for item 0`) as unknown,
		});
	});

	it('that depends on the item but is the same for all is taken', async () => {
		const keys = Array.from({ length: 50 }, () => 'a');
		await expect(readForAllItems(reading(ofItems(keys)).read, 50)).resolves.toMatchObject({
			apiKey: 'a',
		});
	});

	it('that an item has no key for is refused', async () => {
		await expect(readForAllItems(reading(ofItems(['a', 'a'])).read, 3)).rejects.toMatchObject({
			message: 'The expression in the credential gives nothing for item 2',
		});
	});

	it('is judged by its base URL too', async () => {
		const read = async (itemIndex: number) =>
			await Promise.resolve({ apiKey: 'a', baseUrl: `https://${String(itemIndex)}.example` });
		await expect(readForAllItems(read, 2)).rejects.toMatchObject({ kind: 'rejected' });
	});
});
