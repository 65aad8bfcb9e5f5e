import type { Outcome } from '../control/specs';
import type { RunRecord } from '../control/types';

export interface Run {
	record: RunRecord;
	outcome: Outcome;
	/** Epoch ms at which it is to be over; its work may take longer. */
	endsAt: number;
	/** Over, or in a state that it will never leave. */
	settled: boolean;
}

export type RunEvent = 'initialized' | 'finished' | 'failed';

const TERMINAL = ['completed', 'completed_with_errors', 'failed', 'cancelled'];

export function isTerminal(status: string): boolean {
	return TERMINAL.includes(status);
}

/** The event that a webhook is told last; a cancelled run counts as failed. */
export function lastEvent(run: Run): RunEvent {
	if (!run.settled) return 'initialized';
	return run.record.status.startsWith('completed') ? 'finished' : 'failed';
}

/** The run as the status endpoint tells it. */
export function statusOf(run: Run): Record<string, unknown> {
	const { record, outcome } = run;
	return {
		run_id: record.run_id,
		status: record.status,
		app_id: record.app_id,
		started_at: record.started_at,
		completed_at: record.completed_at,
		error_message: record.error_message,
		result: record.result,
		...outcome.extra,
	};
}

/** The API's form: whole seconds and a numeric offset. */
export function isoTime(ms: number): string {
	return `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
}

/** The form of the parts that came later: whole seconds, in UTC. */
export function isoSeconds(ms: number): string {
	return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
