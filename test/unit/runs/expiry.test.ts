import { fileExpiry, urlExpiresAt, urlExpiry } from '../../../nodes/Magnific/runs/expiry';

const at = Date.parse('2026-11-27T00:00:00Z');
const seconds = String(at / 1000);

describe('when a link expires', () => {
	it.each([
		`https://a.example/1/render.png?token=exp=${seconds}~hmac=0a1b`,
		`https://a.example/1/render.png?token=exp%3D${seconds}~hmac%3D0a1b`,
		`https://a.example/1/render.png?__token__=st=1790000000~exp=${seconds}~acl=/*~hmac=0a1b`,
		`https://a.example/a.png?Expires=${seconds}&Signature=x&Key-Pair-Id=K`,
		`https://a.example/a.png?expires=${String(at)}&token=x`,
		`https://a.example/a.png?X-Amz-Date=20261126T220000Z&X-Amz-Expires=7200&X-Amz-Signature=x`,
		`https://a.example/a.png?X-Goog-Date=20261126T230000Z&X-Goog-Expires=3600&X-Goog-Signature=x`,
	])('is what the link says (%s)', (url) => {
		expect(urlExpiry(url)).toBe(at);
	});

	it.each([
		'https://a.example/a.png',
		'https://a.example/a.png?token=abc',
		'https://a.example/a.png?token=exp=soon~hmac=1',
		'https://a.example/a.png?token=exp=5~hmac=1',
		'https://a.example/a.png?Expires=99999999999999999999',
		'https://a.example/a.png?X-Amz-Expires=3600',
		'https://a.example/a.png?X-Amz-Date=20261399T990000Z&X-Amz-Expires=3600',
		'https://a.example/a.png?X-Amz-Date=x20261126T220000Z&X-Amz-Expires=7200',
		'https://a.example/a.png?X-Amz-Date=20261126T220000Zx&X-Amz-Expires=7200',
		'https://a.example/a.png?X-Amz-Date=20261126T220000Z&X-Amz-Expires=7200s',
		'https://a.example/a.png?X-Amz-Date=20261126T220000Z&X-Amz-Expires=s7200',
		'https://a.example/a.png?X-Amz-Date=20261126T220000Z',
		`https://a.example/a.png?Expires=in${seconds}`,
		`https://a.example/a.png?Expires=${seconds}s`,
		`https://a.example/a.png?token=noexp=${seconds}~hmac=1`,
		`https://a.example/a.png?token=exp=${seconds}s~hmac=1`,
		'no address',
	])('is not told by %s', (url) => {
		expect(urlExpiry(url)).toBeUndefined();
	});

	it('is twelve hours after the end of the run where the link does not tell', () => {
		expect(fileExpiry('https://a.example/a.png', '2026-11-26T12:00:00Z')).toBe(at);
		expect(fileExpiry('https://a.example/a.png', null)).toBeUndefined();
		expect(fileExpiry(`https://a.example/a.png?Expires=${seconds}`, null)).toBe(at);
	});

	it.each([
		[999_999_999, undefined],
		[1e9, 1e12],
		[1e11 - 1, 1e14 - 1000],
		[1e11, 1e11],
		[1e13, 1e13],
		[1e13 + 1, undefined],
	])('is told in seconds or ms by the size of the number, %d', (given, expected) => {
		expect(urlExpiry(`https://a.example/a.png?Expires=${String(given)}`)).toBe(expected);
	});

	it('is what a parameter says that is named as the token’s part, and the earliest of all', () => {
		expect(urlExpiry(`https://a.example/a.png?exp=${seconds}`)).toBe(at);
		expect(urlExpiry(`https://a.example/a.png?token=exp=${seconds}`)).toBe(at);
		const later = String(at / 1000 + 60);
		expect(urlExpiry(`https://a.example/a.png?exp=${later}&Expires=${seconds}`)).toBe(at);
		expect(urlExpiry(`https://a.example/a.png?exp=${seconds}&Expires=${later}`)).toBe(at);
	});

	it('is written as a date: as the link says, else so many seconds from now on, else unknown', () => {
		const told = `https://a.example/a.png?Expires=${seconds}`;
		const silent = 'https://a.example/a.png';
		expect(urlExpiresAt(told, 60, 0)).toBe('2026-11-27T00:00:00.000Z');
		expect(urlExpiresAt(silent, 60, at)).toBe('2026-11-27T00:01:00.000Z');
		expect(urlExpiresAt(silent, 0, at)).toBe('2026-11-27T00:00:00.000Z');
		expect(urlExpiresAt(silent, null, at)).toBeNull();
	});
});
