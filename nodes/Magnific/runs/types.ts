import type { ApiError } from '../api/errors';
import type { AppDefinition, Run } from '../api/types';

/** A file in an item's binary data that is to become a `creation` input. */
export interface BinaryFile {
	/** The item that holds it. */
	itemIndex: number;
	/** Name of the binary field. */
	field: string;
	/** The same for the same file, whichever item holds it. */
	fileKey: string;
	mimeType: string;
	/** Null where n8n does not know it. */
	bytes: number | null;
}

export type InputValue = { value: unknown } | { file: BinaryFile };

/** What one item asks for, checked and ready to be carried. */
export interface RunRequest {
	itemIndex: number;
	app: AppDefinition;
	/** Keyed by input `id`. */
	inputs: Record<string, InputValue>;
}

/** How carrying a run turned out. Every started run's id is in it, whatever happened. */
export type RunOutcome =
	/** The run is over, well or not: see `run.status`. */
	| { kind: 'ended'; run: Run }
	/** Submitted, and not waited for. `since`: when, ms since the epoch; 0 where an earlier try did it. */
	| { kind: 'started'; run_id: string; since: number }
	/** Waited for until the deadline. `status` is the last one seen, null where none was. */
	| { kind: 'timed_out'; run_id: string; status: string | null }
	/** Submitted, but its state could not be read until the deadline, or at all. */
	| { kind: 'unreadable'; run_id: string; status: string | null; error: ApiError }
	/** Certainly not started, nothing charged. `refusal`: what its last try met, where it waited for another. */
	| { kind: 'not_started'; error: ApiError; refusal?: ApiError | undefined }
	/**
	 * Nobody knows whether it was started and charged. `sentAt`: when it was sent, ms since the epoch;
	 * `advice`: where else its id may stand.
	 */
	| { kind: 'unknown'; error: ApiError; sentAt?: number; advice?: string };

export const runIdOf = (outcome: RunOutcome): string | undefined => {
	switch (outcome.kind) {
		case 'ended':
			return outcome.run.run_id;
		case 'started':
		case 'timed_out':
		case 'unreadable':
			return outcome.run_id;
		case 'not_started':
		case 'unknown':
			return undefined;
	}
};

/** A run as the error of a stopped workflow lists it, so that no paid result is lost. */
export interface KnownRun {
	itemIndex: number;
	run_id: string;
	status: string;
}
