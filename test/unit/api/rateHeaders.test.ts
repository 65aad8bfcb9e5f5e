import { readRateHeaders, retryAfterMs } from '../../../nodes/Magnific/api/rateHeaders';

describe('Retry-After', () => {
	const now = Date.UTC(2026, 10, 1);

	it.each([
		['120', 120_000],
		[7, 7_000],
		['0', undefined],
		['1.5', 1_500],
		['-5', undefined],
		['Sun, 01 Nov 2026 00:00:45 GMT', 45_000],
		['Sat, 31 Oct 2026 23:00:00 GMT', undefined],
		['86400', 300_000],
		['5s', 5_000],
		['1500 ms', 1_500],
		['3, 4', 3_000],
		[['3', '4'], 3_000],
		[String(now / 1000 + 9), 9_000],
		[String(now + 9_000), 9_000],
		['2026-11-01T00:00:45Z', 45_000],
		['Sunday, 01-Nov-26 00:00:45 GMT', 45_000],
		['Sun Nov  1 00:00:45 2026 GMT', 45_000],
		['in 5 s', undefined],
		[true, undefined],
		['1e300', 300_000],
		['Infinity', undefined],
		['soon', undefined],
		['', undefined],
		[undefined, undefined],
		[null, undefined],
		[{}, undefined],
	])('%j is read as %p ms', (header, expected) => {
		expect(retryAfterMs(header, now)).toBe(expected);
	});
});

describe('the rate limit headers of a 429', () => {
	const now = Date.UTC(2026, 10, 1);
	const read = (headers: Record<string, unknown>, statusCode = 429) =>
		readRateHeaders(headers, statusCode, now);

	it.each<[Record<string, unknown>, number | undefined]>([
		[{ 'x-ratelimit-reset': '12' }, 12_000],
		[{ 'x-ratelimit-reset': String(now / 1000 + 20) }, 20_000],
		[{ 'x-ratelimit-reset': String(now + 3_000) }, 3_000],
		[{ 'x-ratelimit-reset': '0' }, undefined],
		[{ 'x-ratelimit-reset': '12s' }, 12_000],
		[{ 'x-ratelimit-reset': '2026-11-01T00:00:09Z' }, 9_000],
		[{ 'x-ratelimit-reset': '-3' }, undefined],
		[{ 'x-ratelimit-reset': String(now / 1000 - 20) }, undefined],
		[{ 'x-ratelimit-reset': '99999' }, 300_000],
		[{ 'x-ratelimit-reset': 'soon' }, undefined],
		[{ 'x-ratelimit-reset': '12', 'x-ratelimit-remaining': '0' }, 12_000],
		[{ 'x-ratelimit-reset': '12', 'x-ratelimit-remaining': '7' }, undefined],
		[{ 'x-ratelimit-reset': '12', 'retry-after': '4' }, 4_000],
		[{ 'x-ratelimit-reset': '12', 'retry-after': '0' }, 12_000],
		[{}, undefined],
	])('%j say to wait %p ms', (headers, expected) => {
		expect(read(headers).retryAfterMs).toBe(expected);
	});

	it('tell the limit, the first of several', () => {
		expect(read({ 'x-ratelimit-limit': '10' }).limit).toBe(10);
		expect(read({ 'x-ratelimit-limit': '50, 50;w=60' }).limit).toBe(50);
		expect(read({ 'x-ratelimit-limit': 'none' }).limit).toBeUndefined();
	});

	it('mean nothing for an answer that is no 429, but Retry-After does', () => {
		expect(read({ 'x-ratelimit-reset': '12' }, 503)).toEqual({});
		expect(read({ 'retry-after': '12' }, 503)).toEqual({ retryAfterMs: 12_000 });
	});
});
