import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { askAnalytics } from '../../api/analytics';
import { ApiError, settle, type Settled } from '../../api/errors';
import type { Usage, UsageQuery } from '../../api/usage';
import { usageShape } from '../../runs/outputShape';
import { callFailed } from '../../runs/failures';
import { moment } from '../../batch/moment';
import { choice, list } from '../../batch/option';
import { optionsField } from '../../batch/optionFields';
import { optionReader, readParameter } from '../../batch/options';
import { failed, jsonItem, readItem, runBatch } from '../../batch/runBatch';
import type { Operation } from '../operation';

const startDate = moment({
	displayName: 'Start Date',
	name: 'startDate',
	type: 'dateTime',
	typeOptions: { dateOnly: true },
	default: '',
	placeholder: 'Seven days ago',
	description: 'The first day. Where it is empty, seven days before today.',
});

const endDate = moment({
	displayName: 'End Date',
	name: 'endDate',
	type: 'dateTime',
	typeOptions: { dateOnly: true },
	default: '',
	placeholder: 'Today',
	description:
		'The last day, which is included. Where it is empty, today. A Business plan allows 180 days, Enterprise 365.',
});

const granularity = choice({
	displayName: 'Granularity',
	name: 'granularity',
	type: 'options',
	options: [
		{ name: 'Day', value: 'day' },
		{ name: 'Month', value: 'month' },
		{ name: 'Week', value: 'week', description: 'From Monday to Sunday' },
		{ name: 'Year', value: 'year' },
	],
	default: 'day',
	description: 'How long the periods are that uses are added up for',
});

const idOf = (entry: unknown): string | undefined =>
	typeof entry === 'string' || typeof entry === 'number' ? String(entry) : undefined;

const numberOf = (entry: unknown): number | undefined =>
	/^[1-9]\d*$/.test(idOf(entry) ?? '') ? Number(entry) : undefined;

const apiKeyIds = list(
	{
		displayName: 'API Key Names or IDs',
		name: 'apiKeyIds',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getTeamApiKeys' },
		default: [],
		description:
			'Only what was used with these API keys. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	'a list of IDs of API keys',
	idOf,
);

const groupIds = list(
	{
		displayName: 'Group Names or IDs',
		name: 'groupIds',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getTeamGroups' },
		default: [],
		description:
			'Only what members of these groups used. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	'a list of IDs of groups, which are numbers',
	numberOf,
);

const projectReferences = list(
	{
		displayName: 'Project Names or IDs',
		name: 'projectReferences',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getTeamProjects' },
		default: [],
		description:
			'Only what was used in these projects. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	'a list of references of projects',
	idOf,
);

const readQuery = (context: IExecuteFunctions, itemIndex: number): UsageQuery => {
	const day = (option: typeof startDate): string | undefined =>
		readParameter(context, option, itemIndex)?.(context.getTimezone()).date;
	const [start_date, end_date] = [day(startDate), day(endDate)];
	if (start_date !== undefined && end_date !== undefined && start_date > end_date) {
		throw new ApiError({
			kind: 'rejected',
			message: `Start Date (${start_date}) is later than End Date (${end_date})`,
			advice: 'Exchange the two.',
		});
	}
	const option = optionReader(context, itemIndex);
	return {
		granularity: readParameter(context, granularity, itemIndex),
		...(start_date === undefined ? {} : { start_date }),
		...(end_date === undefined ? {} : { end_date }),
		api_key_ids: option(apiKeyIds),
		group_ids: option(groupIds),
		project_references: option(projectReferences),
	};
};

/** Usage → Get: the credits that the team used. Items that ask the same share a request. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runBatch(this, async (batch, itemIndexes) => {
		const answers = new Map<string, Settled<Usage[]>>();
		for (const itemIndex of itemIndexes) {
			const query = readItem(batch, itemIndex, () => readQuery(this, itemIndex));
			if (!query) continue;
			const key = JSON.stringify(query);
			const answer =
				answers.get(key) ??
				(await settle(
					async () =>
						await askAnalytics(batch, 'prepare', async () => await batch.api.getUsage(query)),
				));
			answers.set(key, answer);
			batch.results.set(
				itemIndex,
				'error' in answer
					? failed(callFailed(itemIndex, answer.error))
					: { items: answer.value.map((usage) => jsonItem({ ...usage }, itemIndex)) },
			);
		}
	});
}

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get usage',
	description: 'Get the credits that the team used, by period, tool and user',
	builderHint: 'Costs no credits; the service answers 100 such requests a day.',
	output: { usual: usageShape },
	fields: [
		startDate.field,
		endDate.field,
		granularity.field,
		optionsField([apiKeyIds.field, groupIds.field, projectReferences.field]),
	],
	execute,
};
