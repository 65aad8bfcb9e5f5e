/**
 * What a refusal is about.
 * `plan`: a 403 while nothing has ever worked with this key; `forbidden`: any other, about one app or run.
 * `no_credits`: the account, or what the key may spend of it, is used up.
 */
export type RefusalKind =
	| 'key_refused'
	| 'plan'
	| 'forbidden'
	| 'no_credits'
	| 'not_found'
	| 'rate_limited'
	| 'unavailable'
	| 'server'
	| 'rejected'
	| 'redirect';

interface Wording {
	kind: RefusalKind;
	/** What happened, one sentence; without a full stop. */
	message: string;
	/** What the user can do now. */
	advice: string;
}

/** What a status says; the API's own words are put behind the message. */
const WORDINGS = new Map<number, Wording>([
	[
		401,
		{
			kind: 'key_refused',
			message: 'Magnific refused the API key',
			advice:
				'Check the API key in the credential, or create a new one at the API keys page of the Magnific dashboard.',
		},
	],
	[
		403,
		{
			kind: 'forbidden',
			message: 'Magnific does not allow this API key to use what was asked for',
			advice:
				'Check whose app or run it is, and which tools an administrator allows this key. Others are not concerned.',
		},
	],
	[
		404,
		{
			kind: 'not_found',
			message: 'Magnific does not know what was asked for',
			advice: 'Check the id, and whether the account of this API key can see it.',
		},
	],
	[
		429,
		{
			kind: 'rate_limited',
			message: 'Magnific asks to slow down (429)',
			advice:
				'Set Requests Per Minute in the credential to what your plan allows. Others who use the same key count too.',
		},
	],
	[
		503,
		{
			kind: 'unavailable',
			message: 'Magnific is not available at the moment (503)',
			advice: 'Try again in a few minutes.',
		},
	],
]);

const NO_PLAN: Wording = {
	kind: 'plan',
	message: 'Magnific does not allow this with your plan or role',
	advice:
		'Nothing has worked with this API key yet. The Apps (Flows) API is part of the plans Premium, Premium+, Pro, Business and Enterprise, not of pay-as-you-go: check the plan that the key belongs to, and whether the account can see this app or run.',
};

export const NO_CREDITS: Wording = {
	kind: 'no_credits',
	message: 'The Magnific account has no credits left for this',
	advice:
		'Top up its credits, or let an administrator raise the limit of this API key, then run again.',
};

export const BETWEEN = 'Some firewall or proxy in between answered instead of Magnific.';

/** What the status of a refusal says to the user; `isUntriedKey`: nothing has ever worked with this key. */
export const wordingOf = (statusCode: number, isUntriedKey: boolean): Wording => {
	const code = String(statusCode);
	if (statusCode >= 300 && statusCode < 400) {
		return {
			kind: 'redirect',
			message: `The base URL answered with a redirect (${code})`,
			advice:
				'The API key is not sent to another address. Put the final address of the API into the credential’s base URL.',
		};
	}
	if (statusCode === 403 && isUntriedKey) return NO_PLAN;
	const known = WORDINGS.get(statusCode === 410 ? 404 : statusCode);
	if (known) return known;
	return statusCode >= 500
		? {
				kind: 'server',
				message: `Magnific could not handle the request (${code})`,
				advice: 'Try again in a few minutes; if it goes on, ask Magnific’s support.',
			}
		: {
				kind: 'rejected',
				message: `Magnific did not accept the request (${code})`,
				advice: 'Check the values of this node.',
			};
};
