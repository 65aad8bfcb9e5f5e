import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { normalizeBaseUrl, paths, type EndpointFamily } from '../api/endpoints';
import { networkError } from '../api/errors';
import { isRecord } from '../api/guards';

interface Answer {
	statusCode: number;
	body: unknown;
}

const isAnswer = (value: unknown): value is Answer =>
	isRecord(value) && typeof value.statusCode === 'number';

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
	if (statusCode === 403) {
		return says(
			'Error',
			'The key is right, but this plan has no Apps API. It is part of certain Magnific plans only.',
		);
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
				headers: { 'X-Magnific-Api-Key': apiKey },
				json: true,
				simple: false,
				resolveWithFullResponse: true,
				followRedirect: false,
				timeout: 15_000,
			});
			verdict = isAnswer(answer) ? judge(answer, base) : verdict;
			if (!isAnswer(answer) || answer.statusCode !== 404) return verdict;
		} catch (error) {
			return says('Error', `Nothing there: ${networkError(error).message}. Check the base URL.`);
		}
	}
	return verdict;
}
