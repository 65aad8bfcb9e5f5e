import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { appGet } from './app.get';
import { appGetAll } from './app.getAll';
import { appRun } from './app.run';
import { runGet } from './run.get';
import { runWait } from './run.wait';

export type Operation = (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>;

/** All operations, by `resource:operation`. */
export const operations: Record<string, Operation> = {
	'app:run': appRun,
	'app:get': appGet,
	'app:getAll': appGetAll,
	'run:get': runGet,
	'run:wait': runWait,
};
