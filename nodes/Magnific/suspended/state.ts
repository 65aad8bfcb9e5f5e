import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { isRecord } from '../api/guards';
import type { Run } from '../api/types';
import type { Failure } from '../runs/failures';
import type { ParkedRun } from './looks';
import type { ItemOptions } from '../batch/options';

export interface ParkedItem extends ParkedRun {
	options: ItemOptions;
	/** When it was submitted, ms since the epoch. */
	since: number;
}

/** All that the resuming call needs to know of a parked execution. */
export interface Park {
	/** Names the park: an execution may park many times in a loop. */
	id: string;
	resumeUrl: string;
	/** Ms since the epoch. */
	parkedAt: number;
	deadline: number;
	maxWaitMin: number;
	runs: ParkedItem[];
	/** Runs that were over before the park. */
	settled: Run[];
	/** Items that had failed before the park. */
	failures: Failure[];
}

const KEY = 'park';

/** Keeps the park in the node's context, which n8n saves with the execution. */
export const savePark = (context: IExecuteFunctions, park: Park): void => {
	context.getContext('node')[KEY] = JSON.stringify(park);
};

const isPark = (value: unknown): value is Park =>
	isRecord(value) && typeof value.id === 'string' && Array.isArray(value.runs);

/**
 * The park of the execution that a webhook call is for; undefined where it has none. Read by an
 * expression: n8n gives a webhook no other way to the node's context.
 */
export const readPark = (context: IWebhookFunctions): Park | undefined => {
	const name = JSON.stringify(context.getNode().name);
	const saved: unknown = context.evaluateExpression(
		`{{ $node[${name}].context[${JSON.stringify(KEY)}] }}`,
	);
	const park: unknown = typeof saved === 'string' ? JSON.parse(saved) : undefined;
	return isPark(park) ? park : undefined;
};
