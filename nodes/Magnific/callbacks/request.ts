import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { IncomingHeaders } from './signature';

const LARGEST_BODY_BYTES = 1_000_000;

export interface CallbackRequest {
	headers: IncomingHeaders;
	/** What was signed. */
	rawBody: Buffer;
	/** As n8n read it; an empty object where there was none. */
	body: unknown;
}

/**
 * A callback's request, or why it is none. Whatever its body is, it may be authentic: what it says
 * is for others to find. One that says it is JSON and is not, n8n itself refuses (422).
 */
export const readRequest = (context: IWebhookFunctions): CallbackRequest | { refusal: string } => {
	const { rawBody } = context.getRequestObject();
	const bytes = Buffer.isBuffer(rawBody) ? rawBody : Buffer.alloc(0);
	if (bytes.length > LARGEST_BODY_BYTES) return { refusal: 'The body is over 1 MB' };
	return { headers: context.getHeaderData(), rawBody: bytes, body: context.getBodyData() };
};

/** Answers a call with a status of its own; no execution is started or resumed. `more` goes beside the message. */
export const respond = (
	context: IWebhookFunctions,
	status: number,
	message: string,
	more: object = {},
): IWebhookResponseData => {
	const response = context.getResponseObject();
	if (!response.headersSent) response.status(status).json({ message, ...more });
	return { noWebhookResponse: true };
};
