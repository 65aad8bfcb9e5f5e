import { settle } from '../api/errors';
import { parseAppDefinition, type AppDefinition } from '../api/types';

/** Definitions that an execution has read: one request per app, however often a loop comes by. */
export interface KnownApps {
	recall(appId: string): Promise<AppDefinition | undefined>;
	remember(appId: string, app: AppDefinition): void;
}

const keyOf = (appId: string): string => `app:${appId}`;

/** Keeps them in a plain record: in n8n the node's context, which is saved with the execution. */
export const knownAppsIn = (store: Record<string, unknown>): KnownApps => ({
	async recall(appId) {
		const saved = store[keyOf(appId)];
		if (typeof saved !== 'string') return undefined;
		const app = await settle(() => Promise.resolve(parseAppDefinition(JSON.parse(saved))));
		return 'value' in app ? app.value : undefined;
	},
	remember(appId, app) {
		store[keyOf(appId)] = JSON.stringify(app.raw);
	},
});
