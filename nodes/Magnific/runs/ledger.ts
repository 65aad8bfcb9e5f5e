import { createHash } from 'crypto';
import { isRecord } from '../api/guards';
import type { Run } from '../api/types';
import type { BinaryFile, InputValue } from './types';

/**
 * What is known of a submission: its run id, with its end where that was read already, or that
 * nobody knows whether it started a run. `reused`: another item or execution has made it.
 */
export type LedgerEntry = ({ run_id: string; ended?: Run } | { unknown: string }) & {
	reused?: true;
};

/** What is known of a submission from before it is sent until its answer is there. */
export const ON_ITS_WAY: LedgerEntry = { unknown: 'n8n ended while it was on its way' };

/**
 * Remembers over n8n's tries what an execution has submitted, so that none pays twice: it goes on
 * with what runs or finished and starts only what did not.
 */
export interface Ledger {
	recall(slot: string): LedgerEntry | undefined;
	/**
	 * Asked before each sending: what another has submitted for the same, which is to be taken up;
	 * undefined where this slot is to be sent, and then `remember` or `forget` must follow. It waits
	 * for an answer that another waits for, until the signal is aborted. Never rejects.
	 */
	claim(slot: string, signal?: AbortSignal): Promise<LedgerEntry | undefined>;
	/** Told `ON_ITS_WAY` before each sending, and what came of it after. */
	remember(slot: string, entry: LedgerEntry): void;
	/** For what was not started: the next try may start it. */
	forget(slot: string): void;
	/** Told how a run stands: the next try starts anew what has ended without a result. */
	saw(slot: string, run: Pick<Run, 'run_id' | 'status'>): void;
}

/** Whether a run has ended with nothing that anybody could use. */
export const hasNoResult = ({ status }: Pick<Run, 'status'>): boolean =>
	status === 'failed' || status === 'cancelled';

export const isEntry = (value: unknown): value is LedgerEntry =>
	isRecord(value) && (typeof value.run_id === 'string' || typeof value.unknown === 'string');

/**
 * A ledger in a plain record. In n8n that is the node's context: it survives every try of an
 * execution (seen on n8n 2.41.1) and is saved with the execution.
 */
export const ledgerIn = (store: Record<string, unknown>): Ledger => {
	const forget = (slot: string): void => {
		store[slot] = null;
	};
	return {
		recall(slot) {
			const entry = store[slot];
			return isEntry(entry) ? entry : undefined;
		},
		claim: async () => await Promise.resolve<LedgerEntry | undefined>(undefined),
		remember(slot, entry) {
			store[slot] = entry;
		},
		forget,
		saw(slot, run) {
			if (hasNoResult(run)) forget(slot);
		},
	};
};

/** A short text that stands for a JSON value. */
export const digestOf = (value: unknown): string =>
	createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

/** What stands in the inputs, in an order that is always the same; `identity` stands for a file. */
export const inInputs = (
	inputs: Record<string, InputValue>,
	identity: (file: BinaryFile) => unknown,
): unknown[] =>
	Object.entries(inputs)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([id, input]) => [id, 'file' in input ? { file: identity(input.file) } : input.value]);

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
	const submitted = digestOf([appId, inInputs(inputs, ({ fileKey }) => fileKey)]);
	return `run:${String(runIndex)}:${String(itemIndex)}:${submitted}`;
};
