import type { JsonObject } from './api/guards';
import { outputSchema } from './batch/output';
import { resources } from './resources';
import { triggerOutput } from './trigger/description';

/**
 * The JSON schemas of all that the nodes put out, by their paths in `__schema__` beside the compiled
 * nodes. n8n reads them by the node's version, resource and operation; the trigger, in the same
 * folder, has neither.
 */
export const outputSchemas = (): Record<string, JsonObject> => ({
	'v1.0.0.json': outputSchema(triggerOutput),
	...Object.fromEntries(
		resources.flatMap(({ value: resource, operations }) =>
			operations.map(({ value: operation, output }) => [
				`v1.0.0/${resource}/${operation}.json`,
				outputSchema(output),
			]),
		),
	),
});
