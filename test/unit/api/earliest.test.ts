import fc from 'fast-check';
import { Earliest } from '../../../nodes/Magnific/api/earliest';

const step = fc.record({
	item: fc.nat(20),
	/** Undefined: it is taken out. */
	at: fc.option(fc.nat(10), { nil: undefined }),
});

describe('things in the order of a time', () => {
	it('give the first, whatever came in, moved and went out before', () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
				const earliest = new Earliest<number>((one, other) => one < other);
				const plain = new Map<number, number>();
				for (const { item, at } of steps) {
					if (at === undefined) {
						expect(earliest.delete(item)).toBe(plain.delete(item));
					} else {
						earliest.set(item, at);
						plain.set(item, at);
					}
					const [first] = [...plain].sort(([a, one], [b, other]) => one - other || a - b);
					expect(earliest.first()).toEqual(first && { item: first[0], at: first[1] });
					expect(earliest.size).toBe(plain.size);
					expect(earliest.has(item)).toBe(plain.has(item));
				}
				expect([...earliest.items()].sort()).toEqual([...plain.keys()].sort());
			}),
		);
	});

	it('are compared a few tens of times to move one of 10,000, not 10,000 times', () => {
		let compared = 0;
		const earliest = new Earliest<number>((one, other) => {
			compared += 1;
			return one < other;
		});
		for (let i = 0; i < 10_000; i++) earliest.set(i, 0);
		compared = 0;
		for (let i = 0; i < 100; i++) {
			earliest.delete(earliest.first()?.item ?? 0);
			earliest.set(i, 0);
		}
		expect(compared / 100).toBeLessThan(100);
	});
});
