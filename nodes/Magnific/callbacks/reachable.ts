const PRIVATE_V4 = [
	/^0\./,
	/^10\./,
	/^127\./,
	/^169\.254\./,
	/^172\.(1[6-9]|2\d|3[01])\./,
	/^192\.168\./,
	/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
	/^192\.0\.0\./,
	/^198\.1[89]\./,
	// Multicast, reserved and broadcast.
	/^(22[4-9]|2[3-5]\d)\./,
];

/** As `URL` writes them: the range that public addresses are given from … */
const PUBLIC_V6 = /^[23][0-9a-f]{3}:/;
/** … and the parts of it that hold an IPv4 address (6to4, Teredo), which may be private. */
const HOLDS_V4 = /^(2002:|2001:0?:)/;

/** Reserved, or in use for networks of one's own and never given out; some names that lead back to oneself. */
const PRIVATE_NAME =
	/(^|\.)(localhost|local|localdomain|internal|intranet|intra|lan|corp|home|private|home\.arpa|svc|docker|consul|test|invalid|onion|fritz\.box|mshome\.net|localtest\.me|lvh\.me)$/;

/** Services whose names hold the address that they lead to: `10.0.0.1.nip.io`, `app-10-0-0-1.sslip.io`. */
const NAMED_V4 =
	/(?:^|[.-])(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})\.(?:nip|sslip|xip)\.io$/;

/** Whether a URL's host can only be reached from near by: a private address or a name without a public domain. */
export const isPrivateHost = (url: string): boolean => {
	const host = new URL(url).hostname
		.toLowerCase()
		.replace(/^\[|\]$/g, '')
		.replace(/\.$/, '');
	if (host.includes(':')) return !PUBLIC_V6.test(host) || HOLDS_V4.test(host);
	const v4 = /^\d+\.\d+\.\d+\.\d+$/.test(host)
		? host
		: NAMED_V4.exec(host)?.slice(1).map(Number).join('.');
	if (v4 !== undefined) return PRIVATE_V4.some((range) => range.test(v4));
	return !host.includes('.') || PRIVATE_NAME.test(host);
};

/**
 * Why Magnific at `baseUrl` could not call `url`, as the rest of a sentence that starts with the
 * URL's name; undefined where nothing speaks against it. A private API may call a private URL.
 */
export const unreachable = (url: string, baseUrl: string): string | undefined => {
	const { protocol, origin } = URL.canParse(url) ? new URL(url) : { protocol: '', origin: '' };
	if (protocol !== 'https:' && protocol !== 'http:') return 'is not a web address';
	if (isPrivateHost(baseUrl)) return undefined;
	if (isPrivateHost(url)) return `(${origin}) can only be reached from near by`;
	return protocol === 'https:' ? undefined : `(${origin}) is not https`;
};

/**
 * Why no file may be fetched from or sent to `url`, an address that came with an answer of the API
 * at `baseUrl` or with a redirect, as the rest of a sentence that starts with the URL's name;
 * undefined where nothing speaks against it. Only a private API may name private addresses. Names
 * are judged by how they are written: n8n allows its nodes no look-up of their addresses.
 */
export const forbiddenAddress = (url: string, baseUrl: string): string | undefined => {
	const { protocol, origin } = URL.canParse(url) ? new URL(url) : { protocol: '', origin: '' };
	if (protocol !== 'https:' && protocol !== 'http:') return 'is not a web address';
	return isPrivateHost(url) && !isPrivateHost(baseUrl)
		? `(${origin}) is a private one, and the API’s is not`
		: undefined;
};

/**
 * What to do about an address of n8n's own that cannot be reached, as a sentence without its stop.
 * n8n 2.41 reads both variables and calls the second deprecated; older ones read only that.
 */
export const SET_PUBLIC_ADDRESS =
	'Set the environment variable N8N_WEBHOOK_URL of n8n (WEBHOOK_URL before n8n 2.41) to its public https address';
