import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { isRecord } from '../api/guards';
import type { IncomingHeaders } from './signature';

const LARGEST_BODY_BYTES = 1_000_000;

export interface CallbackRequest {
	headers: IncomingHeaders;
	/** What was signed. */
	rawBody: Buffer;
	body: Record<string, unknown>;
}

/** A callback's request, or why it is none. A body that says it is JSON and is not, n8n itself refuses (422). */
export const readRequest = (context: IWebhookFunctions): CallbackRequest | { refusal: string } => {
	const { rawBody } = context.getRequestObject();
	const body: unknown = context.getBodyData();
	if (!Buffer.isBuffer(rawBody) || rawBody.length === 0) return { refusal: 'The body is empty' };
	if (rawBody.length > LARGEST_BODY_BYTES) return { refusal: 'The body is over 1 MB' };
	if (!isRecord(body)) return { refusal: 'The body is not a JSON object' };
	return { headers: context.getHeaderData(), rawBody, body };
};

/** Answers a call with a status of its own; no execution is started or resumed. */
export const respond = (
	context: IWebhookFunctions,
	status: number,
	message: string,
): IWebhookResponseData => {
	const response = context.getResponseObject();
	if (!response.headersSent) response.status(status).json({ message });
	return { noWebhookResponse: true };
};
