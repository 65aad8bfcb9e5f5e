import {
	outputInWords,
	outputSchema,
	perFile,
	shapesOf,
	type Output,
} from '../../../nodes/Magnific/batch/output';
import { numeric, optional, text } from '../../../nodes/Magnific/runs/shape';

const usual = { run_id: text, credits: numeric, note: optional(text) };
const other = { run_id: text, credits: optional(numeric), note: text };
const output: Output = { usual, instead: [{ when: 'Under another option', shape: other }] };

describe('an output', () => {
	it('has the usual shape, and those that come instead', () => {
		expect(shapesOf({ usual })).toEqual([usual]);
		expect(shapesOf(output)).toEqual([usual, other]);
	});

	it('promises the fields that every item has, whatever the options', () => {
		expect(outputSchema({ usual })).toMatchObject({ required: ['run_id', 'credits'] });
		expect(outputSchema(output)).toMatchObject({ required: ['run_id'] });
		const lacking: Output = { usual, instead: [{ when: 'x', shape: { credits: numeric } }] };
		expect(outputSchema(lacking)).toMatchObject({ required: ['credits'] });
	});

	it('is told in words, with what comes instead and when', () => {
		expect(outputInWords({ usual })).toBe('Output item: run_id, credits, note?.');
		expect(outputInWords(output)).toBe(
			'Output item: run_id, credits, note?.\nUnder another option: run_id, credits?, note.',
		);
	});

	it('of a file has its URL', () => {
		expect(Object.keys(perFile.shape)).toEqual(expect.arrayContaining(['run_id', 'url', 'index']));
	});
});
