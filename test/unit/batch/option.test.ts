import { ApiError } from '../../../nodes/Magnific/api/errors';
import {
	choice,
	entriesIn,
	fieldsOf,
	flag,
	list,
	notResolved,
	number,
	shaped,
	text,
	type Option,
} from '../../../nodes/Magnific/batch/option';

const FIELD = { displayName: 'Max Wait (Minutes)', name: 'maxWait', default: '' } as const;
const ofType = <const Type extends string>(type: Type) => ({ ...FIELD, type });

const read = <T>(option: Option<T>, value: unknown, isExpression = false): T | string => {
	try {
		return option.read({ value, isExpression });
	} catch (error) {
		if (!(error instanceof ApiError)) throw error;
		return `${error.kind}: ${error.message}. ${error.advice}`;
	}
};

const refusal = (reason: string): string =>
	`rejected: Max Wait ${reason}. Correct the option, or remove it.`;

describe('a boolean', () => {
	const option = flag(ofType('boolean'));

	it.each([true, 'true', 'TRUE', ' yes ', 'On', '1', 1])('is true by %j', (value) => {
		expect(read(option, value)).toBe(true);
	});

	it.each([false, 'false', 'False', 'no', ' OFF', '0', 0])('is false by %j', (value) => {
		expect(read(option, value)).toBe(false);
	});

	it.each([
		['maybe', 'got “maybe”'],
		[2, 'got “2”'],
		[' yes please ', 'got “yes please”'],
		[[true], 'got “[true]”'],
		[{ on: true }, 'got “{"on":true}”'],
		['', 'it is empty'],
		[' ', 'it is empty'],
		[null, 'it is empty'],
		[undefined, 'it is empty'],
	])('is not %j', (value, why) => {
		expect(read(option, value)).toBe(refusal(`needs true or false, but ${why}`));
	});

	it('is not what an expression gives that gives nothing', () => {
		expect(read(option, '', true)).toBe(
			refusal('needs true or false, but its expression gives nothing'),
		);
	});

	it('that is not set is off, unless its field says otherwise', () => {
		expect([option.unset, flag(ofType('boolean'), true).unset]).toEqual([false, true]);
	});
});

describe('a number', () => {
	const option = number(ofType('number'), 7);

	it.each([
		[3, 3],
		['3', 3],
		[' 3.5 ', 3.5],
		['+4', 4],
		['-4', -4],
		['.5', 0.5],
		['5.', 5],
		['12.25', 12.25],
		['1e3', 1000],
		['1E-2', 0.01],
		['2e+12', 2e12],
		[0, 0],
	])('is read from %j', (value, expected) => {
		expect(read(option, value)).toBe(expected);
	});

	it.each(['two', '10 min', 'x10', '0x10', 'NaN', '.', '1e', '1 000', true, [3], {}])(
		'is not %j',
		(value) => {
			expect(read(option, value)).toMatch(/^rejected: Max Wait needs a number, but got “/);
		},
	);

	it.each([NaN, Infinity, -Infinity])('is not %p', (value) => {
		expect(read(option, value)).toMatch(/needs a number/);
	});

	it('left empty is not set, but an expression that gives nothing is a slip', () => {
		expect([undefined, null, '', ' '].map((value) => read(option, value))).toEqual([7, 7, 7, 7]);
		expect(read(option, null, true)).toBe(
			refusal('needs a number, but its expression gives nothing'),
		);
	});

	it('that has to be whole takes no fraction', () => {
		const whole = number(ofType('number'), null, { isWhole: true });
		expect(read(whole, '4')).toBe(4);
		expect(read(whole, 4.5)).toBe(refusal('needs a whole number, but got “4.5”'));
		expect(read(whole, 'four')).toBe(refusal('needs a whole number, but got “four”'));
	});

	it('keeps to its bounds, which are in it but for the one that it has to be above', () => {
		const bound = number({ ...ofType('number'), typeOptions: { minValue: -2 } }, 1, { max: 9 });
		expect([-2, 9].map((value) => read(bound, value))).toEqual([-2, 9]);
		expect(read(bound, -3)).toBe(refusal('needs a number, but got “-3”: -2 or more is needed'));
		expect(read(bound, 10)).toBe(refusal('needs a number, but got “10”: 9 is the most'));
		const above = number(ofType('number'), 1, { above: 0 });
		expect(read(above, 0.1)).toBe(0.1);
		expect(read(above, 0)).toBe(refusal('needs a number, but got “0”: more than 0 is needed'));
	});
});

