import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { askAnalytics } from '../api/analytics';
import type { Budget } from '../api/budget';
import { createClient } from '../api/client';
import { findCreations } from '../api/creations';
import type { TeamList } from '../api/endpoints';
import { settle } from '../api/errors';
import type { TeamEntry } from '../api/team';
import { editorError } from '../batch/stoppingError';
import { triggerRegistry } from '../trigger/registry';
import { nameInList, offeredApps } from './listSearch';

/** Loads a list, or throws what the editor shows in its place. */
const loaded = async <T>(context: ILoadOptionsFunctions, load: () => Promise<T>): Promise<T> => {
	const outcome = await settle(load);
	if ('error' in outcome) throw editorError(context.getNode(), outcome.error);
	return outcome.value;
};

/** The same apps as in the list of the resource locator, for a choice of several. */
export async function getApps(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const apps = await loaded(this, async () => await offeredApps(await createClient(this)));
	return apps.map((app) => ({ name: nameInList(app), value: app.sqid }));
}

// Its value is the parameter's default: n8n marks a value in red that the list does not have.
const noTrigger = (isAnyThere: boolean): INodePropertyOptions =>
	isAnyThere
		? { name: 'None', value: '', description: 'No trigger is told of the end of the runs' }
		: {
				name: 'None: No Magnific Trigger Is Published',
				value: '',
				description:
					'Publish a workflow that starts with a Magnific Trigger, or let one listen for a test event',
			};

/** The Magnific Triggers of this instance that listen, after “none”; the value is a trigger's URL. */
export async function getTriggers(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const triggers = triggerRegistry.all().map(({ url, workflowName, nodeName, isTest }) => ({
		name: isTest ? `${workflowName} (Listening for Test Event)` : workflowName,
		value: url,
		description: nodeName,
	}));
	return await Promise.resolve([noTrigger(triggers.length > 0), ...triggers]);
}

/** Enough to know the tools that somebody works with. */
const CREATIONS_LOOKED_AT = 300;

/** The tools that made the recent creations. */
export async function getCreationTools(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	const any = { tool: '', from: -Infinity, until: Infinity, limit: CREATIONS_LOOKED_AT };
	const creations = await loaded(
		this,
		async () => await findCreations(await createClient(this), 'interactive', any),
	);
	const tools = creations.flatMap(({ creation: { tool } }) => tool ?? []);
	return [
		{ name: 'Any', value: '' },
		...[...new Set(tools)].sort().map((tool) => ({ name: tool, value: tool })),
	];
}

/** A team changes seldom, and each list is one of a hundred requests a day. */
const TEAM_KNOWN_MS = 10 * 60_000;

/** The lists that were loaded lately. By the budget, since there is one for each key. */
const knownTeams = new WeakMap<Budget, Map<TeamList, { entries: TeamEntry[]; until: number }>>();

const teamOf = async (context: ILoadOptionsFunctions, list: TeamList): Promise<TeamEntry[]> => {
	const client = await createClient(context);
	const { api, budget, clock } = client;
	const lists =
		knownTeams.get(budget) ?? new Map<TeamList, { entries: TeamEntry[]; until: number }>();
	knownTeams.set(budget, lists);
	const lately = lists.get(list);
	if (lately && clock.now() < lately.until) return lately.entries;
	const entries = await askAnalytics(client, 'interactive', async () => await api.listTeam(list));
	lists.set(list, { entries, until: clock.now() + TEAM_KNOWN_MS });
	return entries;
};

/** The team's API keys. */
export async function getTeamApiKeys(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const keys = await loaded(this, async () => await teamOf(this, 'api-keys'));
	return keys.map(({ id, name, isActive }) => ({
		name: isActive ? name : `${name} (Inactive)`,
		value: id,
	}));
}

/** The team's groups; their ids are numbers. */
export async function getTeamGroups(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const groups = await loaded(this, async () => await teamOf(this, 'groups'));
	return groups.map(({ id, name }) => ({ name, value: Number(id) }));
}

/** The team's projects. */
export async function getTeamProjects(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	const projects = await loaded(this, async () => await teamOf(this, 'projects'));
	return projects.map(({ id, name }) => ({ name, value: id }));
}
