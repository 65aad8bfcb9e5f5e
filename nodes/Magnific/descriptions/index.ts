import type { INodeProperties } from 'n8n-workflow';
import { appGetProperties } from './app.get';
import { appGetAllProperties } from './app.getAll';
import { appRunProperties } from './app.run';
import { runGetProperties, runProperties, runWaitProperties } from './run';

export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'App', value: 'app' },
			{ name: 'Run', value: 'run' },
		],
		default: 'app',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['app'] } },
		options: [
			{
				name: 'Get',
				value: 'get',
				action: 'Get app',
				description: 'Get the definition of an app: its inputs, their types and its cost',
			},
			{
				name: 'Get Many',
				value: 'getAll',
				action: 'Get many apps',
				description: 'List the apps that the API key can see',
			},
			{
				name: 'Run',
				value: 'run',
				action: 'Run app',
				description: 'Run an app for each item and get what it makes; each run costs credits',
			},
		],
		default: 'run',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['run'] } },
		options: [
			{
				name: 'Get',
				value: 'get',
				action: 'Get run',
				description: 'Get the status of a run, and its result if there is one',
			},
			{
				name: 'Wait',
				value: 'wait',
				action: 'Wait for run',
				description: 'Wait until runs that were started before are over, and get their results',
			},
		],
		default: 'get',
	},
	...appRunProperties,
	...appGetProperties,
	...appGetAllProperties,
	...runProperties,
	...runGetProperties,
	...runWaitProperties,
];
