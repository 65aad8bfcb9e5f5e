import { firstText, isRecord } from '../api/guards';
import { OTHER_PARK } from './selfCall';

/**
 * What came of a call to the own parked execution.
 * `taken`: it is parked and has heard the call.
 * `gone`: n8n itself says that it does not wait for this any more: it has ended, was stopped or
 * deleted, or waits for something else.
 * `running`: n8n says that it runs: it was not saved as waiting yet, or has gone on.
 * `unheard`: nobody knows. Nobody listens, the node could not answer, somebody in between did.
 */
export type Heard = 'taken' | 'gone' | 'running' | 'unheard';

/** The execution's id is the last part of the path under which n8n serves a parked execution. */
const executionIn = (resumeUrl: string): string =>
	new URL(resumeUrl).pathname.split('/').at(-1) ?? '';

const recordIn = (body: unknown): Record<string, unknown> => {
	if (isRecord(body)) return body;
	if (typeof body !== 'string') return {};
	try {
		const parsed: unknown = JSON.parse(body);
		return isRecord(parsed) ? parsed : {};
	} catch {
		return {};
	}
};

/**
 * Reads what was answered under `resumeUrl`. A proxy answers 404 and 409 too, so only n8n's own
 * words about this execution are believed (read in n8n 2.41.1, `waiting-webhooks.js`: 404 “The
 * execution "12" does not exist.”; 409 “… is running already.”, “… has finished already.” and, after
 * Stop too, “… has finished with error.”), or the node's own of another park in its place.
 */
export const heardFrom = (answer: unknown, resumeUrl: string): Heard => {
	const { statusCode, body } = isRecord(answer) ? answer : {};
	if (typeof statusCode !== 'number') return 'unheard';
	if (statusCode >= 200 && statusCode < 300) return 'taken';
	const message = firstText(recordIn(body).message) ?? '';
	if (statusCode === 401) return message === OTHER_PARK ? 'gone' : 'unheard';
	// n8n has written the id with and without a quotation mark behind it.
	const words = message.split(/["\s]+/);
	const isOfN8n =
		/^The (workflow for )?execution "/.test(message) && words.includes(executionIn(resumeUrl));
	if (!isOfN8n || (statusCode !== 404 && statusCode !== 409)) return 'unheard';
	return / is running already/.test(message) ? 'running' : 'gone';
};

/**
 * Whether n8n itself has answered, in whatever words: its errors are JSON with a `code` and a message.
 * Of an execution that still runs n8n 2.41.1 says 500 “Cannot read properties of undefined (reading
 * 'resumeToken')” where it has saved nothing of it yet, else 409.
 */
export const isErrorOfN8n = (body: unknown): boolean => {
	const { code, message } = recordIn(body);
	return typeof code === 'number' && typeof message === 'string';
};
