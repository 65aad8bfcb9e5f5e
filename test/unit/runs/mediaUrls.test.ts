import { isMeantAsUrl, urlProblem } from '../../../nodes/Magnific/runs/mediaUrls';

const nothing = (): undefined => undefined;

describe('a text that is meant as a URL', () => {
	it.each([
		'https://x.example/a.png',
		'HTTP://x.example',
		'https://',
		'http:/x',
		'ftp://x/a',
		'file:///home/x.png',
		'blob:https://x.example/1',
		'//x.example/a.png',
		'www.x.example/a.png',
		'x.example/a.png',
		'https//x.example/a.png',
		'<https://x.example/a.png>',
		'![a](https://x.example/a.png)',
		'["https://x.example/a.png"]',
		'URL: https://x.example/a.png',
	])('is %s', (text) => {
		expect(isMeantAsUrl(text)).toBe(true);
	});

	it.each([
		'image.png',
		'data',
		'C:\\pictures\\a.png',
		'/home/x.png',
		'./a.png',
		'a red car',
		'LSFgqqrswO',
	])('is not %s', (text) => {
		expect(isMeantAsUrl(text)).toBe(false);
	});
});

describe('a URL', () => {
	it.each([
		'https://x.example/a.png?b=c&d=https://y.example/b.png',
		'https://cdn.example/fetch/w_10,h_20/https://y.example/b.png',
		'https://x.example/a,b;c|d.png',
		'https://x.example/%20a.png#top',
		'https://[2606:4700::1]/a.png',
		"https://x.example/it's,;",
		'https://x.example/undefined-behaviour/null.png?q=null&nan=NaN1',
		'https://x.example/.well-known/a.png',
	])('that Magnific may fetch is taken: %s', (url) => {
		expect(urlProblem(url, nothing)).toBeUndefined();
	});

	it.each([
		['https://a.example/1.png, https://a.example/2.png', 'several URLs'],
		['https://a.example/1.png https://a.example/2.png', 'several URLs'],
		['https://a.example/1.png\nhttps://a.example/2.png', 'several URLs'],
		['https://a.example/1.png;http://a.example/2.png', 'several URLs'],
		['https://a.example/my photo.png', '%20'],
		['https://a.example/my\n.png', '%20'],
		['ftp://a.example/1.png', 'starts with https://'],
		['file:///home/x.png', 'starts with https://'],
		['blob:https://a.example/1', 'starts with https://'],
		['//a.example/1.png', 'put https: before it'],
		['www.a.example/1.png', 'put https:// before it'],
		['a.example/1.png', 'put https:// before it'],
		['http:/x', 'cannot be read'],
		['https:a.example', 'cannot be read'],
		['https://', 'cannot be read'],
		['https://?x=1', 'cannot be read'],
		['https://a b', '%20'],
		['https//a.example/1.png', 'cannot be read'],
		['https://a.example/1.pnghttps://a.example/2.png', 'several URLs'],
		['<https://a.example/1.png>', 'more than a URL'],
		['![a](https://a.example/1.png)', 'more than a URL'],
		['<img src="https://a.example/1.png">', 'more than a URL'],
		['["https://a.example/1.png"]', 'more than a URL'],
		['URL: https://a.example/1.png', 'more than a URL'],
		['https://a.example/1.png"', 'at its end'],
		['https://a.example/undefined', 'a value is missing'],
		['https://a.example/undefined/1.png', 'a value is missing'],
		['https://undefined/1.png', 'a value is missing'],
		['https://a.example/NaN.png', 'a value is missing'],
		['https://a.example/null', 'a value is missing'],
		['https://a.example/.png', 'a value is missing'],
		['https://a.example/1.png?id=undefined&x=1', 'a value is missing'],
	])('like %j is refused: %s', (url, said) => {
		expect(urlProblem(url, nothing)).toContain(said);
	});

	it.each([
		['https://user:word@a.example/x y.png', '“https://a.example/x y.png”'],
		['https://a.example/x y.png?token=secret#more', '“https://a.example/x y.png”'],
		['https://a.example/x y.png#token?\nsecret', '“https://a.example/x y.png”'],
		[`https://a.example/ ${'x'.repeat(61)}`, `“https://a.example/ ${'x'.repeat(61)}”`],
		[`https://a.example/ ${'x'.repeat(62)}`, `“https://a.example/ ${'x'.repeat(61)}…”`],
	])('is shown without its query and login, and not at any length: %j', (url, shown) => {
		expect(urlProblem(url, nothing)).toBe(
			`has a URL with a space or line break in it: ${shown}; write a space as %20`,
		);
	});

	it('whose address Magnific cannot reach is refused with the reason', () => {
		const asked: string[] = [];
		const forbidden = (url: string): string => {
			asked.push(url);
			return 'is private';
		};
		const url = 'https://a.example/1.png?token=secret';
		expect(urlProblem(url, forbidden)).toMatch(
			/^has a URL .* its address is private; use a public/,
		);
		expect(urlProblem(url, forbidden)).not.toContain('secret');
		expect(asked).toEqual([url, url]);
	});

	it('with a quote at its end is refused by that letter', () => {
		expect(urlProblem('https://a.example/1.png>', nothing)).toContain('with “>” at its end');
		expect(urlProblem('https://a.example/<1>.png', nothing)).toBeUndefined();
	});

	it('is shown without what may be a secret', () => {
		const said = [
			urlProblem(
				'https://me:pw1@a.example/1.png?sig=pw2, https://b.example/2.png?sig=pw3',
				nothing,
			),
			urlProblem('https://me:pw1@www.dropbox.com/s/1/a.png?rlkey=pw2&dl=0', nothing),
			urlProblem('ftp://me:pw1@a.example/1.png?sig=pw2', nothing),
		].join('\n');
		expect(said).not.toMatch(/pw\d/);
	});
});
