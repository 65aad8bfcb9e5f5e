import { fieldsOf } from '../../../nodes/Magnific/editor/resourceMapping';
import type { AppInput } from '../../../nodes/Magnific/api/types';
import { app, input } from '../support/fixtures';

const fields = (...inputs: AppInput[]) => fieldsOf(app({ inputs })).fields;

const options = [
	{ value: 'bright', label: 'Bright' },
	{ value: 2, label: 'Two' },
];

describe('the form of an app', () => {
	it('has one field per input, each with all that the editor wants to know', () => {
		expect(fields(input({ id: 'input-1', label: 'Prompt', required: true }))).toEqual([
			{
				id: 'input-1',
				displayName: 'Prompt',
				required: true,
				defaultMatch: false,
				display: true,
				type: 'string',
				readOnly: false,
				removed: false,
			},
		]);
	});

	it.each<[string, Partial<AppInput>, string]>([
		['text', { type: 'text' }, 'string'],
		['a number', { type: 'number' }, 'number'],
		['a select', { type: 'select', options }, 'options'],
		['a select without options', { type: 'select' }, 'string'],
		['a creation', { type: 'creation', media_type: 'image' }, 'string'],
		['a type that came later', { type: 'list' }, 'string'],
	])('shows %s', (_, own, type) => {
		expect(fields(input({ id: 'a', ...own }))[0]?.type).toBe(type);
	});

	it('offers the options of a select by their labels, with their own values', () => {
		expect(fields(input({ id: 'a', type: 'select', options }))[0]?.options).toEqual([
			{ name: 'Bright', value: 'bright' },
			{ name: 'Two', value: 2 },
		]);
		expect(fields(input({ id: 'a' }))[0]).not.toHaveProperty('options');
	});

	it.each<[string, Partial<AppInput>, unknown]>([
		['text', { default: 'a red car' }, 'a red car'],
		['an empty text', { default: '' }, ''],
		['a number', { type: 'number', default: 0 }, 0],
		['an option', { type: 'select', options, default: 'bright' }, 'bright'],
		['an option that came as text', { type: 'select', options, default: '2' }, 2],
	])('fills in the default of %s', (_, own, defaultValue) => {
		expect(fields(input({ id: 'a', ...own }))[0]?.defaultValue).toBe(defaultValue);
	});

	it.each<[string, Partial<AppInput>]>([
		['nothing', { default: null }],
		['an option that is gone', { type: 'select', options, default: 'dim' }],
		['a list', { type: 'list', default: ['a'] }],
		['a boolean', { default: true }],
	])('has no default where the API gives %s', (_, own) => {
		expect(fields(input({ id: 'a', ...own }))[0]).not.toHaveProperty('defaultValue');
	});

	it('says what medium an input wants, and tells fields of the same label apart', () => {
		const creation = (id: string, media_type: AppInput['media_type']) =>
			input({ id, label: 'Photo', type: 'creation', media_type });
		const names = fields(
			creation('a', 'image'),
			creation('b', 'image'),
			creation('c', null),
			input({ id: 'd', label: 'Photo' }),
			creation('e', 'video'),
		).map(({ displayName }) => displayName);
		expect(names).toEqual([
			'Photo (image)',
			'Photo (image) (2)',
			'Photo',
			'Photo (2)',
			'Photo (video)',
		]);
	});

	it('says so where the app has no inputs', () => {
		expect(fieldsOf(app())).toEqual({
			fields: [],
			emptyFieldsNotice: '“Product Photo” has no inputs: it runs as it is.',
		});
	});
});
