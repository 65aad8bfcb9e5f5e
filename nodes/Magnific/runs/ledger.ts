import { createHash } from 'crypto';
import { isRecord } from '../api/guards';
import type { InputValue } from './types';

/** What is known of a submission: its run id, or that nobody knows whether it started a run. */
export type LedgerEntry = { run_id: string } | { unknown: string };

/** What is known of a submission from before it is sent until its answer is there. */
export const ON_ITS_WAY: LedgerEntry = { unknown: 'n8n ended while it was on its way' };

/**
 * Remembers over n8n's tries what an execution has submitted, so that none pays twice: it goes on
 * with what runs or finished and starts only what did not.
 */
export interface Ledger {
	recall(slot: string): LedgerEntry | undefined;
	/** Told `ON_ITS_WAY` before each sending, and what came of it after. */
	remember(slot: string, entry: LedgerEntry): void;
	/** For what was not started, or ended without a result: the next try may start it. */
	forget(slot: string): void;
}

const isEntry = (value: unknown): value is LedgerEntry =>
	isRecord(value) && (typeof value.run_id === 'string' || typeof value.unknown === 'string');

/**
 * A ledger in a plain record. In n8n that is the node's context: it survives every try of an
 * execution (seen on n8n 2.41.1) and is saved with the execution.
 */
export const ledgerIn = (store: Record<string, unknown>): Ledger => ({
	recall(slot) {
		const entry = store[slot];
		return isEntry(entry) ? entry : undefined;
	},
	remember(slot, entry) {
		store[slot] = entry;
	},
	forget(slot) {
		store[slot] = null;
	},
});

const identity = (input: InputValue): unknown =>
	'file' in input ? { file: input.file.fileKey } : input.value;

/** A short text that stands for a JSON value. */
export const digestOf = (value: unknown): string =>
	createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

/**
 * The ledger's key of a submission: the node's run (it may run many times in a loop), the item,
 * and what is submitted. Uploads get new URLs at every try, so a file counts by its own identity.
 */
export const ledgerSlot = (
	runIndex: number,
	itemIndex: number,
	appId: string,
	inputs: Record<string, InputValue>,
): string => {
	const sorted = Object.keys(inputs)
		.sort()
		.map((id) => [id, inputs[id] && identity(inputs[id])]);
	return `run:${String(runIndex)}:${String(itemIndex)}:${digestOf([appId, sorted])}`;
};
