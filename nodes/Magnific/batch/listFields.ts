import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { flag, number } from './option';
import { NOT_FOR_TOOL } from './optionFields';
import { readParameter } from './options';

const DEFAULT_LIMIT = 50;

const returnAll = flag({
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
});

const limit = number(
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		default: 50,
		typeOptions: { minValue: 1 },
		displayOptions: { show: { returnAll: [false] } },
		description: 'Max number of results to return',
	},
	DEFAULT_LIMIT,
	{ isWhole: true },
);

/** The fields that say how many results a list operation gives. */
export const limitFields: INodeProperties[] = [returnAll.field, limit.field];

/**
 * How many results an item wants at most; Infinity for all. Throws an `ApiError` where it cannot be
 * understood.
 */
export const readLimit = (context: IExecuteFunctions, itemIndex: number): number =>
	readParameter(context, returnAll, itemIndex)
		? Infinity
		: readParameter(context, limit, itemIndex);

export const simplify = flag(
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		displayOptions: { hide: NOT_FOR_TOOL },
		description: 'Whether to return a simplified version of the response instead of the raw data',
	},
	true,
);

/** The filters of a list operation. */
export const filtersField = (filters: INodeProperties[]): INodeProperties => ({
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	options: filters,
});
