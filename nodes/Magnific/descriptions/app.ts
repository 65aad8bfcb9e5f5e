import type { INodeProperties } from 'n8n-workflow';

/** The app that an operation is about. */
export const appLocator = (operation: string[]): INodeProperties => ({
	displayName: 'App',
	name: 'app',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The Magnific app, as published from Magnific Spaces',
	displayOptions: { show: { resource: ['app'], operation } },
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Choose an app…',
			typeOptions: {
				searchListMethod: 'searchApps',
				searchable: true,
				searchFilterRequired: false,
			},
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. uqzQLDr2Aw',
			hint: 'The short id (SQID) in the app’s address and in the app list of the API',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: '^[A-Za-z0-9]{6,20}$',
						errorMessage: 'An app ID has 6 to 20 letters and digits',
					},
				},
			],
		},
	],
});
