import { redact } from '../../../nodes/Magnific/api/redact';

describe('redacting', () => {
	it('takes out every occurrence of every secret, special characters and all', () => {
		expect(redact('a+b$& and a+b$& and c', ['a+b$&', 'c', ''])).toBe('*** and *** and ***');
	});

	it('takes out the query of every URL, and nothing else', () => {
		expect(
			redact('see "https://a.example/x?sig=1", http://b.example/y?z=2 or https://c.example/?'),
		).toBe('see "https://a.example/x", http://b.example/y or https://c.example/');
		expect(redact('is it? yes: a?b=c')).toBe('is it? yes: a?b=c');
	});

	it('takes out the login and the fragment of a URL', () => {
		expect(redact('at https://me:pass@a.example:8443/x#token now, or http://b.example#t')).toBe(
			'at https://a.example:8443/x now, or http://b.example',
		);
		expect(redact('mail me@a.example about https://a.example/@me')).toBe(
			'mail me@a.example about https://a.example/@me',
		);
	});

	it.each([
		['?X-Amz-Signature=abc&x=1', '?X-Amz-Signature=***&x=1'],
		['token=abc is over', 'token=*** is over'],
		['/files/a.png?expires=1&sig=a%2Fb', '/files/a.png?expires=1&sig=***'],
		['x-goog-credential=me', 'x-goog-credential=***'],
		['access_token=a, api_key=b and apikey=c', 'access_token=*** api_key=*** and apikey=***'],
		['the tokens=3 of design=4', 'the tokens=3 of design=4'],
	])('takes out what signs, also where a text quotes no whole URL: %s', (text, clean) => {
		expect(redact(text)).toBe(clean);
	});
});

describe('what redacting costs', () => {
	/** The least of several tries, in ms: a busy machine only ever adds to it. */
	const cost = (text: string): number =>
		Math.min(
			...Array.from({ length: 7 }, () => {
				const begun = performance.now();
				redact(text, ['FPSX0123456789abcdef']);
				return performance.now() - begun;
			}),
		);

	it.each([
		['letters', 'a'],
		['hyphens', '-'],
		['underscores', '_'],
		['beginnings of signing names', 'x-amz-'],
		['signing names', 'x-amz-token'],
		['signed values', 'token=a '],
		['equals signs', '='],
		['beginnings of URLs', 'http://'],
		['logins', 'https://me@'],
		['ends of hosts', 'https://a?'],
	])('grows no faster than the text: %s', (_, piece) => {
		const text = (length: number): string =>
			piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
		// Four times the text; a pattern that starts over at every letter takes sixteen times as long.
		const [one, four] = [cost(text(100_000)), cost(text(400_000))];
		expect(four).toBeLessThan(9 * one + 5);
	});
});
