import fc from 'fast-check';

/** Names that every object of JavaScript has, and that JSON may bring. */
export const treacherous = fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'valueOf');

/** Whatever an answer may hold under a documented name: what belongs there, and what does not. */
export const anything = fc.oneof(
	{ depthSize: 'small' },
	fc.jsonValue({ maxDepth: 2 }),
	fc.constantFrom<unknown[]>(
		undefined,
		null,
		'',
		' ',
		'7',
		'1e3',
		NaN,
		true,
		'https://a.example/b',
	),
	treacherous,
);

/** An object that may have these fields, and others too. */
export const loose = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
	fc
		.tuple(
			fc.record(fields, { requiredKeys: [] }),
			fc.dictionary(fc.string(), anything, { maxKeys: 2 }),
		)
		.map(([known, more]) => ({ ...more, ...known }));

/** What comes over the wire instead of a value. */
export const overTheWire = (value: unknown): unknown =>
	value === undefined ? undefined : JSON.parse(JSON.stringify(value));

/** A text of letters and digits, never empty. */
export const word = (maxLength = 20): fc.Arbitrary<string> =>
	fc.string({
		minLength: 1,
		maxLength,
		unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCXYZ0123456789'.split('')),
	});

/** Changes one place of a text: another character in it, one more, or one less. Never the same text. */
export const mutation = (unit: fc.Arbitrary<string>): fc.Arbitrary<(text: string) => string> =>
	fc
		.record({ how: fc.constantFrom('replace', 'insert', 'delete'), place: fc.nat(), unit })
		.map(({ how, place, unit: other }) => (text) => {
			if (text === '') return other;
			const at = place % text.length;
			const [before, after] = [text.slice(0, at), text.slice(at + 1)];
			if (how === 'insert') return before + other + text.slice(at);
			if (how === 'delete' || text[at] === other) return before + after;
			return before + other + after;
		});
