import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';
import type { ApiError } from '../api/errors';
import type { Failure } from '../runs/failures';
import type { KnownRun } from '../runs/types';

const MOST_IN_MESSAGE = 10;

const sentence = ({ itemIndex, message }: Failure): string =>
	`Item ${String(itemIndex)}: ${message}`;

const headline = (failures: Failure[], itemCount: number): string => {
	const [first] = failures;
	if (!first) return '';
	if (failures.every(({ message }) => message === first.message) && failures.length === itemCount) {
		return itemCount === 1 ? sentence(first) : `All ${String(itemCount)} items: ${first.message}`;
	}
	if (failures.length === 1) return sentence(first);
	const shown = failures.slice(0, MOST_IN_MESSAGE).map(sentence).join('. ');
	const more =
		failures.length > MOST_IN_MESSAGE
			? `. And ${String(failures.length - MOST_IN_MESSAGE)} more`
			: '';
	return `${String(failures.length)} of ${String(itemCount)} items: ${shown}${more}`;
};

/** Each with its item and status, separated by commas. */
export const listRuns = (runs: KnownRun[]): string =>
	runs
		.map(({ itemIndex, run_id, status }) => `item ${String(itemIndex)}: ${run_id} (${status})`)
		.join(', ');

const explanation = (failures: Failure[], runs: KnownRun[]): string => {
	const advice = [...new Set(failures.map((failure) => failure.advice))].slice(0, 3).join(' ');
	return runs.length === 0
		? advice
		: `${advice} Runs that were started, finished ones too, can be read with Run → Get: ${listRuns(runs)}.`;
};

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
	const message = headline(failures, itemCount);
	const options = {
		message,
		description: explanation(failures, runs),
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
