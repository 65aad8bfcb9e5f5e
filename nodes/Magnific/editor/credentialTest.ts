import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { isWebPage, saysNoCredits } from '../api/answers';
import { leadsTo, normalizeBaseUrl, paths, type EndpointFamily } from '../api/endpoints';
import { networkError } from '../api/errors';
import { isRecord, type JsonRecord } from '../api/guards';
import { USER_AGENT } from '../api/userAgent';

interface Answer {
	statusCode: number;
	body: unknown;
	headers?: JsonRecord;
}

const isAnswer = (value: unknown): value is Answer =>
	isRecord(value) &&
	typeof value.statusCode === 'number' &&
	(value.headers === undefined || isRecord(value.headers));

const says = (status: INodeCredentialTestResult['status'], message: string) => ({
	status,
	message,
});

const isList = (body: unknown): boolean =>
	Array.isArray(body) || (isRecord(body) && Array.isArray(body.data));

/** What the answer to the list request means, in words. */
export const judge = ({ statusCode, body }: Answer, baseUrl: string): INodeCredentialTestResult => {
	if (statusCode === 401) {
		return says(
			'Error',
			'Key refused: Magnific does not accept this API key. Copy it again from the Magnific dashboard.',
		);
	}
	if (statusCode >= 400 && statusCode !== 404 && isWebPage(body)) {
		return says(
			'Error',
			`A firewall or proxy in between answered with a web page (${String(statusCode)}) instead of Magnific. Ask who runs the network between n8n and Magnific.`,
		);
	}
	if (statusCode === 403) {
		return says(
			'Error',
			'The key is right, but this plan has no Apps API (Premium, Premium+, Pro, Business and Enterprise have it), or an administrator does not allow it to this key: Magnific refuses the list of apps. Check both in the Magnific dashboard.',
		);
	}
	if (saysNoCredits(statusCode, body, false)) {
		return says('OK', 'The key is right, but the account has no credits left: top them up.');
	}
	if (statusCode === 429) {
		return says('OK', 'The key is right; Magnific asks to slow down at the moment (429).');
	}
	if (statusCode >= 500) {
		return says(
			'Error',
			`Magnific could not answer (${String(statusCode)}). Try again in a few minutes.`,
		);
	}
	if (statusCode < 200 || statusCode >= 300 || !isList(body)) {
		return says(
			'Error',
			`Nothing there: ${baseUrl} does not answer like the Magnific API (${String(statusCode)}). Check the base URL.`,
		);
	}
	return says('OK', 'The API key works.');
};

/** Whether the same may be served under the other family. */
const mayBeOther = ({ statusCode, headers }: Answer): boolean =>
	statusCode === 404 || statusCode === 410 || leadsTo('flows', headers?.location);

/**
 * Tells apart: key refused, plan without the API, nothing there (wrong base URL), and success.
 * A node method, because it must try both endpoint families.
 */
export async function magnificApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { apiKey, baseUrl, endpointFamily } = credential.data ?? {};
	const base = normalizeBaseUrl(typeof baseUrl === 'string' ? baseUrl : '');
	const families: EndpointFamily[] =
		endpointFamily === 'apps' || endpointFamily === 'flows' ? [endpointFamily] : ['apps', 'flows'];
	// The only request helper that n8n gives to a credential test is the one it calls deprecated.
	const { helpers } = this;

	let verdict = says('Error', `Nothing there: ${base} is not a web address. Check the base URL.`);
	if (!/^https?:\/\//i.test(base) || !URL.canParse(base)) return verdict;
	for (const family of families) {
		try {
			const answer: unknown = await helpers.request({
				method: 'GET',
				uri: `${base}${paths.list(family)}`,
				headers: { 'X-Magnific-Api-Key': apiKey, 'User-Agent': USER_AGENT },
				json: true,
				simple: false,
				resolveWithFullResponse: true,
				followRedirect: false,
				timeout: 15_000,
			});
			verdict = isAnswer(answer) ? judge(answer, base) : verdict;
			if (!isAnswer(answer) || !mayBeOther(answer)) return verdict;
		} catch (error) {
			return says('Error', `Nothing there: ${networkError(error).message}. Check the base URL.`);
		}
	}
	return verdict;
}
