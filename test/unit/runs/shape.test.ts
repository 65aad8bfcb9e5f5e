import {
	brief,
	detail,
	list,
	numeric,
	optional,
	orNull,
	record,
	schemaOf,
	summaryOf,
	text,
	yesOrNo,
} from '../../../nodes/Magnific/runs/shape';

const file = { url: text, width: detail(orNull(numeric)) };
const shape = {
	run_id: text,
	app_id: detail(text),
	note: optional(text),
	done: yesOrNo,
	result: orNull(record({ images: list(record(file)), videos: list(record(file)) })),
	extra: record(),
};

describe('a shape as a JSON schema', () => {
	it('tells types, what may be null, what is inside, and what every item has', () => {
		const items = {
			type: 'object',
			properties: { url: { type: 'string' }, width: { type: 'number', nullable: true } },
		};
		expect(schemaOf(shape)).toEqual({
			type: 'object',
			properties: {
				run_id: { type: 'string' },
				app_id: { type: 'string' },
				note: { type: 'string' },
				done: { type: 'boolean' },
				result: {
					type: 'object',
					nullable: true,
					properties: { images: { type: 'array', items }, videos: { type: 'array', items } },
				},
				extra: { type: 'object' },
			},
			required: ['run_id', 'app_id', 'done', 'result', 'extra'],
		});
	});
});

describe('a shape in a line', () => {
	it('says what holds the same as the field before once, and marks what may be missing', () => {
		expect(summaryOf(shape)).toBe(
			'run_id, app_id, note?, done, result { images [ url, width ], videos [ … ] }, extra',
		);
	});
});

describe('what an agent gets of a json', () => {
	it('is what is declared and no detail, and nothing that is empty', () => {
		expect(
			brief(
				{
					run_id: 'a',
					app_id: 'b',
					note: null,
					done: false,
					result: {
						images: [{ url: 'u', width: 3 }, { width: 3 }],
						videos: [],
						other: [1],
					},
					extra: { mine: 1 },
					undeclared: 1,
				},
				shape,
			),
		).toEqual({
			run_id: 'a',
			done: false,
			result: { images: [{ url: 'u' }] },
			extra: { mine: 1 },
		});
	});

	it('is nothing of fields that are empty or are not there, though they are declared', () => {
		expect(brief({ run_id: '', result: { images: [] }, extra: {} }, shape)).toEqual({ run_id: '' });
		expect(brief({ result: 'as the API gave it', extra: undefined }, shape)).toEqual({
			result: 'as the API gave it',
		});
		expect(brief({}, { constructor: text })).toEqual({});
	});
});
