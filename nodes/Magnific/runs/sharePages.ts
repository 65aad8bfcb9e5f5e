import { kindByName } from './extensions';

/** A page that shows a file, and how to get at the file itself. */
interface SharePage {
	/** Whose page it is, as people call it. */
	of: string;
	advice: string;
}

interface Rule extends SharePage {
	/** Domains; their subdomains are meant too. `name.*` is that name in all countries. */
	hosts: string[];
	/** Whether this address of theirs is a page; all are where it is left out. */
	isPage?: (url: URL) => boolean;
}

const DOWNLOAD_FIRST =
	'download the file in this workflow first and enter the name of the binary field that it is in';

const onHost = ({ hostname }: URL, domain: string): boolean => {
	const own = domain.endsWith('.*') ? hostname.replace(/\.(?:com?\.)?[a-z]{2,3}$/, '.*') : hostname;
	return own === domain || own.endsWith(`.${domain}`);
};

const says = (url: URL, name: string, value = '1'): boolean =>
	url.searchParams.get(name)?.toLowerCase() === value;

const endsLikeAFile = ({ pathname }: URL): boolean => {
	const kind = kindByName(pathname);
	return kind !== undefined && kind !== 'document';
};

const driveAdvice = (url: URL): string => {
	const id =
		/\/(?:file\/d|d)\/([\w-]+)/.exec(url.pathname)?.[1] ?? url.searchParams.get('id') ?? undefined;
	return id === undefined || url.pathname.includes('/folders')
		? `open the one file and share that, or with the Google Drive node ${DOWNLOAD_FIRST}`
		: `use https://drive.google.com/uc?export=download&id=${id} if the file is shared with everybody, or with the Google Drive node ${DOWNLOAD_FIRST}`;
};

