import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';
import type { ApiError } from '../api/errors';
import { summaryOf, type Failure } from '../runs/failures';
import type { KnownRun } from '../runs/types';

/**
 * The error that stops the workflow: all failures in its message, what to do and every run id in
 * its description, and both as data in its context (`failures`, `runs`).
 */
export const toNodeError = (
	node: INode,
	failures: Failure[],
	runs: KnownRun[],
	itemCount: number,
): NodeApiError | NodeOperationError => {
	const [first] = failures;
	const { message, advice } = summaryOf(failures, runs, itemCount);
	const options = {
		message,
		description: advice,
		// n8n writes it behind the message, which speaks of several items then.
		...(first && failures.length === 1 ? { itemIndex: first.itemIndex } : {}),
	};
	const error =
		first?.httpCode === undefined
			? new NodeOperationError(node, message, options)
			: new NodeApiError(node, {}, { ...options, httpCode: String(first.httpCode) });
	// n8n puts texts of its own in the place of messages that contain words like ECONNREFUSED.
	error.message = message;
	error.context.failures = failures.map(({ itemIndex, details }) => ({ itemIndex, ...details }));
	error.context.runs = runs;
	return error;
};

/** An API call of the editor (a list, a form) that did not succeed. */
export const editorError = (node: INode, error: ApiError): NodeApiError => {
	const nodeError = new NodeApiError(
		node,
		{},
		{
			message: error.message,
			description: error.advice,
			...(error.httpCode === undefined ? {} : { httpCode: String(error.httpCode) }),
		},
	);
	nodeError.message = error.message;
	return nodeError;
};
