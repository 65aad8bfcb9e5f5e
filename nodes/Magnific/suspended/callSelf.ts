import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { systemClock } from '../api/clock';
import { settle } from '../api/errors';
import { isRecord } from '../api/guards';
import { SELF_CALL_HEADER, selfCallHeader, type SelfCall } from './selfCall';
import type { Park } from './state';

const TIMEOUT_MS = 30_000;

/**
 * Calls the parked execution from this process. True where n8n took the call; false where it did
 * not: the execution is not waiting (any more), or cannot be reached under its own address.
 */
export const callSelf = async (
	context: IExecuteFunctions | IWebhookFunctions,
	apiKey: string,
	park: Pick<Park, 'id' | 'resumeUrl'>,
	call: SelfCall,
): Promise<boolean> => {
	const body = JSON.stringify(call);
	const answer = await settle(
		async (): Promise<unknown> =>
			await context.helpers.httpRequest({
				method: 'POST',
				url: park.resumeUrl,
				headers: {
					'Content-Type': 'application/json',
					[SELF_CALL_HEADER]: selfCallHeader(apiKey, park.id, body, systemClock.now()),
				},
				body,
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				timeout: TIMEOUT_MS,
			}),
	);
	if ('error' in answer || !isRecord(answer.value)) return false;
	const { statusCode } = answer.value;
	return typeof statusCode === 'number' && statusCode >= 200 && statusCode < 300;
};
