import {
	isEmpty,
	matchColumns,
	matchFields,
	matchJson,
	type MatchedInputs,
} from '../../../nodes/Magnific/runs/inputs';
import { app, input } from '../support/fixtures';

const definition = app({
	inputs: [
		input({ id: 'input-1', api_key: 'prompt', key: 'old_prompt', label: 'Prompt' }),
		input({ id: 'input-2', label: 'Product Photo', type: 'creation' }),
		input({ id: 'input-3', api_key: 'color_a', label: 'Color' }),
		input({ id: 'input-4', label: 'Color' }),
	],
});

/** What was given, by id. */
const given = (matched: MatchedInputs): Record<string, unknown> =>
	Object.fromEntries([...matched.given].map(([{ id }, value]) => [id, value]));

describe('the values of the form', () => {
	it('are matched by input id, and those that nobody entered are left out', () => {
		const matched = matchFields(definition, {
			'input-1': 'a red car',
			'input-2': null,
			'input-3': '  ',
			'input-4': 0,
		});
		expect(given(matched)).toEqual({ 'input-1': 'a red car', 'input-4': 0 });
		expect(matched.problems).toEqual([]);
	});

	it('that belong to an input which is gone are told, with the inputs there are', () => {
		const matched = matchFields(definition, { gone: 'x', 'gone too': '' });
		expect(matched.problems).toEqual([
			'the app has no input “gone” any more; open the node and refresh its fields (the app’s inputs are “Prompt”, “Product Photo”, “Color”, “Color”)',
		]);
	});

	it.each(['prompt', 'old_prompt', 'Prompt', ' pROMPT '])(
		'may call an input as JSON does: %j',
		(name) => {
			const matched = matchFields(definition, { [name]: 'a red car' });
			expect(given(matched)).toEqual({ 'input-1': 'a red car' });
			expect(matched.problems).toEqual([]);
		},
	);

	it('are those of the ids where an input is there under its name too', () => {
		for (const values of [
			{ Prompt: 'left over', 'input-1': 'shown' },
			{ 'input-1': 'shown', Prompt: 'left over' },
		]) {
			const matched = matchFields(definition, values);
			expect(given(matched)).toEqual({ 'input-1': 'shown' });
			expect(matched.problems).toEqual([]);
		}
		expect(given(matchFields(definition, { 'input-1': null, Prompt: 'written' }))).toEqual({
			'input-1': 'written',
		});
	});

	it('belong to the id that is another input’s api_key or label', () => {
		const tricky = app({
			inputs: [input({ id: 'a', api_key: 'b', label: 'b' }), input({ id: 'b', label: 'B' })],
		});
		expect(given(matchFields(tricky, { b: 'x' }))).toEqual({ b: 'x' });
	});

	it('must not use a label that two inputs share, and are told the ids', () => {
		const matched = matchFields(definition, { Color: 'red' });
		expect(given(matched)).toEqual({});
		expect(matched.problems).toEqual([
			'“Color” names 2 inputs of the app; use an id instead: input-3 (color_a), input-4',
		]);
	});

	it('must not give one input twice under two of its names', () => {
		expect(matchFields(definition, { Prompt: 'a', prompt: 'b' }).problems).toEqual([
			'“Prompt” is given twice',
		]);
	});

	it('keep false, which is a value', () => {
		expect(given(matchFields(definition, { 'input-1': false }))).toEqual({ 'input-1': false });
	});
});

