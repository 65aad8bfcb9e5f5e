import type { INodeProperties } from 'n8n-workflow';

const show = { resource: ['app'], operation: ['getAll'] };

export const appGetAllProperties: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		displayOptions: { show },
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		default: 50,
		typeOptions: { minValue: 1 },
		displayOptions: { show: { ...show, returnAll: [false] } },
		description: 'Max number of results to return',
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		displayOptions: { show },
		options: [
			{
				displayName: 'Owner',
				name: 'owner',
				type: 'options',
				options: [
					{
						name: 'Available to Me',
						value: 'available',
						description: 'Published apps that this API key may run',
					},
					{
						name: 'Made by Me',
						value: 'mine',
						description: 'Apps of the key’s owner, drafts too; without their cost',
					},
				],
				default: 'available',
				description: 'Whose apps to return',
			},
			{
				displayName: 'Search',
				name: 'search',
				type: 'string',
				default: '',
				placeholder: 'e.g. product photo',
				description: 'Only apps whose name or ID contains this text',
			},
		],
	},
];
