import type { IExecuteFunctions } from 'n8n-workflow';
import { isRecord } from '../api/guards';
import type { Metadata } from '../callbacks/metadata';
import type { FailurePolicy } from '../runs/failures';
import { notResolved, type Option } from './option';
import {
	creditLimit,
	maxConcurrentRuns,
	maxWait,
	metadata,
	notifyTrigger,
	onPartial,
	onTimeout,
	output,
	reuseRuns,
	validateOnly,
} from './optionFields';
import { readItem, type Batch } from './runBatch';

export interface OutputOptions {
	outputPer: 'run' | 'file';
	downloadFiles: boolean;
	/** In MB; 0: no limit. */
	maxFileSize: number;
	binaryField: string;
}

export interface ItemOptions extends OutputOptions, FailurePolicy {
	/** Comes back with the run's output, and in the trigger's. */
	metadata: Metadata;
	/** The URL to call about a run that is not waited for; empty: none. */
	notifyTrigger: string;
}

/** Hold for the whole execution. */
export interface WaitOptions<Way extends string> {
	wait: Way;
	maxWaitMin: number;
}

/** Hold for the whole execution too. */
export interface BatchOptions extends WaitOptions<'poll' | 'webhook' | 'none'> {
	maxConcurrentRuns: number;
	/** Null: no limit. */
	creditLimit: number | null;
	/** How old a run may be that is taken up, in hours; null and 0: none is. */
	reuseRuns: number | null;
	validateOnly: boolean;
}

/**
 * Whether an AI agent has called the node. n8n 2 says so (1.123 does not), but not where its engine runs
 * the tool for the agent; the tool's type has this ending in every version.
 */
export const isAgentTool = (context: IExecuteFunctions): boolean =>
	('isToolExecution' in context && context.isToolExecution()) ||
	context.getNode().type.endsWith('Tool');

const isExpression = (value: unknown): value is string =>
	typeof value === 'string' && value.startsWith('=');

/** n8n takes it in any case. */
const isByModel = (value: unknown): boolean => isExpression(value) && /\$fromAI\b/i.test(value);

/** n8n stops at the first expression that it cannot resolve: each is asked for by itself. */
const resolve = (
	context: IExecuteFunctions,
	path: string,
	itemIndex: number,
): { value: unknown } | { reason: string } => {
	try {
		return { value: context.getNodeParameter(path, itemIndex) };
	} catch (error) {
		return { reason: error instanceof Error ? error.message : String(error) };
	}
};

const readStored = <T>(
	context: IExecuteFunctions,
	{ field, unset, read }: Option<T>,
	itemIndex: number,
	path: string,
	stored: unknown,
): T => {
	if (stored === undefined) return unset;
	const resolved = resolve(context, path, itemIndex);
	if ('reason' in resolved) throw notResolved(field, resolved.reason);
	return read({
		value: resolved.value,
		isExpression: isExpression(stored),
		isByModel: isByModel(stored),
	});
};

/** Reads a parameter of the node for an item. Throws an `ApiError` where it cannot be understood. */
export const readParameter = <T>(
	context: IExecuteFunctions,
	option: Option<T>,
	itemIndex: number,
): T => {
	const { name } = option.field;
	return readStored(context, option, itemIndex, name, context.getNode().parameters[name]);
};

/** Reads one of several options. Throws an `ApiError` where it cannot be understood. */
export type ReadOption = <T>(option: Option<T>) => T;

/** Reads the options of an item that stand in a collection of the node. */
export const optionReader = (
	context: IExecuteFunctions,
	itemIndex: number,
	collection = 'options',
): ReadOption => {
	const stored: unknown = context.getNode().parameters[collection];
	const values = isRecord(stored) ? stored : {};
	return (option) => {
		const { name } = option.field;
		return readStored(context, option, itemIndex, `${collection}.${name}`, values[name]);
	};
};

const outputOf = (read: ReadOption): OutputOptions => ({
	outputPer: read(output.outputPer),
	downloadFiles: read(output.downloadFiles),
	maxFileSize: read(output.maxFileSize),
	binaryField: read(output.binaryField),
});

/** Reads options from a node's `options` as n8n resolved them: a webhook has no items to ask for. */
export const resolvedReader = (options: unknown): ReadOption => {
	const values = isRecord(options) ? options : {};
	return ({ field, unset, read }) =>
		Object.hasOwn(values, field.name)
			? read({ value: values[field.name], isExpression: false })
			: unset;
};

/**
 * The output options in a node's `options` as n8n resolved them. Throws an `ApiError` where one
 * cannot be understood.
 */
export const readOutputOptions = (options: unknown): OutputOptions =>
	outputOf(resolvedReader(options));

/** An agent gets URLs: it can do nothing with binary data. */
const forWhom = (context: IExecuteFunctions, options: OutputOptions): OutputOptions => ({
	...options,
	downloadFiles: options.downloadFiles && !isAgentTool(context),
});

/** The output options of one item. Throws an `ApiError` where one cannot be understood. */
export const readItemOutput = (context: IExecuteFunctions, itemIndex: number): OutputOptions =>
	forWhom(context, outputOf(optionReader(context, itemIndex)));

/** The options of one item. Throws an `ApiError` where one cannot be understood. */
export const readItemOptions = (context: IExecuteFunctions, itemIndex: number): ItemOptions => {
	const read = optionReader(context, itemIndex);
	return {
		...forWhom(context, outputOf(read)),
		onTimeout: read(onTimeout),
		onPartial: read(onPartial),
		metadata: read(metadata),
		notifyTrigger: read(notifyTrigger),
	};
};

/** What `read` makes of the first item that it can read; items before that one have failed. */
const readFirst = <T>(
	batch: Batch,
	itemIndexes: number[],
	read: (itemIndex: number) => T,
): T | undefined => {
	for (const itemIndex of itemIndexes) {
		const found = readItem(batch, itemIndex, () => ({ value: read(itemIndex) }));
		if (found) return found.value;
	}
	return undefined;
};

/** An agent's call always waits: it needs the result to go on. */
const waitOf = <Way extends string>(
	context: IExecuteFunctions,
	itemIndex: number,
	wait: Option<Way | 'poll'>,
): WaitOptions<Way | 'poll'> => ({
	wait: isAgentTool(context) ? 'poll' : readParameter(context, wait, itemIndex),
	maxWaitMin: optionReader(context, itemIndex)(maxWait),
});

/**
 * How the execution waits: as the first item says that can be read. Items before that one have
 * failed; undefined where all have.
 */
export const readWaitOptions = <Way extends string>(
	context: IExecuteFunctions,
	batch: Batch,
	itemIndexes: number[],
	wait: Option<Way | 'poll'>,
): WaitOptions<Way | 'poll'> | undefined =>
	readFirst(batch, itemIndexes, (itemIndex) => waitOf(context, itemIndex, wait));

/**
 * The options of the execution: those of the first item that can be read. Items before that one
 * have failed; undefined where all have.
 */
export const readBatchOptions = (
	context: IExecuteFunctions,
	batch: Batch,
	itemIndexes: number[],
	wait: Option<BatchOptions['wait']>,
): BatchOptions | undefined =>
	readFirst(batch, itemIndexes, (itemIndex) => {
		const read = optionReader(context, itemIndex);
		return {
			...waitOf(context, itemIndex, wait),
			maxConcurrentRuns: read(maxConcurrentRuns),
			creditLimit: read(creditLimit),
			reuseRuns: read(reuseRuns),
			validateOnly: read(validateOnly),
		};
	});