const RULES: Rule[] = [
	{
		of: 'Magnific',
		hosts: ['magnific.com', 'freepik.com'],
		isPage: (url) => /^(www\.)?[a-z]+\.com$/.test(url.hostname) && !endsLikeAFile(url),
		advice: 'enter the id of the creation, or download the file and pass it as binary data',
	},
	{
		of: 'Google Docs',
		hosts: ['docs.google.com'],
		isPage: ({ pathname }) => !/\/(uc|export|pub|gviz)(\/|$)/.test(pathname),
		advice: `with the Google Drive node ${DOWNLOAD_FIRST}`,
	},
	{
		of: 'Google Photos',
		hosts: ['photos.google.com', 'photos.app.goo.gl'],
		advice: 'download the picture and pass it as binary data, or put it on a public address',
	},
	{
		of: 'a Google search',
		hosts: ['images.app.goo.gl', 'share.google', 'google.*'],
		isPage: ({ hostname, pathname }) =>
			/goo\.gl$|^share\./.test(hostname) || /^\/(imgres|search|url)\b/.test(pathname),
		advice: 'open the picture itself and use its own address',
	},
	{
		of: 'Dropbox',
		hosts: ['dropbox.com', 'db.tt'],
		isPage: (url) =>
			url.hostname !== 'dl.dropbox.com' &&
			(/^\/(sh|scl\/fo)\//.test(url.pathname) || !(says(url, 'dl') || says(url, 'raw'))),
		advice:
			'share the one file (not its folder) and put dl=1 in place of dl=0 at the end of its link',
	},
	{
		of: 'OneDrive',
		hosts: ['1drv.ms', 'onedrive.live.com', 'photos.onedrive.com', 'onedrive.com'],
		isPage: (url) =>
			url.hostname !== 'api.onedrive.com' &&
			!/^\/download\b/.test(url.pathname) &&
			!says(url, 'download'),
		advice: `with the Microsoft OneDrive node ${DOWNLOAD_FIRST}`,
	},
	{
		of: 'SharePoint',
		hosts: ['sharepoint.com'],
		isPage: (url) =>
			!says(url, 'download') &&
			!/\/download\.aspx$/i.test(url.pathname) &&
			(/^\/:\w:\//.test(url.pathname) || /\.aspx$/i.test(url.pathname)),
		advice: `put download=1 at the end of a link that everybody may open, or with the Microsoft SharePoint node ${DOWNLOAD_FIRST}`,
	},
	{
		of: 'iCloud',
		hosts: ['icloud.com'],
		advice: 'download the file and pass it as binary data, or put it on a public address',
	},
	{
		of: 'WeTransfer',
		hosts: ['wetransfer.com', 'we.tl'],
		advice: 'download the file and pass it as binary data, or put it on a public address',
	},
	{
		of: 'Box',
		hosts: ['box.com'],
		isPage: ({ hostname, pathname }) =>
			hostname !== 'dl.box.com' &&
			hostname !== 'api.box.com' &&
			!/^\/(shared\/static|representation)\//.test(pathname),
		advice: `use the direct link of the file’s share settings (…/shared/static/…), or with the Box node ${DOWNLOAD_FIRST}`,
	},
	{
		of: 'Imgur',
		hosts: ['imgur.com'],
		isPage: (url) => url.hostname !== 'i.imgur.com' && !endsLikeAFile(url),
		advice:
			'open the picture itself: its address starts with https://i.imgur.com/ and ends in .png or .jpeg',
	},
	{
		of: 'Notion',
		hosts: ['notion.so', 'notion.site', 'notion.com'],
		isPage: ({ hostname, pathname }) =>
			!/^(file|img)\.notion\./.test(hostname) && !/^\/(image|signed)\//.test(pathname),
		advice: `with the Notion node read the page’s file property and use the URL in it, or ${DOWNLOAD_FIRST}`,
	},
	{
		of: 'GitHub',
		hosts: ['github.com'],
		isPage: (url) =>
			url.hostname === 'github.com' &&
			/^\/[^/]+\/[^/]+\/blob\//.test(url.pathname) &&
			!says(url, 'raw') &&
			!says(url, 'raw', 'true'),
		advice: 'put ?raw=true at the end of the link',
	},
	{
		of: 'GitLab',
		hosts: ['gitlab.com'],
		isPage: ({ pathname }) => pathname.includes('/-/blob/'),
		advice: 'put /-/raw/ in place of /-/blob/ in the link',
	},
	{
		of: 'Bitbucket',
		hosts: ['bitbucket.org'],
		isPage: ({ pathname }) => /^\/[^/]+\/[^/]+\/src\//.test(pathname),
		advice: 'put /raw/ in place of /src/ in the link',
	},
	{
		of: 'Hugging Face',
		hosts: ['huggingface.co'],
		isPage: ({ pathname }) => pathname.includes('/blob/'),
		advice: 'put /resolve/ in place of /blob/ in the link',
	},
	{
		of: 'Wikipedia',
		hosts: ['wikipedia.org', 'wikimedia.org'],
		isPage: ({ hostname, pathname }) =>
			hostname !== 'upload.wikimedia.org' &&
			!/^\/wiki\/Special:(FilePath|Redirect)\//i.test(pathname),
		advice:
			'open the picture itself and use its own address, which starts with https://upload.wikimedia.org/',
	},
	{
		of: 'Slack',
		hosts: ['slack.com'],
		isPage: (url) =>
			/^\/(files(-\w+)?|archives)\//.test(url.pathname) && !url.searchParams.has('pub_secret'),
		advice: `with the Slack node ${DOWNLOAD_FIRST}`,
	},
	{
		of: 'a chat',
		hosts: [
			'discord.com',
			't.me',
			'telegram.me',
			'web.whatsapp.com',
			'wa.me',
			'teams.microsoft.com',
		],
		isPage: ({ pathname }) => !/^\/(api|attachments)\//.test(pathname),
		advice: `with the node of that service ${DOWNLOAD_FIRST}`,
	},
	{
		of: 'a board',
		hosts: ['trello.com', 'miro.com', 'asana.com', 'clickup.com', 'monday.com', 'atlassian.net'],
		isPage: ({ pathname }) => !/\/(attachments?|download|rest|secure)\//.test(pathname),
		advice: `with the node of that service ${DOWNLOAD_FIRST}`,
	},
	{
		of: 'Airtable',
		hosts: ['airtable.com'],
		advice: 'read the record by the Airtable node and use the URL in its attachment field',
	},
	{
		of: 'a video platform',
		hosts: [
			'youtube.com',
			'youtu.be',
			'tiktok.com',
			'vimeo.com',
			'dailymotion.com',
			'loom.com',
			'twitch.tv',
			'streamable.com',
			'frame.io',
		],
		isPage: ({ hostname, pathname }) =>
			!/^(i|cdn|cdn-[\w-]+|clips-media[\w-]*)\./.test(hostname) &&
			!/^\/(progressive_redirect|external)\//.test(pathname),
		advice: 'pass the video file itself, as binary data or by its own address',
	},
	{
		of: 'a music platform',
		hosts: ['soundcloud.com', 'spotify.com', 'bandcamp.com', 'music.apple.com', 'freesound.org'],
		isPage: (url) => !endsLikeAFile(url) && !/^(api|cdn)\b/.test(url.hostname),
		advice: 'pass the audio file itself, as binary data or by its own address',
	},
	{
		of: 'a social network',
		hosts: [
			'instagram.com',
			'instagr.am',
			'threads.net',
			'threads.com',
			'facebook.com',
			'fb.watch',
			'x.com',
			'twitter.com',
			'bsky.app',
			'pinterest.*',
			'pin.it',
			'reddit.com',
			'linkedin.com',
			'tumblr.com',
		],
		isPage: (url) => !endsLikeAFile(url) && !/^(graph|i|media|preview)\./.test(url.hostname),
		advice: 'open the picture or video itself and use its own address, or pass it as binary data',
	},
	{
		of: 'a gallery',
		hosts: [
			'flickr.com',
			'flic.kr',
			'unsplash.com',
			'pexels.com',
			'pixabay.com',
			'shutterstock.com',
			'istockphoto.com',
			'gettyimages.com',
			'stock.adobe.com',
			'behance.net',
			'dribbble.com',
			'deviantart.com',
			'artstation.com',
			'gyazo.com',
			'ibb.co',
			'imgbb.com',
			'postimg.cc',
			'postimages.org',
			'prnt.sc',
			'giphy.com',
			'tenor.com',
		],
		isPage: (url) =>
			!endsLikeAFile(url) &&
			!/^(i|c|images?|cdn[\w-]*|live|videos|media\d*|plus)\./.test(url.hostname) &&
			!/\/download$/.test(url.pathname),
		advice: 'open the picture itself and use its own address',
	},
	{
		of: 'a design tool',
		hosts: [
			'canva.com',
			'canva.link',
			'figma.com',
			'lightroom.adobe.com',
			'acrobat.adobe.com',
			'adobe.ly',
		],
		isPage: ({ hostname, pathname }) =>
			/adobe|\.link$/.test(hostname) || /^\/(design|file|proto|board|slides)\//.test(pathname),
		advice: 'export the picture and pass it as binary data, or put it on a public address',
	},
	{
		of: 'a file hoster',
		hosts: [
			'mega.nz',
			'mega.io',
			'mediafire.com',
			'fromsmash.com',
			'pcloud.link',
			'pcloud.com',
			'terabox.com',
			'gofile.io',
			'pixeldrain.com',
			'sync.com',
			'drive.proton.me',
			'disk.yandex.ru',
			'disk.yandex.com',
			'yadi.sk',
			'pan.baidu.com',
			'cloud.mail.ru',
			'workdrive.zoho.com',
			'send.vis.ee',
			'swisstransfer.com',
			'filemail.com',
		],
		isPage: ({ hostname, pathname }) =>
			!/^(download|p-|store)/.test(hostname) && !/^\/api\//.test(pathname),
		advice: 'download the file and pass it as binary data, or put it on a public address',
	},
];

/** On whatever host it runs: a share's token has 15 characters, and its file is behind /download. */
const NEXTCLOUD = /^(?:\/index\.php)?\/s\/[A-Za-z0-9]{15}\/?$/;
const NEXTCLOUD_ADVICE = 'put /download at the end of the link';

/**
 * Whose page a URL shows instead of the file that was shared, and how to get the file; undefined
 * where nothing is known against the URL. By how links of these services are written; none is
 * asked for.
 */
export const sharePage = (url: URL): SharePage | undefined => {
	if (url.hostname === 'drive.google.com') {
		return /^\/(uc|thumbnail)\b/.test(url.pathname)
			? undefined
			: { of: 'Google Drive', advice: driveAdvice(url) };
	}
	const known = RULES.find(
		({ hosts, isPage = () => true }) => hosts.some((domain) => onHost(url, domain)) && isPage(url),
	);
	return (
		known ??
		(NEXTCLOUD.test(url.pathname) ? { of: 'Nextcloud', advice: NEXTCLOUD_ADVICE } : undefined)
	);
};
