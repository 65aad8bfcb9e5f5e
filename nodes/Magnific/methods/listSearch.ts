import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { findApps } from '../api/apps';
import { createClient } from '../api/client';
import { settle } from '../api/errors';
import type { AppSummary } from '../api/types';
import { editorError } from '../operations/nodeErrors';

/** An app's name as lists show it: with what a run costs. */
export const nameWithCost = ({ name, total_cost }: AppSummary): string =>
	total_cost === null
		? name
		: `${name} (${String(total_cost)} ${total_cost === 1 ? 'credit' : 'credits'})`;

/** The apps for the list of the resource locator, with their cost. */
export async function searchApps(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const apps = await settle(async () =>
		findApps(await createClient(this), 'interactive', 'available', filter),
	);
	if ('error' in apps) throw editorError(this.getNode(), apps.error);
	return { results: apps.value.map((app) => ({ name: nameWithCost(app), value: app.sqid })) };
}
