import type { IExecuteFunctions } from 'n8n-workflow';
import { isRecord } from '../api/guards';
import { timeoutHints } from '../runs/notes';
import type { WaitOptions } from './options';
import { showHints } from './showHints';

/**
 * The timeout of the workflow's settings, s; undefined where it has none of its own or where n8n
 * does not tell. That of the whole instance (`EXECUTIONS_TIMEOUT`) no node can read.
 */
const timeoutOf = (context: IExecuteFunctions): number | undefined => {
	if (!('getWorkflowSettings' in context)) return undefined;
	const settings: unknown = context.getWorkflowSettings();
	const timeout = isRecord(settings) ? settings.executionTimeout : undefined;
	return typeof timeout === 'number' && timeout > 0 ? timeout : undefined;
};

/**
 * Says, before anything is spent, that the workflow's timeout ends a wait by polling before Max Wait
 * does. The time that an execution is suspended does not count towards it (seen on n8n 2.41.1).
 */
export const sayTimeout = (
	context: IExecuteFunctions,
	{ wait, maxWaitMin }: WaitOptions<string>,
): void => {
	const timeoutS = wait === 'poll' ? timeoutOf(context) : undefined;
	if (timeoutS === undefined) return;
	const hints = timeoutHints(timeoutS, maxWaitMin);
	showHints(context, hints);
	for (const hint of hints) context.logger.warn(`Magnific: ${hint}`);
};
