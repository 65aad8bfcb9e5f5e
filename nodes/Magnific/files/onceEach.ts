import type { IBinaryData, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { settle } from '../api/errors';

type Stored = Map<string, Promise<IBinaryData>>;

/**
 * By the node's context, which is the same object in every try of Retry On Fail and every round of
 * a loop (seen on n8n 2.41.1), and which nobody holds once the execution is over.
 */
const byExecution = new WeakMap<object, Stored>();

const storedIn = (context: IExecuteFunctions | IWebhookFunctions): Stored => {
	if (!('getContext' in context)) return new Map();
	const execution = context.getContext('node');
	const stored: Stored = byExecution.get(execution) ?? new Map<string, Promise<IBinaryData>>();
	byExecution.set(execution, stored);
	return stored;
};

/**
 * Returns a function that gives what was stored in this execution under a key, and stores it where
 * nothing was. What could not be stored is tried again when it is next asked for. It throws an
 * `ApiError`.
 */
export const onceEach = (
	context: IExecuteFunctions | IWebhookFunctions,
): ((key: string, store: () => Promise<IBinaryData>) => Promise<IBinaryData>) => {
	const stored = storedIn(context);
	return async (key, store) => {
		const storing = stored.get(key) ?? store();
		stored.set(key, storing);
		const outcome = await settle(async () => await storing);
		if ('error' in outcome) {
			stored.delete(key);
			throw outcome.error;
		}
		// Nodes that come after may write into what they get.
		return { ...outcome.value };
	};
};
