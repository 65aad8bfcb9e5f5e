import { get as getApp } from './app/get';
import { getAll as getAllApps } from './app/getAll';
import { run as runApp } from './app/run';
import { getAll as getAllCreations } from './creation/getAll';
import { getAll as getAllFiles } from './file/getAll';
import { upload as uploadFile } from './file/upload';
import type { Resource } from './operation';
import { get as getRun } from './run/get';
import { wait as waitForRun } from './run/wait';
import { get as getUsage } from './usage/get';

/** What the node offers. */
export const resources: Resource[] = [
	{ value: 'app', name: 'App', default: runApp, operations: [getApp, getAllApps, runApp] },
	{ value: 'creation', name: 'Creation', default: getAllCreations, operations: [getAllCreations] },
	{ value: 'file', name: 'File', default: uploadFile, operations: [getAllFiles, uploadFile] },
	{ value: 'run', name: 'Run', default: getRun, operations: [getRun, waitForRun] },
	{ value: 'usage', name: 'Usage', default: getUsage, operations: [getUsage] },
];
