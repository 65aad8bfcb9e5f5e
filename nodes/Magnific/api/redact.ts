const WEB_ADDRESS = /https?:\/\/[^\s"'<>]*/gi;

/** A URL without its login, query and fragment. */
const bare = (address: string): string => {
	const hostAt = address.indexOf('//') + 2;
	const end = address.slice(hostAt).search(/[?#]/);
	const shown = end === -1 ? address : address.slice(0, hostAt + end);
	const path = shown.indexOf('/', hostAt);
	const loginEnd = shown.lastIndexOf('@', path === -1 ? shown.length : path);
	return loginEnd < hostAt ? shown : shown.slice(0, hostAt) + shown.slice(loginEnd + 1);
};

/**
 * The value of a parameter that makes a URL signed. Found from its `=` backwards: a pattern that begins
 * with the name would start over at every letter of a long word.
 */
const SIGNING_VALUE =
	/=(?<=(?:signature|token|api_?key|(?<![a-z0-9_])(?:sig|key-pair-id|policy)|x-(?:amz|goog)-[a-z0-9-]*)=)[^\s"'<>&]+/gi;

/**
 * Takes out of a text what must not be shown: the given secrets, the query, fragment and login of
 * every URL (signed URLs carry their token there), and the values of signing parameters, also where
 * a text quotes the query alone. Takes time in proportion to the text.
 */
export const redact = (text: string, secrets: readonly string[] = []): string =>
	secrets
		.filter((secret) => secret !== '')
		.reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
		.replace(WEB_ADDRESS, bare)
		.replace(SIGNING_VALUE, '=***');
