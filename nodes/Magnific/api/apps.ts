import type { MagnificApi } from './client';
import type { AppOwner } from './endpoints';
import { settle, type Settled } from './errors';
import type { RequestKind } from './budget';
import { withRetries, type Pacing } from './retry';
import type { AppDefinition, AppSummary } from './types';

const byName = (a: AppSummary, b: AppSummary): number =>
	a.name.localeCompare(b.name) || a.sqid.localeCompare(b.sqid);

/** The apps, sorted by name, whose name or id contains `search` in any case. */
export const matchingApps = <App extends AppSummary>(apps: App[], search: string): App[] => {
	const wanted = search.trim().toLowerCase();
	return apps
		.filter(
			({ name, sqid }) =>
				name.toLowerCase().includes(wanted) || sqid.toLowerCase().includes(wanted),
		)
		.sort(byName);
};

/** The API's list, matched here too, since a server may ignore the search. Throws an `ApiError`. */
export const findApps = async (
	{ api, ...pacing }: Pacing & { api: Pick<MagnificApi, 'listApps'> },
	kind: RequestKind,
	owner: AppOwner,
	search = '',
	maxTries?: number,
): Promise<AppSummary[]> => {
	const apps = await withRetries(
		kind,
		pacing,
		() => api.listApps(owner, search.trim().toLowerCase()),
		maxTries,
	);
	return matchingApps(apps, search);
};

/** The definitions of the given apps, each asked for once; never throws. */
export const loadApps = async (
	{ api, ...pacing }: Pacing & { api: Pick<MagnificApi, 'getApp'> },
	appIds: Iterable<string>,
): Promise<Map<string, Settled<AppDefinition>>> =>
	new Map(
		await Promise.all(
			[...new Set(appIds)].map(
				async (appId) =>
					[
						appId,
						await settle(() => withRetries('prepare', pacing, () => api.getApp(appId))),
					] as const,
			),
		),
	);
