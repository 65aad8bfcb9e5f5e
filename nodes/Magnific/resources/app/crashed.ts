import type { IExecuteFunctions } from 'n8n-workflow';
import { ApiError } from '../../api/errors';
import { quoted } from '../../suspended/state';

/**
 * Whether this is n8n's *Retry* of an execution in which n8n itself ended while the node ran, or
 * after it. Of such a one n8n only knows from its event log which nodes had begun: it begins anew
 * with the trigger, and the node's context, in which the started runs are noted, is lost (seen on
 * n8n 2.41.1). Of an execution that failed it keeps the context, of one that failed before this node
 * it does not say that the node was executed.
 */
export const isRetryAfterCrash = (context: IExecuteFunctions): boolean =>
	context.getMode() === 'retry' &&
	Object.keys(context.getContext('node')).length === 0 &&
	context.evaluateExpression(`{{ $(${quoted(context.getNode().name)}).isExecuted }}`, 0) === true;

/** In the place of the operation: fails every item. */
export const refuseAfterCrash = async (): Promise<void> => {
	await Promise.reject(
		new ApiError({
			kind: 'rejected',
			message:
				'Nothing was started: n8n ended in the middle of the execution that is retried, and did not keep which runs it had started',
			advice:
				'They go on and are charged. n8n’s log has their ids (“Magnific: started runs …”): read their results with Run → Wait, and run the workflow itself, not this Retry, for the items that are left.',
		}),
	);
};
