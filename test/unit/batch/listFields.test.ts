import {
	filtersField,
	limitFields,
	readLimit,
	simplify,
} from '../../../nodes/Magnific/batch/listFields';
import { nodeContext } from '../support/nodeContext';

const limitOf = (parameters: Record<string, unknown>): number =>
	readLimit(nodeContext({ parameters }).context, 0);

describe('how many results an item wants', () => {
	it('is 50 where nothing is said', () => {
		expect(limitOf({})).toBe(50);
	});

	it('is what the limit says, and all with Return All, whatever the limit', () => {
		expect(limitOf({ limit: '7' })).toBe(7);
		expect(limitOf({ returnAll: false, limit: 3 })).toBe(3);
		expect(limitOf({ returnAll: 'true', limit: 3 })).toBe(Infinity);
	});

	it.each([
		[0, '1 or more is needed'],
		[1.5, 'a whole number'],
		['some', 'a whole number'],
	])('is not %j', (limit, why) => {
		expect(() => limitOf({ limit })).toThrow(why);
	});
});

it('asks for a limit only where not all are wanted', () => {
	expect(limitFields.map(({ name }) => name)).toEqual(['returnAll', 'limit']);
	expect(limitFields[1]?.displayOptions).toEqual({ show: { returnAll: [false] } });
});

it('simplifies where nothing is said, and never asks an agent', () => {
	expect(simplify.unset).toBe(true);
	expect(simplify.field.displayOptions).toEqual({ hide: { '@tool': [true] } });
});

it('has the filters that it is given', () => {
	expect(filtersField([simplify.field])).toMatchObject({
		name: 'filters',
		type: 'collection',
		default: {},
		options: [simplify.field],
	});
});
