import type { INodeProperties } from 'n8n-workflow';
import { appLocator } from './app';

export const appGetProperties: INodeProperties[] = [
	appLocator(['get']),
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		displayOptions: { show: { resource: ['app'], operation: ['get'] } },
		description: 'Whether to return a simplified version of the response instead of the raw data',
	},
];
