import { get as getApp } from './app/get';
import { getAll as getAllApps } from './app/getAll';
import { run as runApp } from './app/run';
import type { Resource } from './operation';
import { get as getRun } from './run/get';
import { wait as waitForRun } from './run/wait';

/** What the node offers. */
export const resources: Resource[] = [
	{ value: 'app', name: 'App', default: 'run', operations: [getApp, getAllApps, runApp] },
	{ value: 'run', name: 'Run', default: 'get', operations: [getRun, waitForRun] },
];
