import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { systemClock } from '../api/clock';
import { settle } from '../api/errors';
import { isRecord } from '../api/guards';
import { heardFrom, type Heard } from './heard';
import { SELF_CALL_HEADER, signedSelfCall, type SelfCall } from './selfCall';
import type { Park } from './state';

const TIMEOUT_MS = 30_000;

export interface SelfAnswer {
	heard: Heard;
	body: unknown;
}

/** Calls the parked execution from this process, under its own address. Never throws. */
export const callSelf = async (
	context: IExecuteFunctions | IWebhookFunctions,
	park: Pick<Park, 'id' | 'secret' | 'resumeUrl'>,
	call: SelfCall,
	news?: object,
): Promise<SelfAnswer> => {
	const { body, header } = signedSelfCall(park, call, systemClock.now(), news);
	const answer = await settle(
		async (): Promise<unknown> =>
			await context.helpers.httpRequest({
				method: 'POST',
				url: park.resumeUrl,
				headers: { 'Content-Type': 'application/json', [SELF_CALL_HEADER]: header },
				body,
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
				timeout: TIMEOUT_MS,
			}),
	);
	if ('error' in answer) return { heard: 'unheard', body: undefined };
	const { body: said } = isRecord(answer.value) ? answer.value : {};
	return { heard: heardFrom(answer.value, park.resumeUrl), body: said };
};
