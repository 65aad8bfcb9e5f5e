import { Refusals } from '../../../nodes/Magnific/trigger/refusals';

describe('what a trigger refuses', () => {
	it('is told once for each reason, until it has taken a callback', () => {
		const refusals = new Refusals();
		expect(refusals.add('t', 'wrong')).toBe(true);
		expect(refusals.add('t', 'wrong')).toBe(false);
		expect(refusals.add('t', 'stale')).toBe(true);
		expect(refusals.end('t')).toBe(3);
		expect(refusals.end('t')).toBe(0);
		expect(refusals.add('t', 'wrong')).toBe(true);
		expect(refusals.end('t')).toBe(1);
	});

	it('is counted for each trigger by itself', () => {
		const refusals = new Refusals();
		refusals.add('t1', 'wrong');
		expect(refusals.add('t2', 'wrong')).toBe(true);
		expect(refusals.end('t1')).toBe(1);
		expect(refusals.end('t2')).toBe(1);
	});
});
