import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { findCreations, type ListedCreation, type WantedCreations } from '../../api/creations';
import { ApiError, settle } from '../../api/errors';
import { creationShape, withFilesMissing } from '../../runs/outputShape';
import { callFailed } from '../../runs/failures';
import { filtersField, limitFields, readLimit, simplify } from '../../batch/listFields';
import { listedFileOptions, listedItem } from '../../batch/listedFile';
import { moment } from '../../batch/moment';
import { text } from '../../batch/option';
import { optionsField } from '../../batch/optionFields';
import { optionReader, readItemOutput, type OutputOptions } from '../../batch/options';
import { failed, readItem, runBatch } from '../../batch/runBatch';
import { downloader, type RemoteFile } from '../../files/download';
import type { Operation } from '../operation';
import { wantsRaw } from '../toolOutput';

interface Wanted extends WantedCreations, OutputOptions {
	isSimple: boolean;
}

const tool = text(
	{
		displayName: 'Tool Name or ID',
		name: 'tool',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getCreationTools' },
		default: '',
		description:
			'Only what this tool made. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{ isOptional: true },
);

const createdAfter = moment({
	displayName: 'Created After',
	name: 'createdAfter',
	type: 'dateTime',
	default: '',
	description:
		'Only what was made at this time or later; in the time zone of the workflow, unless it names one',
});

const createdBefore = moment({
	displayName: 'Created Before',
	name: 'createdBefore',
	type: 'dateTime',
	default: '',
	description:
		'Only what was made at this time or earlier; in the time zone of the workflow, unless it names one',
});

const filters = filtersField([createdAfter.field, createdBefore.field, tool.field]);

const wrongWayRound = (from: number, until: number): ApiError =>
	new ApiError({
		kind: 'rejected',
		message: `Created After (${new Date(from).toISOString()}) is later than Created Before (${new Date(until).toISOString()})`,
		advice: 'Exchange the two.',
	});

const readWanted = (context: IExecuteFunctions, itemIndex: number): Wanted => {
	const filter = optionReader(context, itemIndex, filters.name);
	const from = filter(createdAfter)?.(context.getTimezone()).ms ?? -Infinity;
	const until = filter(createdBefore)?.(context.getTimezone()).ms ?? Infinity;
	if (from > until) throw wrongWayRound(from, until);
	return {
		...readItemOutput(context, itemIndex),
		tool: filter(tool),
		from,
		until,
		limit: readLimit(context, itemIndex),
		isSimple: !wantsRaw(context, itemIndex),
	};
};

const fileOf = ({ creation, key }: ListedCreation): RemoteFile | null => {
	const { creation_id, family: media_type, url } = creation;
	const id = creation_id ?? key;
	return url === null
		? null
		: { what: `the file of creation ${id}`, id, index: 0, media_type, url };
};

/** Creation → Get Many: what the key's user made lately, newest first. */
async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await runBatch(this, async (batch, itemIndexes) => {
		const download = downloader(this, batch.pacing);
		for (const itemIndex of itemIndexes) {
			const wanted = readItem(batch, itemIndex, () => readWanted(this, itemIndex));
			if (!wanted) continue;
			const found = await settle(async () => await findCreations(batch, 'prepare', wanted));
			if ('error' in found) {
				batch.results.set(itemIndex, failed(callFailed(itemIndex, found.error)));
				continue;
			}
			const items = await Promise.all(
				found.value.map(async (listed) => {
					const json = wanted.isSimple ? { ...listed.creation } : listed.raw;
					return await listedItem(itemIndex, json, fileOf(listed), wanted, download);
				}),
			);
			batch.results.set(itemIndex, { items });
		}
	});
}

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many creations',
	description: 'List what was made lately with the account, by runs or in Magnific, newest first',
	builderHint:
		'creation_id is what an input for a file of App → Run takes, without a download. The newest come first.',
	output: { usual: withFilesMissing(creationShape) },
	fields: [...limitFields, filters, simplify.field, optionsField(listedFileOptions)],
	execute,
};
