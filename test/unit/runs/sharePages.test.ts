import { sharePage } from '../../../nodes/Magnific/runs/sharePages';

const pageOf = (url: string): string | undefined => sharePage(new URL(url))?.of;

describe('a file of a host that also has pages', () => {
	it.each([
		'https://dl.dropbox.com/s/abc/a',
		'https://www.dropbox.com/s/abc/a.png?dl=1',
		'https://www.dropbox.com/s/abc/a.png?raw=1',
		'https://api.onedrive.com/v1.0/shares/abc/root/content',
		'https://onedrive.live.com/download?resid=1',
		'https://1drv.ms/i/abc?download=1',
		'https://a.sharepoint.com/sites/x/_layouts/15/download.aspx?share=1',
		'https://a.sharepoint.com/sites/x/Shared/a.png',
		'https://a.sharepoint.com/:i:/s/x/abc?download=1',
		'https://dl.box.com/abc',
		'https://api.box.com/2.0/files/1/content',
		'https://app.box.com/shared/static/abc',
		'https://app.box.com/representation/abc',
		'https://i.imgur.com/abc',
		'https://imgur.com/abc.png',
		'https://file.notion.so/f/abc',
		'https://img.notion.site/abc',
		'https://www.notion.so/image/abc',
		'https://www.notion.so/signed/abc',
		'https://github.com/me/pictures/raw/main/a.png',
		'https://github.com/me/pictures/blob/main/a.png?raw=true',
		'https://github.com/me/pictures/blob/main/a.png?raw=1',
		'https://github.com/me/pictures/releases/download/blob/a.png',
		'https://raw.github.com/me/pictures/blob/a.png',
		'https://files.slack.com/files-pri/T1-F1/a.png?pub_secret=abc',
		'https://cdn-cf-east.streamable.com/video/a',
		'https://clips-media-assets2.twitch.tv/a',
		'https://clips-media.twitch.tv/a',
		'https://i.vimeo.com/a',
		'https://player.vimeo.com/progressive_redirect/playback/1',
		'https://player.vimeo.com/external/1',
		'https://api.soundcloud.com/tracks/1/stream',
		'https://cdn.freesound.org/previews/1',
		'https://graph.facebook.com/v1/1/picture',
		'https://media.tumblr.com/abc',
		'https://x.com/a.png',
		'https://media2.giphy.com/media/abc',
		'https://media.tenor.com/abc',
		'https://i.postimg.cc/abc',
		'https://www.figma.com/community',
		'https://download.filemail.com/abc',
		'https://send.vis.ee/api/download/abc',
	])('is none of them: %s', (url) => {
		expect(pageOf(url)).toBeUndefined();
	});
});

describe('a page', () => {
	it.each([
		['https://www.dropbox.com/scl/fo/abc/h?dl=1', 'Dropbox'],
		['https://www.dropbox.com/s/sh/abc/a.png', 'Dropbox'],
		['https://1drv.ms/i/download', 'OneDrive'],
		['https://a.sharepoint.com/:i:/s/x/abc', 'SharePoint'],
		['https://a.sharepoint.com/sites/x/Forms/AllItems.aspx', 'SharePoint'],
		['https://app.box.com/s/abc', 'Box'],
		['https://app.box.com/s/shared/static/abc', 'Box'],
		['https://imgur.com/abc', 'Imgur'],
		['https://www.notion.so/me/image/abc', 'Notion'],
		['https://me.notion.site/abc', 'Notion'],
		['https://github.com/me/pictures/blob/main/a.png', 'GitHub'],
		['https://a.slack.com/archives/C1/p1', 'Slack'],
		['https://a.slack.com/files/U1/F1/a.png', 'Slack'],
		['https://files.slack.com/files-pri/T1-F1/a.png', 'Slack'],
		['https://vimeo.com/1', 'a video platform'],
		['https://soundcloud.com/me/cdn', 'a music platform'],
		['https://www.instagram.com/p/abc', 'a social network'],
		['https://giphy.com/gifs/abc', 'a gallery'],
		['https://www.figma.com/design/abc', 'a design tool'],
		['https://www.figma.com/proto/abc', 'a design tool'],
		['https://lightroom.adobe.com/abc', 'a design tool'],
		['https://www.canva.link/abc', 'a design tool'],
		['https://www.filemail.com/d/abc', 'a file hoster'],
		['https://www.filemail.com/d/api/abc', 'a file hoster'],
		['https://images.app.goo.gl/abc', 'a Google search'],
		['https://share.google/abc', 'a Google search'],
		['https://www.google.com/imgres?imgurl=a', 'a Google search'],
	])('is known: %s', (url, of) => {
		expect(pageOf(url)).toBe(of);
	});
});
