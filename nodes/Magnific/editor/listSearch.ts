import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { findApps, matchingApps } from '../api/apps';
import type { Budget } from '../api/budget';
import { createClient, type MagnificClient } from '../api/client';
import { settle } from '../api/errors';
import type { AppSummary } from '../api/types';
import { editorError } from '../batch/nodeErrors';

/** An app's name as lists show it: with what a run costs. */
export const nameWithCost = ({ name, total_cost }: AppSummary): string =>
	total_cost === null
		? `${name} (cost unknown)`
		: `${name} (${String(total_cost)} ${total_cost === 1 ? 'credit' : 'credits'})`;

/** Long enough to type a name, short enough to never miss an app that was just published. */
const KNOWN_MS = 60_000;

/** The whole lists that were loaded lately. By the budget, since there is one for each key. */
const known = new WeakMap<Budget, { apps: AppSummary[]; until: number }>();

/** Opening the list loads it anew; typing into its search field filters what was loaded. */
const appsFor = async (client: MagnificClient, search: string): Promise<AppSummary[]> => {
	const { budget, clock } = client;
	const lately = known.get(budget);
	if (search !== '' && lately && clock.now() < lately.until) {
		return matchingApps(lately.apps, search);
	}
	const apps = await findApps(client, 'interactive', 'available');
	known.set(budget, { apps, until: clock.now() + KNOWN_MS });
	return matchingApps(apps, search);
};

/** The apps for the list of the resource locator, with their cost. */
export async function searchApps(
	this: ILoadOptionsFunctions,
	filter = '',
): Promise<INodeListSearchResult> {
	const apps = await settle(async () => appsFor(await createClient(this), filter.trim()));
	if ('error' in apps) throw editorError(this.getNode(), apps.error);
	return { results: apps.value.map((app) => ({ name: nameWithCost(app), value: app.sqid })) };
}
