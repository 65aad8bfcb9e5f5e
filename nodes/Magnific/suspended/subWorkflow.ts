import type { IExecuteFunctions, IRunExecutionData } from 'n8n-workflow';
import { ApiError, settle } from '../api/errors';

/** What of an execution's context tells by whom it was called. */
export type CalledContext = Pick<
	IExecuteFunctions,
	'getMode' | 'getExecutionId' | 'getExecutionDataById'
>;

const MOST_CALLERS = 1_000;
/** The token that n8n adds to the address of a suspended execution. */
const TOKEN_PARAMETER = 'signature';

/** By the id of a calling execution, the last one that it called and that was about to be suspended. */
const lastCalled = new Map<string, string>();

const storedData = async (
	context: CalledContext,
	executionId: string,
): Promise<IRunExecutionData | undefined> => {
	const read = await settle(async () => await context.getExecutionDataById(executionId));
	return 'error' in read ? undefined : read.value;
};

/** The id of the execution that called this one and goes on when this one has ended, if there is one. */
const waitingCaller = async (
	context: CalledContext,
	executionId: string,
): Promise<string | undefined> => {
	if (context.getMode() !== 'integrated') return undefined;
	const caller = (await storedData(context, executionId))?.parentExecution;
	return caller?.shouldResume === false ? undefined : caller?.executionId;
};

const remember = (caller: string, executionId: string): void => {
	lastCalled.delete(caller);
	lastCalled.set(caller, executionId);
	const [oldest] = lastCalled.keys();
	if (lastCalled.size > MOST_CALLERS && oldest !== undefined) lastCalled.delete(oldest);
};

/**
 * Lets a sub-workflow be suspended where n8n hands its results to the execution that waits for it.
 * n8n 1 hands on what went into the sub-workflow instead, as seen on 1.123.81. It is told from n8n 2
 * by the token that n8n 2 puts into `resumeUrl`; the first ones of n8n 2, without it, count as n8n 1.
 * n8n 2 hands on the results of one suspended sub-workflow: of several that one node called, once for
 * each item, those of the others get lost, as seen on 2.41.1. All of them are called before one goes on.
 *
 * @throws ApiError in words for the user
 */
export const checkSubWorkflow = async (
	context: CalledContext,
	resumeUrl: string,
): Promise<void> => {
	const executionId = context.getExecutionId();
	const caller = await waitingCaller(context, executionId);
	if (caller === undefined) return;
	if (!new URL(resumeUrl).searchParams.has(TOKEN_PARAMETER)) {
		throw new ApiError({
			kind: 'rejected',
			message:
				'Nothing was started: this version of n8n does not hand the results of a suspended sub-workflow to the workflow that called it',
			advice:
				'Set Wait to “Until Finished, Polling”, or update n8n to a recent version 2, or turn off “Wait For Sub-Workflow Completion” in the node that calls this workflow.',
		});
	}
	const last = lastCalled.get(caller);
	const isAnother = last !== undefined && last !== executionId;
	if (isAnother && (await storedData(context, last))?.waitTill) {
		throw new ApiError({
			kind: 'rejected',
			message:
				'Nothing was started: the workflow that called this one waits for a suspended sub-workflow already, and n8n would hand it the results of one of them only',
			advice:
				'Set Mode to “Run once with all items” in the node that calls this workflow (with Loop Over Items before it, for one item at a time), or set Wait to “Until Finished, Polling”.',
		});
	}
	remember(caller, executionId);
};
