import fc from 'fast-check';
import { isRecord, type JsonRecord } from '../../../nodes/Magnific/api/guards';
import {
	parseAppDefinition,
	type AppDefinition,
	type AppInput,
} from '../../../nodes/Magnific/api/types';
import { matchColumns, matchFields, matchJson } from '../../../nodes/Magnific/runs/inputs';
import { checkInputs, type BinaryFields } from '../../../nodes/Magnific/runs/validate';
import { app, file, input } from '../support/fixtures';
import { holds } from './holds';
import { anything, loose, overTheWire, treacherous, word } from './values';

const rawInput = loose({
	id: fc.oneof(word(6), treacherous),
	api_key: anything,
	key: anything,
	label: anything,
	type: fc.oneof(
		fc.constantFrom('text', 'number', 'select', 'creation', 'list', 'toggle'),
		anything,
	),
	config: fc.oneof(loose({ mediaType: anything, options: anything }), anything),
	default: anything,
	required: fc.oneof(fc.boolean(), anything),
});

/** An app as the API may describe it one day. */
const anyApp = fc
	.array(rawInput, { maxLength: 5 })
	.map((inputs) => parseAppDefinition(overTheWire({ data: { sqid: 'uqzQLDr2Aw', inputs } })));

const binaries: fc.Arbitrary<BinaryFields> = fc
	.uniqueArray(fc.oneof(fc.constantFrom('data', 'photo'), word(6)), { maxLength: 3 })
	.map((fields) => Object.fromEntries(fields.map((field) => [field, file({ field })])));

const valuesFor = (definition: AppDefinition): fc.Arbitrary<JsonRecord> => {
	const names = definition.inputs.flatMap(({ id, api_key, key, label }) =>
		[id, api_key, key, label].filter((name) => name !== null),
	);
	const name = names.length > 0 ? fc.oneof(fc.constantFrom(...names), word()) : word();
	return fc.dictionary(name, fc.oneof(anything, fc.constantFrom('data', 'photo')), {
		maxKeys: 6,
		noNullPrototype: true,
	});
};

const situation = anyApp.chain((definition) =>
	fc.record({
		definition: fc.constant(definition),
		values: valuesFor(definition),
		files: binaries,
	}),
);

const matchers = (definition: AppDefinition, values: JsonRecord, files: BinaryFields) => [
	matchFields(definition, values),
	matchJson(definition, values),
	matchColumns(definition, values, Object.keys(files)),
];

const given = (definition: AppDefinition): Map<string, AppInput> =>
	new Map(definition.inputs.map((one) => [one.id, one]));

describe('the inputs of an item, whatever the app and whatever was entered', () => {
	it('are those of the app, or what is wrong is said in words', () => {
		holds(
			fc.property(situation, ({ definition, values, files }) => {
				for (const matched of matchers(definition, values, files)) {
					const { inputs, problems } = checkInputs(definition, matched, files);
					const known = given(definition);
					for (const id of Object.keys(inputs)) expect(known.has(id)).toBe(true);
					for (const problem of problems) {
						expect(problem.trim()).not.toBe('');
						expect(problem).not.toMatch(/\[object Object\]|undefined$/);
					}
				}
			}),
		);
	});

	it('are complete and of their types where nothing is said to be wrong', () => {
		holds(
			fc.property(situation, ({ definition, values, files }) => {
				for (const matched of matchers(definition, values, files)) {
					const { inputs, problems } = checkInputs(definition, matched, files);
					if (problems.length > 0) continue;
					for (const { id, type, required, options } of definition.inputs) {
						const checked = Object.hasOwn(inputs, id) ? inputs[id] : undefined;
						if (required) expect([id, checked]).not.toEqual([id, undefined]);
						if (!checked || !('value' in checked)) {
							if (checked) expect(type).toBe('creation');
							continue;
						}
						const { value } = checked;
						if (type === 'text') expect(typeof value).toBe('string');
						if (type === 'number') expect(Number.isFinite(value)).toBe(true);
						if (type === 'select' && options.length > 0) {
							expect(options.map((option) => option.value as unknown)).toContain(value);
						}
						if (type === 'creation') expect(typeof value).toBe('string');
					}
				}
			}),
		);
	});

	it('are the same from an object and from its JSON', () => {
		holds(
			fc.property(situation, ({ definition, values }) => {
				const plain = overTheWire(values);
				expect(matchJson(definition, JSON.stringify(plain))).toEqual(matchJson(definition, plain));
			}),
		);
	});

	it('are refused as a whole where the text is no JSON object', () => {
		holds(
			fc.property(anyApp, fc.oneof(fc.string(), fc.json()), (definition, text) => {
				const { given: found, problems } = matchJson(definition, text);
				let parsed: unknown;
				try {
					parsed = text.trim() === '' ? null : JSON.parse(text);
				} catch {
					parsed = 'no JSON';
				}
				if (parsed === null || isRecord(parsed)) return;
				expect(found.size).toBe(0);
				expect(problems).toHaveLength(1);
			}),
		);
	});
});

