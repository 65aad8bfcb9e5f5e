import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { isRecord } from '../api/guards';
import type { Run } from '../api/types';
import type { Failure } from '../runs/failures';
import type { ParkKey } from './callbackUrl';
import type { ParkedRun } from './looks';
import type { ItemOptions } from '../batch/options';

export interface ParkedItem extends ParkedRun {
	options: ItemOptions;
	/** When it was submitted, ms since the epoch. */
	since: number;
	/** Another item or execution has started it. */
	reused?: boolean | undefined;
}

/** All that the resuming call needs to know of a parked execution. */
export interface Park extends ParkKey {
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
	isRecord(value) &&
	typeof value.id === 'string' &&
	typeof value.secret === 'string' &&
	typeof value.resumeUrl === 'string' &&
	URL.canParse(value.resumeUrl) &&
	typeof value.parkedAt === 'number' &&
	typeof value.deadline === 'number' &&
	Array.isArray(value.settled) &&
	Array.isArray(value.failures) &&
	Array.isArray(value.runs) &&
	value.runs.every((run) => isRecord(run) && typeof run.run_id === 'string');

const parsed = (saved: string): unknown => {
	try {
		const park: unknown = JSON.parse(saved);
		// Version 0.1.0 signed with the API key. Its ids are random too and were shown to nobody.
		return isRecord(park) ? { secret: park.id, ...park } : undefined;
	} catch {
		return undefined;
	}
};

/** A name as a JavaScript string in which nothing can end the string or the expression around it. */
export const quoted = (name: string): string =>
	`"${name.replace(/[^a-z0-9]/gi, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;

/**
 * The park of the execution that a webhook call is for; undefined where it has none that can be
 * read. Read by an expression: n8n gives a webhook no other way to the node's context.
 */
export const readPark = (context: IWebhookFunctions): Park | undefined => {
	const saved: unknown = context.evaluateExpression(
		`{{ $node[${quoted(context.getNode().name)}].context[${quoted(KEY)}] }}`,
	);
	const park = typeof saved === 'string' ? parsed(saved) : undefined;
	return isPark(park) ? park : undefined;
};
