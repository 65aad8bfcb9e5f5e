const PRIVATE_V4 = [
	/^0\./,
	/^10\./,
	/^127\./,
	/^169\.254\./,
	/^172\.(1[6-9]|2\d|3[01])\./,
	/^192\.168\./,
	/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
];

const PRIVATE_NAME = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home\.arpa|test)$/;

/** Whether a URL's host can only be reached from near by: a private address or a name without a public domain. */
export const isPrivateHost = (url: string): boolean => {
	const host = new URL(url).hostname
		.toLowerCase()
		.replace(/^\[|\]$/g, '')
		.replace(/\.$/, '');
	if (host.includes(':')) {
		const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(host)?.[1];
		return mapped === undefined
			? host === '::1' ||
					host === '::' ||
					/^f[cd]/.test(host) ||
					/^fe[89ab]/.test(host) ||
					host.startsWith('::ffff:')
			: PRIVATE_V4.some((range) => range.test(mapped));
	}
	if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return PRIVATE_V4.some((range) => range.test(host));
	return !host.includes('.') || PRIVATE_NAME.test(host);
};

/**
 * Why Magnific at `baseUrl` could not call `url`, as the rest of a sentence that starts with the
 * URL's name; undefined where nothing speaks against it. A private API may call a private URL.
 */
export const unreachable = (url: string, baseUrl: string): string | undefined => {
	if (!URL.canParse(url)) return 'is not a web address';
	if (isPrivateHost(baseUrl)) return undefined;
	if (isPrivateHost(url)) return `(${new URL(url).origin}) can only be reached from near by`;
	return url.startsWith('https://') ? undefined : `(${new URL(url).origin}) is not https`;
};
