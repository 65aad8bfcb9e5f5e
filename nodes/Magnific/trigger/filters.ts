import { ApiError } from '../api/errors';
import { entriesIn } from '../batch/option';

/** What the trigger calls the events. */
export const EVENT_NAMES = [
	'completed',
	'completedWithErrors',
	'failed',
	'cancelled',
	'started',
] as const;

export type EventName = (typeof EVENT_NAMES)[number];

/** The letters of a name: the API's `completed_with_errors` and the editor's `Completed With Errors` are one. */
const lettersOf = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');

/** The trigger's name for an event or status of any spelling; undefined for others. */
export const eventNameOf = (word: string): EventName | undefined =>
	EVENT_NAMES.find((name) => lettersOf(name) === lettersOf(word));

/** A list, also where an expression gives a text with commas. Throws an `ApiError` for anything else. */
const listOf = (field: string, value: unknown): string[] => {
	const entries = entriesIn(value);
	const texts = entries.filter((entry) => typeof entry === 'string');
	if (texts.length < entries.length) {
		throw new ApiError({
			kind: 'rejected',
			message: `“${field}” needs a list of texts, but got ${JSON.stringify(value)}`,
			advice: 'Correct the expression in the Magnific Trigger.',
		});
	}
	return texts;
};

/** The events that start the workflow. Throws an `ApiError` where one is none. */
export const readEvents = (value: unknown): EventName[] =>
	listOf('Events', value).map((word) => {
		const name = eventNameOf(word);
		if (name !== undefined) return name;
		throw new ApiError({
			kind: 'rejected',
			message: `“Events” has “${word}”, which is none`,
			advice: `It can have ${EVENT_NAMES.join(', ')}.`,
		});
	});

/** The ids of the apps whose runs start the workflow; empty: of any. Throws an `ApiError` where it is no list. */
export const readAppIds = (value: unknown): string[] => listOf('App Names or IDs', value);
