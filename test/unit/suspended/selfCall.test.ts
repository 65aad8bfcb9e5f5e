import fc from 'fast-check';
import {
	readSelfCall,
	SELF_CALL_HEADER,
	selfCallHeader,
} from '../../../nodes/Magnific/suspended/selfCall';

const KEY = 'FPSX-a-key';
const PARK = '0b7e7c7e-1d5c-4c3e-9f57-2f3f6c1f8a11';
const NOW = Date.UTC(2026, 10, 1);
const RESUME = JSON.stringify({ magnific: 'resume', runs: [{ run_id: 'r1', status: 'failed' }] });

const header = (body: string, now = NOW): string => selfCallHeader(KEY, PARK, body, now);

const read = (body: string, signed: unknown = header(body), now = NOW) =>
	readSelfCall(KEY, PARK, signed, body, now);

describe('a call to the own parked execution', () => {
	it('has a header name as Node gives names', () => {
		expect(SELF_CALL_HEADER).toBe(SELF_CALL_HEADER.toLowerCase());
	});

	it.each(['look', 'resume', 'end'])('is read when it says `%s`, with its runs', (magnific) => {
		const call = { magnific, runs: [{ run_id: 'r1' }, 'r2'] };
		expect(read(JSON.stringify(call))).toEqual(call);
	});

	it('keeps nothing of a body but what it says and its runs', () => {
		expect(read('{"magnific":"look","runs":[],"more":1}')).toEqual({ magnific: 'look', runs: [] });
	});

	it('is none when it is signed with another key, for another park or another body', () => {
		for (const signed of [
			selfCallHeader('another-key', PARK, RESUME, NOW),
			selfCallHeader(KEY, 'another-park', RESUME, NOW),
			selfCallHeader(KEY, PARK, `${RESUME} `, NOW),
		]) {
			expect(read(RESUME, signed)).toBeUndefined();
		}
	});

	it('is none when its header was given another time', () => {
		const [, signature = ''] = header(RESUME).split('.');
		expect(read(RESUME, `${String(NOW / 1000 + 1)}.${signature}`)).toBeUndefined();
	});

	it.each([
		[-301, false],
		[-300, true],
		[300, true],
		[301, false],
	])('made %s s from now is taken: %s', (offset, isTaken) => {
		expect(read(RESUME, header(RESUME, NOW + offset * 1000)) !== undefined).toBe(isTaken);
	});

	it.each([
		['', '.', '..', 'abc', String(NOW / 1000), `${String(NOW / 1000)}.`, `.${'0'.repeat(64)}`],
		[undefined, null, 7, {}, [header(RESUME)]],
	])('is none where the header is none, such as %j', (...headers) => {
		for (const signed of headers) {
			expect(readSelfCall(KEY, PARK, signed, RESUME, NOW)).toBeUndefined();
		}
	});

	it('is none where the body says nothing known, though it is signed', () => {
		for (const body of [
			'[]',
			'null',
			'"look"',
			'{}',
			'{"magnific":"look"}',
			'{"magnific":"look","runs":{}}',
			'{"magnific":"Look","runs":[]}',
			'{"magnific":"stop","runs":[]}',
			'{"runs":[]}',
		]) {
			expect(read(body)).toBeUndefined();
		}
	});

	it('is none after any change of a single character, in the header or the body', () => {
		const signed = header(RESUME);
		const character = fc.constantFrom(...Array.from('a0f9.{ '));
		fc.assert(
			fc.property(fc.boolean(), fc.nat(), character, (inBody, at, to) => {
				const before = inBody ? RESUME : signed;
				const place = at % before.length;
				const after = before.slice(0, place) + to + before.slice(place + 1);
				fc.pre(after !== before);
				expect(inBody ? read(after, signed) : read(RESUME, after)).toBeUndefined();
			}),
			{ numRuns: 500 },
		);
	});

	it('does not show the key', () => {
		expect(header(RESUME)).toMatch(/^\d{10}\.[0-9a-f]{64}$/);
	});
});
