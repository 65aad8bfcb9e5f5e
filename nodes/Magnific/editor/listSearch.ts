import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { findApps, matchingApps } from '../api/apps';
import type { Budget } from '../api/budget';
import { createClient, type MagnificClient } from '../api/client';
import { settle } from '../api/errors';
import type { AppSummary } from '../api/types';
import { editorError } from '../batch/stoppingError';

/** An app as lists offer it. `isMine`: it is not published, only its maker sees it. */
interface OfferedApp extends AppSummary {
	isMine?: boolean;
}

/** An app's name as lists show it: whose it is, and what a run costs where that is known. */
export const nameInList = ({ name, total_cost, isMine = false }: OfferedApp): string => {
	const notes = [
		...(isMine ? ['Mine'] : []),
		...(total_cost === null
			? []
			: [`${String(total_cost)} ${total_cost === 1 ? 'credit' : 'credits'}`]),
	];
	return notes.length === 0 ? name : `${name} (${notes.join(', ')})`;
};

/**
 * The apps that the key may run, and those that its owner made and did not publish: only the first
 * list has to be there. Throws an `ApiError`.
 */
export const offeredApps = async (client: MagnificClient): Promise<OfferedApp[]> => {
	const [available, mine] = await Promise.all([
		findApps(client, 'interactive', 'available'),
		settle(async () => await findApps(client, 'interactive', 'mine', '', 1)),
	]);
	const published = new Set(available.map(({ sqid }) => sqid));
	const own = 'value' in mine ? mine.value.filter(({ sqid }) => !published.has(sqid)) : [];
	return matchingApps([...available, ...own.map((app) => ({ ...app, isMine: true }))], '');
};

/** Long enough to type a name, short enough to never miss an app that was just published. */
const KNOWN_MS = 60_000;

/** The whole lists that were loaded lately. By the budget, since there is one for each key. */
const known = new WeakMap<Budget, { apps: OfferedApp[]; until: number }>();

/** Opening the list loads it anew; typing into its search field filters what was loaded. */
const appsFor = async (client: MagnificClient, search: string): Promise<OfferedApp[]> => {
	const { budget, clock } = client;
	const lately = known.get(budget);
	if (search !== '' && lately && clock.now() < lately.until) {
		return matchingApps(lately.apps, search);
	}
	const apps = await offeredApps(client);
	known.set(budget, { apps, until: clock.now() + KNOWN_MS });
	return matchingApps(apps, search);
};

/** The apps for the list of the resource locator. */
export async function searchApps(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const apps = await settle(async () => appsFor(await createClient(this), filter.trim()));
	if ('error' in apps) throw editorError(this.getNode(), apps.error);
	return { results: apps.value.map((app) => ({ name: nameInList(app), value: app.sqid })) };
}
