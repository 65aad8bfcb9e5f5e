import { settle } from '../api/errors';
import { isRecord } from '../api/guards';
import { parseAppDefinition, type AppDefinition } from '../api/types';

/** Definitions that an execution has read: one request per app, however often a loop comes by. */
export interface KnownApps {
	recall(appId: string): Promise<AppDefinition | undefined>;
	remember(appId: string, app: AppDefinition): void;
}

const KEY = 'apps';

/**
 * Keeps them in a plain record: in n8n the node's context, which is saved with the execution. n8n's
 * own Retry goes on with that context in another execution, and asks anew: prices change.
 */
export const knownAppsIn = (store: Record<string, unknown>, executionId = ''): KnownApps => {
	const saved = store[KEY];
	const isOwn = isRecord(saved) && saved.execution === executionId;
	const definitions = isOwn && isRecord(saved.definitions) ? saved.definitions : {};
	store[KEY] = { execution: executionId, definitions };
	return {
		async recall(appId) {
			const definition = definitions[appId];
			if (typeof definition !== 'string') return undefined;
			const app = await settle(() => Promise.resolve(parseAppDefinition(JSON.parse(definition))));
			return 'value' in app ? app.value : undefined;
		},
		remember(appId, app) {
			definitions[appId] = JSON.stringify(app.raw);
		},
	};
};
