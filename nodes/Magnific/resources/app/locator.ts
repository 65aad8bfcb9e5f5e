import type { INodeProperties } from 'n8n-workflow';

/** The app that an operation is about. */
export const appLocator: INodeProperties = {
	displayName: 'App',
	name: 'app',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The Magnific app, as published from Magnific Spaces. Magnific now calls it a flow.',
	builderHint: {
		propertyHint:
			'In both modes the value is the app’s sqid, 6 to 20 letters and digits, not its name: take it from the list, or from App → Get Many.',
	},
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
			hint: 'The letters and digits that stand for the app in its address; App → Get Many lists them as sqid',
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
};
