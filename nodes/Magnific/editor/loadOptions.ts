import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { createClient } from '../api/client';
import { settle } from '../api/errors';
import { editorError } from '../batch/stoppingError';
import { triggerRegistry } from '../trigger/registry';
import { nameInList, offeredApps } from './listSearch';

/** The same apps as in the list of the resource locator, for a choice of several. */
export async function getApps(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const apps = await settle(async () => await offeredApps(await createClient(this)));
	if ('error' in apps) throw editorError(this.getNode(), apps.error);
	return apps.value.map((app) => ({ name: nameInList(app), value: app.sqid }));
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