/** An input with a value that it must take, and what is to be sent. */
const fitting = fc.oneof(
	fc.record({ type: fc.constant('text'), value: word(), sent: fc.constant(undefined) }),
	fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).chain((number) =>
		fc.record({
			type: fc.constant('number'),
			value: fc.constantFrom<Array<string | number>>(number, ` ${String(number)} `),
			sent: fc.constant(Number(String(number))),
		}),
	),
	fc.record({
		type: fc.constant('select'),
		value: fc.constantFrom<Array<string | number>>('b', 2, '2', 'Label Three', 'label three'),
		sent: fc.constant(undefined),
	}),
	fc.record({
		type: fc.constant('creation'),
		value: fc.oneof(
			fc.webUrl(),
			word(6).map((text) => `cr7${text}XYZ`),
		),
		sent: fc.constant(undefined),
	}),
);

const OPTIONS = [
	{ value: 'b', label: 'Bee' },
	{ value: 2, label: 'Two' },
	{ value: 'c', label: 'Label Three' },
];

const SELECTED = new Map<unknown, unknown>([
	['b', 'b'],
	[2, 2],
	['2', 2],
	['Label Three', 'c'],
	['label three', 'c'],
]);

describe('values that fit', () => {
	it('are taken under every name of their input, and sent as they are meant', () => {
		const naming = fc.constantFrom('id', 'api_key', 'key', 'label');
		holds(
			fc.property(
				fc.array(fc.tuple(fitting, naming, fc.boolean()), { minLength: 1, maxLength: 5 }),
				(entries) => {
					const definition = app({
						inputs: entries.map(([{ type }, , required], i) =>
							input({
								id: `input-${String(i)}`,
								api_key: `slug_${String(i)}`,
								key: `old_${String(i)}`,
								label: `Label of ${String(i)}`,
								type,
								required,
								options: type === 'select' ? OPTIONS : [],
							}),
						),
					});
					const nameOf = (i: number): string =>
						String(definition.inputs[i]?.[entries[i]?.[1] as 'id' | 'api_key' | 'key' | 'label']);
					const values = Object.fromEntries(entries.map(([{ value }], i) => [nameOf(i), value]));
					for (const matched of [
						matchJson(definition, values),
						matchColumns(definition, { ...values, other: 1 }, []),
					]) {
						const { inputs, problems } = checkInputs(definition, matched, {});
						expect(problems).toEqual([]);
						// JSON has no -0.
						expect(overTheWire(inputs)).toEqual(
							Object.fromEntries(
								entries.map(([{ type, value, sent }], i) => [
									`input-${String(i)}`,
									{
										value:
											type === 'select'
												? SELECTED.get(value)
												: (sent ?? (typeof value === 'string' ? value.trim() : value)),
									},
								]),
							),
						);
					}
				},
			),
		);
	});
});
