import fc from 'fast-check';
import { readSelectOptions } from '../../../nodes/Magnific/api/selectOptions';
import { holds } from './holds';
import { anything, loose, overTheWire, word } from './values';

const option = fc.record({
	value: fc.oneof(word(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
	label: word(),
});

const options = fc.uniqueArray(option, { selector: ({ value }) => value, maxLength: 12 });

describe('the options of a select input', () => {
	it('are read from every form that is known, in order', () => {
		holds(
			fc.property(options, loose({ icon: anything }), (wanted, more) => {
				const own = typeof more === 'object' ? more : {};
				const harmless = Object.fromEntries(
					Object.entries(own ?? {}).filter(
						([name]) => !['value', 'id', 'key', 'name', 'label', 'title', 'text'].includes(name),
					),
				);
				const forms = [
					wanted,
					wanted.map(({ value, label }) => ({ ...harmless, id: value, name: label })),
					wanted.map(({ value, label }) => ({ ...harmless, key: value, title: label })),
					wanted.map(({ value, label }) => ({ ...harmless, value, text: label })),
				];
				for (const form of forms) expect(readSelectOptions(form)).toEqual(wanted);
				expect(readSelectOptions(wanted.map(({ value }) => value))).toEqual(
					wanted.map(({ value }) => ({ value, label: String(value) })),
				);
			}),
		);
	});

	it('have distinct values that can be sent and labels that can be read, whatever comes', () => {
		const entry = fc.oneof(
			anything,
			loose({ value: anything, id: anything, name: anything, label: anything, title: anything }),
		);
		const raw = fc.oneof(
			fc.array(entry, { maxLength: 8 }),
			fc.dictionary(fc.string(), entry),
			anything,
		);
		holds(
			fc.property(raw, (given) => {
				const read = readSelectOptions(overTheWire(given));
				expect(new Set(read.map(({ value }) => value)).size).toBe(read.length);
				for (const { value, label } of read) {
					expect(typeof value === 'number' ? Number.isFinite(value) : value !== '').toBe(true);
					expect(label).not.toBe('');
				}
			}),
		);
	});
});
