import type { IHookFunctions } from 'n8n-workflow';
import { ApiError } from '../api/errors';
import { CREDENTIAL, readSettings } from '../api/settings';
import { SET_PUBLIC_ADDRESS, unreachable } from '../callbacks/reachable';
import { triggerRegistry } from './registry';
import { editorError } from '../batch/stoppingError';

/** For a test event another one than when the workflow is active, also while n8n takes it down. */
const urlOf = (context: IHookFunctions): string => context.getNodeWebhookUrl('default') ?? '';

/** Whether the trigger is in the registry already; on a no, n8n calls `enterRegistry`. */
export const isRegistered = (context: IHookFunctions): boolean =>
	triggerRegistry.has(urlOf(context));

/** Enters the trigger into the registry. Throws a `NodeApiError` where Magnific could not call its URL. */
export const enterRegistry = async (context: IHookFunctions): Promise<void> => {
	const { baseUrl } = readSettings(await context.getCredentials(CREDENTIAL));
	const url = urlOf(context);
	const reason = unreachable(url, baseUrl);
	if (reason !== undefined) {
		throw editorError(
			context.getNode(),
			new ApiError({
				kind: 'rejected',
				message: `Magnific cannot call this trigger: its URL ${reason}`,
				advice: `${SET_PUBLIC_ADDRESS}.`,
			}),
		);
	}
	triggerRegistry.enter({
		url,
		workflowName: context.getWorkflow().name ?? 'Unnamed workflow',
		nodeName: context.getNode().name,
		isTest: context.getMode() === 'manual',
	});
};

export const leaveRegistry = (context: IHookFunctions): void => {
	triggerRegistry.leave(urlOf(context));
};
