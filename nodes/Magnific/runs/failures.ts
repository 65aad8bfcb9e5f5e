import type { ApiError } from '../api/errors';
import type { JsonObject } from '../api/guards';
import { redact } from '../api/redact';
import { isKnownStatus, type AppSummary } from '../api/types';
import { runIdOf, type KnownRun, type RunOutcome } from './types';

/** What went wrong with one item, in words for a no-code user. */
export interface Failure {
	itemIndex: number;
	/** What happened, without a full stop. */
	message: string;
	/** What to do now. */
	advice: string;
	httpCode?: number;
	/** For the workflow: what the error output carries. */
	details: FailureDetails;
}

export interface FailureDetails extends JsonObject {
	run_id: string | null;
	app_id: string | null;
	app_name: string | null;
	/** The run's status as last seen; `not_started` or `unknown` where there is no run to ask about. */
	status: string;
}

export interface FailurePolicy {
	onTimeout: 'error' | 'output';
	onPartial: 'output' | 'error';
}

const PICK_UP = 'Pick up its result later with Run → Wait and this run id.';

type AppName = Pick<AppSummary, 'sqid' | 'name'> | undefined;

const base = (app: AppName, run_id: string | undefined, status: string): FailureDetails => ({
	run_id: run_id ?? null,
	app_id: app?.sqid ?? null,
	app_name: app?.name ?? null,
	status,
});

const apiDetails = (error: ApiError): JsonObject => ({
	...(error.httpCode === undefined ? {} : { http_code: error.httpCode }),
	...(error.invalidParams.length === 0 ? {} : { invalid_params: error.invalidParams }),
});

const codeOf = ({ httpCode }: ApiError): { httpCode?: number } =>
	httpCode === undefined ? {} : { httpCode };

/** What is wrong with an item before anything was sent for it. */
export const invalidItem = (itemIndex: number, problems: string[], app?: AppName): Failure => ({
	itemIndex,
	message: problems.join('; '),
	advice: 'Nothing was started for this item. Correct it and run again.',
	details: { ...base(app, undefined, 'not_started'), problems },
});

/** An API call for an item that did not succeed, before a run was started. */
export const callFailed = (itemIndex: number, error: ApiError, app?: AppName): Failure => ({
	itemIndex,
	message: error.message,
	advice: error.advice,
	...codeOf(error),
	details: { ...base(app, undefined, 'not_started'), ...apiDetails(error) },
});

const lastSeen = (status: string | null): string => {
	if (status === null) return '';
	return isKnownStatus(status)
		? `; its last status was “${status}”`
		: `; its last status was “${status}”, which this version of the node does not know`;
};

/**
 * What an outcome means for its item under the node's options; undefined where the item succeeds.
 * `waitedMin`: how long was waited for a run, in minutes.
 */
export const failureOf = (
	itemIndex: number,
	app: AppName,
	outcome: RunOutcome,
	{ onTimeout, onPartial }: FailurePolicy,
	waitedMin: number,
): Failure | undefined => {
	const run_id = runIdOf(outcome);
	switch (outcome.kind) {
		case 'started':
			return undefined;
		case 'ended': {
			const { run } = outcome;
			if (run.status === 'completed') return undefined;
			if (run.status === 'completed_with_errors' && onPartial === 'output') return undefined;
			const said = run.error_message ? `: ${redact(run.error_message)}` : '';
			const details = {
				...base(app, run_id, run.status),
				app_id: app?.sqid ?? run.app_id,
				error_message: run.error_message === null ? null : redact(run.error_message),
			};
			if (run.status === 'completed_with_errors') {
				return {
					itemIndex,
					message: `Run ${run.run_id} was only partly completed${said}`,
					advice: `The part that was made can be had with Run → Get and this run id.`,
					details: { ...details, result: run.result },
				};
			}
			return {
				itemIndex,
				message: `Run ${run.run_id} ${run.status === 'cancelled' ? 'was cancelled' : 'failed'}${said}`,
				advice: 'Check the inputs of this item, or the app in Magnific Spaces, and run it again.',
				details,
			};
		}
		case 'timed_out':
			if (onTimeout === 'output') return undefined;
			return {
				itemIndex,
				message: `Run ${outcome.run_id} did not finish within ${String(waitedMin)} minutes${lastSeen(outcome.status)}`,
				advice: `It goes on at Magnific. ${PICK_UP}`,
				details: base(app, run_id, outcome.status ?? 'running'),
			};
		case 'unreadable':
			if (onTimeout === 'output' && outcome.error.isPassing) return undefined;
			return {
				itemIndex,
				message: `Run ${outcome.run_id} was started, but its state could not be read: ${outcome.error.message}`,
				advice: `It goes on at Magnific. ${PICK_UP} ${outcome.error.advice}`,
				...codeOf(outcome.error),
				details: {
					...base(app, run_id, outcome.status ?? 'running'),
					...apiDetails(outcome.error),
				},
			};
		case 'not_started':
			return callFailed(itemIndex, outcome.error, app);
		case 'unknown':
			return {
				itemIndex,
				message: `The run may have started and been charged, but its id is not known: ${outcome.error.message}`,
				advice: [
					'It was not sent again, so as not to pay twice.',
					...(outcome.advice === undefined ? [] : [outcome.advice]),
					'See with Creation → Get Many, or in Magnific, whether it has made something before you run this item again.',
				].join(' '),
				...codeOf(outcome.error),
				details: {
					...base(app, undefined, 'unknown'),
					...apiDetails(outcome.error),
					...(outcome.sentAt === undefined
						? {}
						: { sent_at: new Date(outcome.sentAt).toISOString() }),
				},
			};
	}
};

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

/** All failures of an execution of `itemCount` items in one message, and what to do with the ids of its runs. */
export const summaryOf = (
	failures: Failure[],
	runs: KnownRun[],
	itemCount: number,
): Pick<Failure, 'message' | 'advice'> => {
	const advice = [...new Set(failures.map((failure) => failure.advice))].slice(0, 3).join(' ');
	return {
		message: headline(failures, itemCount),
		advice:
			runs.length === 0
				? advice
				: `${advice} Runs that were started, finished ones too, can be read with Run → Get: ${listRuns(runs)}.`,
	};
};
