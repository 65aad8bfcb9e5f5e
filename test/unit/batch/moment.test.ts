import { moment } from '../../../nodes/Magnific/batch/moment';

const read = (value: unknown, timezone = 'Europe/Madrid') => {
	const option = moment({ displayName: 'Start', name: 'start', type: 'dateTime', default: '' });
	const found = option.read({ value, isExpression: false })?.(timezone) ?? null;
	return found && [found.date, new Date(found.ms).toISOString()];
};

describe('a date', () => {
	it.each([
		['2026-05-01', ['2026-05-01', '2026-04-30T22:00:00.000Z']],
		['2026-05-01T14:30:00', ['2026-05-01', '2026-05-01T12:30:00.000Z']],
		['2026-05-01T23:30:00.000-08:00', ['2026-05-01', '2026-05-02T07:30:00.000Z']],
		['2026-05-01 12:30:00Z', ['2026-05-01', '2026-05-01T12:30:00.000Z']],
		[new Date('2026-05-01T12:30:00Z'), ['2026-05-01', '2026-05-01T12:30:00.000Z']],
		[' 2026-05-01 ', ['2026-05-01', '2026-04-30T22:00:00.000Z']],
		['', null],
	])('given as %j is read, in the workflow’s time zone where it names none', (value, expected) => {
		expect(read(value)).toEqual(expected);
	});

	it.each([
		['yesterday'],
		['2026-02-30'],
		['2026-13-01'],
		['01/05/2026'],
		[1777637400000],
		[{}],
		['2026-05-01T99:99'],
	])('is not %j', (value) => {
		expect(() => read(value)).toThrow(/^Start needs a date such as 2026-05-01/);
	});

	it('that an agent’s model leaves empty is none; one that an expression leaves empty is refused', () => {
		const option = moment({ displayName: 'Start', name: 'start', type: 'dateTime', default: '' });
		for (const value of ['', null, undefined]) {
			expect(option.read({ value, isExpression: true, isByModel: true })).toBeNull();
		}
		expect(() => option.read({ value: '', isExpression: true })).toThrow(/^Start needs a date/);
		const told = option.read({ value: '2026-05-01', isExpression: true, isByModel: true });
		expect(told?.('UTC').date).toBe('2026-05-01');
	});
});
