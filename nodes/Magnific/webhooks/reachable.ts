const PRIVATE_V4 = [
	/^0\./,
	/^10\./,
	/^127\./,
	/^169\.254\./,
	/^172\.(1[6-9]|2\d|3[01])\./,
	/^192\.168\./,
	/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
];

/** As `URL` writes them; among them IPv4 addresses in the form of IPv6, which nobody is reached by. */
const PRIVATE_V6 = /^(::1?$|::ffff:|f[cd]..:|fe[89ab].:)/;

const PRIVATE_NAME = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home\.arpa|test)$/;

/** Whether a URL's host can only be reached from near by: a private address or a name without a public domain. */
export const isPrivateHost = (url: string): boolean => {
	const host = new URL(url).hostname
		.toLowerCase()
		.replace(/^\[|\]$/g, '')
		.replace(/\.$/, '');
	if (host.includes(':')) return PRIVATE_V6.test(host);
	if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return PRIVATE_V4.some((range) => range.test(host));
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