describe('the inputs as JSON', () => {
	it.each(['input-1', 'prompt', 'old_prompt', 'Prompt', ' pROMPT '])(
		'may call an input by its id, api_key, key or label: %j',
		(name) => {
			const matched = matchJson(definition, { [name]: 'a red car' });
			expect(given(matched)).toEqual({ 'input-1': 'a red car' });
			expect(matched.problems).toEqual([]);
		},
	);

	it('are an object or its text', () => {
		expect(given(matchJson(definition, '{ "Prompt": "a", "color_a": 3 }'))).toEqual({
			'input-1': 'a',
			'input-3': 3,
		});
	});

	it.each([[''], ['  '], ['null'], [null], [undefined], ['{}']])('may be nothing: %j', (raw) => {
		expect(matchJson(definition, raw)).toEqual({ given: new Map(), problems: [] });
	});

	it('prefer an id or api_key to a label of another input', () => {
		const tricky = app({
			inputs: [
				input({ id: 'a', label: 'style' }),
				input({ id: 'b', api_key: 'style', label: 'B' }),
			],
		});
		expect(given(matchJson(tricky, { style: 'x' }))).toEqual({ b: 'x' });
	});

	it('prefer the label in its own case to one in another', () => {
		const tricky = app({
			inputs: [input({ id: 'a', label: 'STYLE' }), input({ id: 'b', label: 'Style' })],
		});
		expect(given(matchJson(tricky, { Style: 'x' }))).toEqual({ b: 'x' });
		expect(matchJson(tricky, { style: 'x' }).problems).toHaveLength(1);
	});

	it('must not use a label that two inputs share, and are told the ids', () => {
		const matched = matchJson(definition, { Color: 'red' });
		expect(given(matched)).toEqual({});
		expect(matched.problems).toEqual([
			'“Color” names 2 inputs of the app; use an id instead: input-3 (color_a), input-4',
		]);
		expect(matchJson(definition, { 'input-4': 'red' }).problems).toEqual([]);
	});

	it('must not give one input twice', () => {
		const matched = matchJson(definition, { Prompt: 'a', prompt: 'b' });
		expect(given(matched)).toEqual({ 'input-1': 'a' });
		expect(matched.problems).toEqual(['“Prompt” is given twice']);
	});

	it('must not have keys that no input has', () => {
		expect(matchJson(definition, { promt: 'a' }).problems).toEqual([
			'“promt” is not an input of the app; the app’s inputs are “Prompt”, “Product Photo”, “Color”, “Color”',
		]);
		expect(matchJson(app(), { any: 'a' }).problems).toEqual([
			'“any” is not an input of the app; the app has no inputs',
		]);
	});

	it.each([['[1]'], ['"text"'], ['7'], [[1]], [7], [true]])('must be an object, not %j', (raw) => {
		expect(matchJson(definition, raw).problems).toEqual([
			'the inputs must be a JSON object such as { "Prompt": "a red car" }',
		]);
	});

	it('must be JSON', () => {
		expect(matchJson(definition, '{ "Prompt": }').problems).toEqual([
			expect.stringMatching(/^the inputs are not valid JSON: ./),
		]);
	});

	it('leave out what is empty, but keep lists and objects', () => {
		const matched = matchJson(definition, { 'input-1': '', 'input-2': null, 'input-3': [] });
		expect(given(matched)).toEqual({ 'input-3': [] });
	});
});

describe('the columns of an item', () => {
	it('are matched like JSON keys, and those that are no input are left alone', () => {
		const matched = matchColumns(definition, { prompt: 'a', sku: 7, color_a: null }, []);
		expect(given(matched)).toEqual({ 'input-1': 'a' });
		expect(matched.problems).toEqual([]);
	});

	it('may be a binary field that is named like a creation input', () => {
		const matched = matchColumns(definition, {}, ['Product Photo', 'Prompt', 'other']);
		expect(given(matched)).toEqual({ 'input-2': 'Product Photo' });
	});

	it('go before a binary field of the same name, and the first before a second', () => {
		const columns = { 'Product Photo': 'https://x.example/a.png', prompt: 'a', Prompt: 'b' };
		expect(given(matchColumns(definition, columns, ['Product Photo']))).toEqual({
			'input-1': 'a',
			'input-2': 'https://x.example/a.png',
		});
	});

	it('that name two inputs are told', () => {
		expect(matchColumns(definition, { Color: 'red' }, []).problems).toEqual([
			expect.stringContaining('“Color” names 2 inputs'),
		]);
		expect(matchColumns(definition, { Color: '' }, []).problems).toEqual([]);
	});
});

describe('emptiness', () => {
	it('is null, undefined and blank text, nothing else', () => {
		expect([null, undefined, '', ' \n'].every(isEmpty)).toBe(true);
		expect([0, false, [], {}, 'x'].some(isEmpty)).toBe(false);
	});
});

describe('an expression that was not resolved', () => {
	it.each([
		['{ "Prompt": {{ $json.title }} }', /not valid JSON: the text holds .*switch the field/],
		['{ "{{ $json.name }}": 1 }', /^the name of an input holds .*switch the field to Expression/],
		['[object Object]', /not valid JSON: the text holds “\[object Object\]”/],
	])('is named as what is wrong with the JSON %j', (raw, said) => {
		expect(matchJson(definition, raw).problems).toEqual([expect.stringMatching(said)]);
	});
});
