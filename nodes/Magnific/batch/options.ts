import type { IExecuteFunctions } from 'n8n-workflow';
import { ApiError } from '../api/errors';
import { isRecord, numberOrNull, type JsonRecord } from '../api/guards';
import type { FailurePolicy } from '../runs/failures';
import { readMaxFileBytes } from '../files/maxFileSize';
import type { Metadata } from '../callbacks/metadata';

export interface OutputOptions {
	outputPer: 'run' | 'file';
	downloadFiles: boolean;
	binaryField: string;
}

export interface ItemOptions extends OutputOptions, FailurePolicy {
	/** Comes back with the run's output, and in the trigger's. */
	metadata: Metadata;
	/** The URL to call about a run that is not waited for; empty: none. */
	notifyTrigger: string;
}

/** Options that hold for the whole execution: the first item's. */
export interface BatchOptions {
	wait: 'poll' | 'webhook' | 'none';
	maxWaitMin: number;
	maxConcurrentRuns: number;
	/** Null: no limit. */
	creditLimit: number | null;
	validateOnly: boolean;
}

const DEFAULT_MAX_WAIT_MIN = 30;

/** n8n serves a node to an AI agent under its type's name with this ending. */
export const isAgentTool = (context: IExecuteFunctions): boolean =>
	context.getNode().type.endsWith('Tool');

const optionsOf = (context: IExecuteFunctions, itemIndex: number): JsonRecord => {
	const options: unknown = context.getNodeParameter('options', itemIndex, {});
	return isRecord(options) ? options : {};
};

/** The output options as they stand in a node's `options`. */
export const readOutputOptions = (options: unknown): OutputOptions => {
	const { outputPer, downloadFiles, binaryField } = isRecord(options) ? options : {};
	return {
		outputPer: outputPer === 'file' ? 'file' : 'run',
		downloadFiles: downloadFiles === true,
		binaryField:
			typeof binaryField === 'string' && binaryField.trim() !== '' ? binaryField.trim() : 'data',
	};
};

/** The options of one item. An agent gets URLs: it can do nothing with binary data. */
export const readItemOptions = (context: IExecuteFunctions, itemIndex: number): ItemOptions => {
	const options = optionsOf(context, itemIndex);
	const output = readOutputOptions(options);
	return {
		...output,
		downloadFiles: output.downloadFiles && !isAgentTool(context),
		onTimeout: options.onTimeout === 'output' ? 'output' : 'error',
		onPartial: options.onPartial === 'error' ? 'error' : 'output',
		metadata: readMetadataOption(options.metadata),
		notifyTrigger: typeof options.notifyTrigger === 'string' ? options.notifyTrigger.trim() : '',
	};
};

const readMetadataOption = (metadata: unknown): Metadata => {
	const values: unknown[] =
		isRecord(metadata) && Array.isArray(metadata.values) ? metadata.values : [];
	return Object.fromEntries(
		values.filter(isRecord).flatMap(({ name, value }) => {
			const key = typeof name === 'string' ? name.trim() : '';
			if (key === '') return [];
			return [[key, typeof value === 'string' ? value : JSON.stringify(value ?? '')]];
		}),
	);
};

const isExpression = (value: unknown): boolean =>
	typeof value === 'string' && value.startsWith('=');

/**
 * Null where the option is not set or its field is empty. Throws an `ApiError` where it is set to
 * something else than a number: a limit that cannot be kept must not silently be none.
 */
const readCreditLimit = (context: IExecuteFunctions, value: unknown): number | null => {
	const limit = numberOrNull(value);
	if (limit !== null) return limit;
	const isEmpty = value === undefined || value === null || value === '';
	const options: unknown = context.getNode().parameters.options;
	if (isEmpty && !(isRecord(options) && isExpression(options.creditLimit))) return null;
	throw new ApiError({
		kind: 'rejected',
		message: isEmpty
			? 'Credit Limit needs a number, but its expression gives nothing'
			: `Credit Limit needs a number, but got “${typeof value === 'string' ? value : JSON.stringify(value)}”`,
		advice: 'Nothing was started. Correct the option, or remove it to run without a limit.',
	});
};

/**
 * The options of the execution. An agent's call always waits: it needs the result to go on. Throws
 * an `ApiError` where a limit is no number.
 */
export const readBatchOptions = (context: IExecuteFunctions): BatchOptions => {
	const options = optionsOf(context, 0);
	const maxWait = numberOrNull(options.maxWait);
	const concurrent = numberOrNull(options.maxConcurrentRuns);
	const wait: unknown = context.getNodeParameter('wait', 0, 'poll');
	// A download would find a wrong one only after the run was paid for.
	readMaxFileBytes(context);
	return {
		wait: (wait === 'none' || wait === 'webhook') && !isAgentTool(context) ? wait : 'poll',
		maxWaitMin: maxWait !== null && maxWait > 0 ? maxWait : DEFAULT_MAX_WAIT_MIN,
		maxConcurrentRuns: concurrent !== null && concurrent >= 1 ? Math.floor(concurrent) : 0,
		creditLimit: readCreditLimit(context, options.creditLimit),
		validateOnly: options.validateOnly === true,
	};
};
