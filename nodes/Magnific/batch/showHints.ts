import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';

/** Shows sentences above the node's output, where n8n can: not while it resumes an execution, nor before 1.80. */
export const showHints = (
	context: IExecuteFunctions | IWebhookFunctions,
	messages: string[],
): void => {
	if (messages.length === 0 || !('addExecutionHints' in context)) return;
	context.addExecutionHints(
		...messages.map((message) => ({ message, location: 'outputPane' as const })),
	);
};
