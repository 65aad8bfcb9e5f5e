import { firstText, isRecord, type JsonRecord } from './guards';

export interface InvalidParam {
	name: string;
	reason: string;
}

const problemOf = (body: JsonRecord): JsonRecord => (isRecord(body.problem) ? body.problem : {});

/** What the body of a refusal says of single inputs. */
export const invalidParamsOf = (body: unknown): InvalidParam[] => {
	if (!isRecord(body)) return [];
	const list = problemOf(body).invalid_params ?? body.invalid_params;
	return (Array.isArray(list) ? list : []).filter(isRecord).map((param) => ({
		name: firstText(param.name, param.field) ?? '',
		reason: firstText(param.reason, param.message) ?? 'not accepted',
	}));
};

/** The message in the body of a refusal, without a full stop. */
export const messageOf = (body: unknown): string | undefined => {
	if (!isRecord(body)) return undefined;
	const problem = problemOf(body);
	const errors: unknown[] = Array.isArray(body.errors) ? body.errors : [];
	const error = [body.error, errors[0]].map((said) => (isRecord(said) ? said.message : said));
	const text = firstText(
		Array.isArray(body.message) ? body.message[0] : body.message,
		problem.message,
		problem.detail,
		body.detail,
		...error,
		problem.title,
		body.title,
	);
	return text?.trim().replace(/[.\s]+$/, '');
};

const PAGE = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)?<(?:!doctype\s+html|html|head|body)\b/i;

/** Whether the body is a web page; `headers` by their lower-case names. */
export const isWebPage = (body: unknown, headers: JsonRecord = {}): boolean =>
	typeof body === 'string' &&
	body.trim() !== '' &&
	(PAGE.test(body) || firstText(headers['content-type'])?.includes('text/html') === true);

const MONEY =
	/\b(?:credits?|balance|quota|funds|payment required|(?:spend(?:ing)?|usage|budget) (?:limit|cap))\b/i;
/** What only an account has: a quota or a limit may be one of requests, too. */
const ACCOUNT = /\b(?:credits?|balance|funds|payment required)\b/i;
const SHORTAGE =
	/\b(?:insufficient|not enough|no|0|zero|out of|used up|exhausted|exceed\w*|reached|too (?:low|few)|low|lacks?|needs?|requires?|required|remaining|left|top up)\b/i;
const CODE = /(?:^|[_-])(?:credits?|balance|quota|funds)(?:$|[_-])/i;

/**
 * Whether a refusal means that the credits are used up: 402, or a 4xx whose text speaks of credits,
 * balance or quota. Not where the text is about inputs, which may have such names, nor where the
 * status says something else for certain (401, 404, 410). A 400, 422 or 429 without a list of inputs
 * has to speak of a shortage too, and a 429, which may be about requests, of the account's.
 */
export const saysNoCredits = (statusCode: number, body: unknown, namesInputs: boolean): boolean => {
	if (statusCode === 402) return true;
	if (namesInputs || statusCode < 400 || statusCode >= 500) return false;
	if ([401, 404, 410].includes(statusCode)) return false;
	const raw = isRecord(body) ? body : {};
	const error = isRecord(raw.error) ? raw.error : {};
	const code = firstText(
		raw.code,
		raw.error_code,
		error.code,
		problemOf(raw).code,
		raw.error,
		raw.type,
	);
	const said = messageOf(body) ?? (typeof body === 'string' ? body : '');
	if (statusCode === 429) {
		return ACCOUNT.test(said) && SHORTAGE.test(said) && !/\b(?:requests?|rate)\b/i.test(said);
	}
	if (code !== undefined && CODE.test(code)) return true;
	const isVague = statusCode === 400 || statusCode === 422;
	return MONEY.test(said) && (!isVague || SHORTAGE.test(said));
};
