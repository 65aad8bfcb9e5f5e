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
	const error = isRecord(body.error) ? body.error.message : body.error;
	const text = firstText(body.message, problem.message, problem.detail, body.detail, error);
	return text?.trim().replace(/[.\s]+$/, '');
};

const PAGE = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)?<(?:!doctype\s+html|html|head|body)\b/i;

/** Whether the body is a web page; `headers` by their lower-case names. */
export const isWebPage = (body: unknown, headers: JsonRecord = {}): boolean =>
	typeof body === 'string' &&
	body.trim() !== '' &&
	(PAGE.test(body) || firstText(headers['content-type'])?.includes('text/html') === true);

const MONEY = /\b(?:credits?|balance|quota)\b/i;
const SHORTAGE =
	/\b(?:insufficient|not enough|no|out of|used up|exhausted|exceed\w*|reached|too (?:low|few)|low|lacks?|needs?|requires?|remaining|left|top up)\b/i;
const CODE = /(?:^|[_-])(?:credits?|balance|quota)(?:$|[_-])/i;

/**
 * Whether a refusal means that the credits are used up: 402, or a 4xx whose text speaks of credits,
 * balance or quota. Not where the text is about inputs, which may have such names, nor where the
 * status says something else for certain (401, 404, 410, 429). A 400 or 422 without a list of inputs has
 * to speak of a shortage too.
 */
export const saysNoCredits = (statusCode: number, body: unknown, namesInputs: boolean): boolean => {
	if (statusCode === 402) return true;
	if (namesInputs || statusCode < 400 || statusCode >= 500) return false;
	if ([401, 404, 410, 429].includes(statusCode)) return false;
	const raw = isRecord(body) ? body : {};
	const error = isRecord(raw.error) ? raw.error : {};
	const code = firstText(raw.code, raw.error_code, error.code, problemOf(raw).code);
	if (code !== undefined && CODE.test(code)) return true;
	const said = messageOf(body) ?? (typeof body === 'string' ? body : '');
	const isVague = statusCode === 400 || statusCode === 422;
	return MONEY.test(said) && (!isVague || SHORTAGE.test(said));
};
