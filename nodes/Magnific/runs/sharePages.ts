/** A page that shows a file, and how to get at the file itself. */
interface SharePage {
	/** Whose page it is, as people call it. */
	of: string;
	advice: string;
}

interface Rule extends SharePage {
	/** Domains; their subdomains are meant too. */
	hosts: string[];
	/** Whether this address of theirs is a page; all are where it is left out. */
	isPage?: (url: URL) => boolean;
}

const DOWNLOAD_FIRST =
	'download the file in this workflow first and enter the name of the binary field that it is in';

const onHost = ({ hostname }: URL, domain: string): boolean =>
	hostname === domain || hostname.endsWith(`.${domain}`);

const says = (url: URL, name: string, value = '1'): boolean =>
	url.searchParams.get(name)?.toLowerCase() === value;

const endsLikeAFile = ({ pathname }: URL): boolean =>
	/\.(png|jpe?g|webp|gif|avif|mp4|webm|mov|mp3|wav|m4a|ogg)$/i.test(pathname);

const driveAdvice = (url: URL): string => {
	const id =
		/\/(?:file\/d|d)\/([\w-]+)/.exec(url.pathname)?.[1] ?? url.searchParams.get('id') ?? undefined;
	return id === undefined || url.pathname.includes('/folders')
		? `open the one file and share that, or with the Google Drive node ${DOWNLOAD_FIRST}`
		: `use https://drive.google.com/uc?export=download&id=${id} if the file is shared with everybody, or with the Google Drive node ${DOWNLOAD_FIRST}`;
};

const RULES: Rule[] = [
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
		hosts: ['images.app.goo.gl', 'google.com'],
		isPage: ({ hostname, pathname }) =>
			hostname === 'images.app.goo.gl' ||
			(/^(www\.)?google\.com$/.test(hostname) && /^\/(imgres|search|url)\b/.test(pathname)),
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
		of: 'Slack',
		hosts: ['slack.com'],
		isPage: (url) => /^\/files(-\w+)?\//.test(url.pathname) && !url.searchParams.has('pub_secret'),
		advice: `with the Slack node ${DOWNLOAD_FIRST}`,
	},
	{
		of: 'Airtable',
		hosts: ['airtable.com'],
		advice: 'read the record by the Airtable node and use the URL in its attachment field',
	},
	{
		of: 'a video platform',
		hosts: ['youtube.com', 'youtu.be', 'tiktok.com', 'vimeo.com', 'dailymotion.com', 'loom.com'],
		isPage: ({ hostname, pathname }) =>
			!/^(i|cdn)\./.test(hostname) && !/^\/(progressive_redirect|external)\//.test(pathname),
		advice: 'pass the video file itself, as binary data or by its own address',
	},
	{
		of: 'a social network',
		hosts: [
			'instagram.com',
			'facebook.com',
			'fb.watch',
			'x.com',
			'twitter.com',
			'pinterest.com',
			'pin.it',
			'reddit.com',
			'linkedin.com',
		],
		isPage: (url) => !endsLikeAFile(url) && !/^(graph|i|media|preview)\./.test(url.hostname),
		advice: 'open the picture or video itself and use its own address, or pass it as binary data',
	},
	{
		of: 'a gallery',
		hosts: [
			'flickr.com',
			'unsplash.com',
			'pexels.com',
			'gyazo.com',
			'ibb.co',
			'postimg.cc',
			'prnt.sc',
			'giphy.com',
		],
		isPage: (url) =>
			!endsLikeAFile(url) &&
			!/^(i|images|live|videos|media\d*|plus)\./.test(url.hostname) &&
			!/\/download$/.test(url.pathname),
		advice: 'open the picture itself and use its own address',
	},
	{
		of: 'a design tool',
		hosts: ['canva.com', 'figma.com'],
		isPage: ({ pathname }) => /^\/(design|file|proto|board|slides)\//.test(pathname),
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
		],
		isPage: ({ hostname }) => !/^(download|p-)/.test(hostname),
		advice: 'download the file and pass it as binary data, or put it on a public address',
	},
];

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
	return RULES.find(
		({ hosts, isPage = () => true }) => hosts.some((domain) => onHost(url, domain)) && isPage(url),
	);
};
