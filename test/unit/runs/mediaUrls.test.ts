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

describe('a link to a page that shows a file', () => {
	it.each([
		['https://drive.google.com/file/d/1AbC_d-9/view?usp=sharing', 'uc?export=download&id=1AbC_d-9'],
		['https://drive.google.com/file/u/0/d/1AbC/view', 'uc?export=download&id=1AbC'],
		['https://drive.google.com/open?id=1AbC', 'uc?export=download&id=1AbC'],
		['https://drive.google.com/drive/folders/1AbC', 'Google Drive node'],
		['https://docs.google.com/document/d/1AbC/edit', 'Google Drive node'],
		['https://photos.app.goo.gl/abc', 'Google Photos'],
		['https://www.google.com/imgres?imgurl=x', 'its own address'],
		['https://www.dropbox.com/s/abc/a.png?dl=0', 'dl=1'],
		['https://www.dropbox.com/scl/fi/abc/a.png?rlkey=x', 'dl=1'],
		['https://www.dropbox.com/scl/fo/abc/x?dl=1', 'not its folder'],
		['https://1drv.ms/i/s!Abc', 'OneDrive node'],
		['https://onedrive.live.com/?id=1&cid=2', 'OneDrive node'],
		['https://acme.sharepoint.com/:i:/s/x/Eabc', 'download=1'],
		['https://acme-my.sharepoint.com/personal/x/_layouts/15/onedrive.aspx?id=1', 'download=1'],
		['https://www.icloud.com/iclouddrive/0abc', 'iCloud'],
		['https://we.tl/t-abc', 'WeTransfer'],
		['https://acme.app.box.com/s/abc', 'shared/static'],
		['https://imgur.com/a/abc', 'i.imgur.com'],
		['https://www.notion.so/acme/Page-1', 'Notion'],
		['https://github.com/a/b/blob/main/c.png', 'raw=true'],
		['https://www.youtube.com/watch?v=abc', 'video file itself'],
		['https://player.vimeo.com/video/1', 'video file itself'],
		['https://www.instagram.com/p/abc/', 'its own address'],
		['https://unsplash.com/photos/abc', 'its own address'],
		['https://acme.slack.com/files/U1/F1/a.png', 'Slack node'],
		['https://www.magnific.com/app/creations/LSFgqqrswO', 'the id of the creation'],
		['https://www.google.de/imgres?imgurl=x', 'its own address'],
		['https://share.google/images/abc', 'its own address'],
		['https://share.icloud.com/photos/0abc', 'iCloud'],
		['https://www.pinterest.co.uk/pin/1/', 'its own address'],
		['https://www.threads.net/@a/post/b', 'its own address'],
		['https://drive.proton.me/urls/A#b', 'download the file'],
		['https://gofile.io/d/abc', 'download the file'],
		['https://cloud.example.org/s/AbCdEfGhIjKlMnO', '/download at the end'],
		['https://huggingface.co/a/b/blob/main/c.png', '/resolve/'],
		['https://bitbucket.org/a/b/src/main/c.png', '/raw/'],
		['https://commons.wikimedia.org/wiki/File:A.jpg', 'https://upload.wikimedia.org/'],
		['https://trello.com/c/abc/1-x', 'the node of that service'],
		['https://discord.com/channels/1/2/3', 'the node of that service'],
		['https://soundcloud.com/a/b', 'audio file itself'],
		['https://www.behance.net/gallery/1/a', 'its own address'],
		['https://stock.adobe.com/images/a/1', 'its own address'],
		['https://lightroom.adobe.com/shares/abc', 'export the picture'],
	])('is refused with the way to the file: %s', (url, said) => {
		expect(urlProblem(url, nothing)).toMatch(/^has a link to a page \(/);
		expect(urlProblem(url, nothing)).toContain(said);
	});

	it.each([
		'https://drive.google.com/uc?export=download&id=1AbC',
		'https://drive.google.com/thumbnail?id=1AbC',
		'https://drive.usercontent.google.com/download?id=1AbC',
		'https://lh3.googleusercontent.com/abc',
		'https://docs.google.com/drawings/d/1AbC/export/png',
		'https://www.dropbox.com/s/abc/a.png?dl=1',
		'https://www.dropbox.com/scl/fi/abc/a.png?rlkey=x&raw=1',
		'https://dl.dropboxusercontent.com/s/abc/a.png',
		'https://onedrive.live.com/download?resid=1',
		'https://api.onedrive.com/v1.0/shares/x/root/content',
		'https://acme.sharepoint.com/:i:/s/x/Eabc?download=1',
		'https://app.box.com/shared/static/abc.png',
		'https://i.imgur.com/abc.png',
		'https://github.com/a/b/blob/main/c.png?raw=true',
		'https://github.com/a/b/releases/download/1/c.png',
		'https://raw.githubusercontent.com/a/b/main/c.png',
		'https://i.ytimg.com/vi/abc/hq720.jpg',
		'https://i.redd.it/abc.png',
		'https://images.unsplash.com/photo-1',
		'https://notdropbox.com/s/a?dl=0',
		'https://www.magnific.com/static/a.png',
		'https://cdn-magnific.freepik.com/abc',
		'https://storage.googleapis.com/a/b',
		'https://i.pinimg.com/originals/a.jpg',
		'https://cloud.example.org/s/AbCdEfGhIjKlMnO/download',
		'https://x.example/s/photo',
		'https://huggingface.co/a/b/resolve/main/c.png',
		'https://upload.wikimedia.org/wikipedia/commons/a/a0/A.jpg',
		'https://commons.wikimedia.org/wiki/Special:FilePath/A.jpg',
		'https://cdn.discordapp.com/attachments/1/2/a',
		'https://trello.com/1/cards/a/attachments/b/download/c.png',
		'https://pixeldrain.com/api/file/abc',
	])('is not what this is: %s', (url) => {
		expect(urlProblem(url, nothing)).toBeUndefined();
	});
});