describe('a choice', () => {
	const option = choice({
		...ofType('options'),
		options: [
			{ name: 'Do Not Wait', value: 'none', description: 'Goes on' },
			{ name: 'Until Finished, Polling', value: 'poll' },
		],
		default: 'poll',
	});

	it.each([
		['none', 'none'],
		['NONE', 'none'],
		['Do Not Wait', 'none'],
		['do_not_wait', 'none'],
		['until finished polling', 'poll'],
	])('is made by %j', (value, expected) => {
		expect(read(option, value)).toBe(expected);
	});

	it.each([
		['not', 'got “not”'],
		['none at all', 'got “none at all”'],
		['…', 'got “…”'],
		[1, 'got “1”'],
		[['none'], 'got “["none"]”'],
		['', 'it is empty'],
	])('is not made by %j', (value, why) => {
		expect(read(option, value)).toBe(
			refusal(`needs “Do Not Wait” or “Until Finished, Polling”, but ${why}`),
		);
	});

	it('that is not made is the default', () => {
		expect(option.unset).toBe('poll');
	});

	it('tells n8n’s AI what each option means, by its name where nothing more is said', () => {
		expect(option.field.builderHint?.propertyHint).toBe(
			'none: Goes on. poll: Until Finished, Polling.',
		);
	});
});

describe('a text', () => {
	const option = text(ofType('string'), { unset: 'data' });

	it.each([
		['photo', 'photo'],
		[' photo ', 'photo'],
		[12, '12'],
		['', 'data'],
		['  ', 'data'],
		[undefined, 'data'],
		[null, 'data'],
	])('is read from %j', (value, expected) => {
		expect(read(option, value)).toBe(expected);
	});

	it.each([[true], [['a']], [{}]])('is not %j', (value) => {
		expect(read(option, value)).toMatch(/needs a text, but got/);
	});

	it('may not be missing where an expression gives it, unless it is optional', () => {
		const slip = refusal('needs a text, but its expression gives nothing');
		expect([undefined, null].map((value) => read(option, value, true))).toEqual([slip, slip]);
		expect(read(option, '', true)).toBe('data');
		const optional = text(ofType('string'), { isOptional: true });
		expect(read(optional, undefined, true)).toBe('');
	});
});

describe('an option of another shape', () => {
	const even = shaped(ofType('json'), 0, 'an even number', (value) =>
		typeof value === 'number' && value % 2 === 0 ? value : undefined,
	);

	it('is what its reader makes of it, and else refused by what it needs', () => {
		expect(read(even, 4)).toBe(4);
		expect(read(even, 3)).toBe(refusal('needs an even number, but got “3”'));
	});

	it('left empty is not set, but an expression that gives nothing is a slip', () => {
		expect(read(even, '')).toBe(0);
		expect(read(even, '', true)).toBe(
			refusal('needs an even number, but its expression gives nothing'),
		);
	});

	it('may be a list, each of whose entries has to be understood', () => {
		const digits = list(ofType('multiOptions'), 'digits', (entry) =>
			/^\d$/.test(String(entry)) ? Number(entry) : undefined,
		);
		expect(read(digits, '1, 2')).toEqual([1, 2]);
		expect(read(digits, [3])).toEqual([3]);
		expect(read(digits, [1, 'x'])).toBe(refusal('needs digits, but got “[1,"x"]”'));
		expect(digits.unset).toEqual([]);
	});
});

describe('a list', () => {
	it.each<[unknown, unknown[]]>([
		[undefined, []],
		[null, []],
		['', []],
		['a', ['a']],
		[' a, b ,,', ['a', 'b']],
		[
			['a', ' b ', '', 3],
			['a', 'b', 3],
		],
		[7, [7]],
		[{ a: 1 }, [{ a: 1 }]],
	])('%j has the entries %j', (value, entries) => {
		expect(entriesIn(value)).toEqual(entries);
	});
});

describe('a message about an option', () => {
	it.each([
		['Max Wait (Minutes)', 'Max Wait'],
		['Files (All) of a Run', 'Files (All) of a Run'],
		['Notify Trigger Name or ID', 'Notify Trigger'],
		['App Names or IDs', 'App'],
		['Name or ID of an App', 'Name or ID of an App'],
	])('calls “%s” “%s”', (displayName, shown) => {
		expect(read(flag({ ...ofType('boolean'), displayName }), 'x')).toContain(
			`rejected: ${shown} needs true or false`,
		);
	});

	it('quotes a long value in part', () => {
		expect(read(flag(ofType('boolean')), 'x'.repeat(100))).toContain(`“${'x'.repeat(100)}”`);
		expect(read(flag(ofType('boolean')), 'x'.repeat(101))).toContain(`“${'x'.repeat(100)}…”`);
	});

	it('does not quote what a signed URL is signed by', () => {
		expect(read(flag(ofType('boolean')), 'https://a.example/b?token=hush')).not.toContain('hush');
	});

	it('says why its expression could not be resolved', () => {
		const error = notResolved(ofType('number'), 'no such node');
		expect(`${error.kind}: ${error.message}. ${error.advice}`).toBe(
			refusal('could not be read: no such node'),
		);
	});
});

it('gives the fields of options in their order', () => {
	const [a, b] = [flag(ofType('boolean')), text(ofType('string'))];
	expect(fieldsOf({ a, b })).toEqual([a.field, b.field]);
});
