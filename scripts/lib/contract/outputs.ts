import { isRecord } from '../../../nodes/Magnific/api/guards';
import { besideRun } from '../../../nodes/Magnific/batch/collect';
import { unfinishedJson } from '../../../nodes/Magnific/runs/output';
import { withMetadata } from '../../../nodes/Magnific/callbacks/metadata';
import { SAMPLE } from './sample-api';
import { stubContext, type StubOptions } from './stub-context';

/** The json of the first item in what n8n gets from a node. */
const firstJson = (items: unknown, what: string): unknown => {
	const item: unknown = Array.isArray(items) && Array.isArray(items[0]) ? items[0][0] : undefined;
	if (!isRecord(item)) throw new Error(`“${what}” has no output.`);
	return item.json;
};

/** Calls a method of a node as n8n does, with a context for its `this`. */
const call = async (node: object, name: string, context: object): Promise<unknown> => {
	const method: unknown = Reflect.get(node, name);
	if (typeof method !== 'function') throw new Error(`The node has no ${name}.`);
	const answer: unknown = await Reflect.apply(method, context, []);
	return answer;
};

/** An item of each kind that the nodes put out, by what it is, made by the nodes' own code. */
export const sampleOutputs = async (
	node: object,
	trigger: object,
): Promise<Record<string, unknown>> => {
	const execute = async (
		what: string,
		parameters: Record<string, unknown>,
		options?: StubOptions,
	): Promise<unknown> =>
		firstJson(await call(node, 'execute', stubContext(parameters, options)), what);
	const receive = async (
		what: string,
		options: Record<string, unknown>,
		stub: StubOptions,
	): Promise<unknown> => {
		const events = ['completedWithErrors', 'started'];
		const context = stubContext(
			{ events, apps: [], options: { ...options, allowDuplicates: true } },
			stub,
		);
		const answer = await call(trigger, 'webhook', context);
		return firstJson(isRecord(answer) ? answer.workflowData : undefined, what);
	};

	const app = { resource: 'app', app: SAMPLE.appId, inputs: {} };
	const metadata = { values: [{ name: 'sku', value: 'A-1' }] };
	const runApp = { ...app, operation: 'run' };
	const getRun = { resource: 'run', operation: 'get', runId: SAMPLE.runId };
	const store = {};
	const started = await execute(
		'started',
		{ ...runApp, wait: 'none', options: { metadata } },
		{ store },
	);

	const url = withMetadata('https://n8n.example.com/', { sku: 'A-1' }, SAMPLE.apiKey, SAMPLE.appId);
	const query = Object.fromEntries(new URL(url ?? '').searchParams);
	const finished = { event: 'finished', run_id: SAMPLE.runId };

	return {
		app: await execute('app', { ...app, operation: 'get' }),
		'app of a list': await execute('app of a list', { resource: 'app', operation: 'getAll' }),
		'started run': started,
		// With the context of the one before it: the run is taken up, not waited for.
		run: await execute('run', { ...runApp, wait: 'poll', options: { metadata } }, { store }),
		'unfinished run': unfinishedJson(
			{ kind: 'timed_out', run_id: SAMPLE.runId, status: 'running' },
			{ sqid: SAMPLE.appId, name: 'Sketch to Realism', total_cost: 5 },
		),
		'run that was reused': {
			...unfinishedJson({ kind: 'started', run_id: SAMPLE.runId, since: 0 }, undefined),
			...besideRun({ reused: true, options: { metadata: {} } }),
		},
		'validated item': await execute('validated item', {
			...runApp,
			options: { validateOnly: true },
		}),
		file: await execute('file', { ...getRun, options: { outputPer: 'file' } }),
		'item whose run failed': await execute(
			'item whose run failed',
			{ ...runApp, wait: 'poll', options: { onPartial: 'error' } },
			{ store },
		),
		'item whose call failed': await execute('item whose call failed', {
			...getRun,
			runId: SAMPLE.unknownRunId,
		}),
		'item with wrong inputs': await execute('item with wrong inputs', { ...getRun, runId: '' }),
		'event of an end': await receive('event of an end', {}, { body: finished, query }),
		'event of a start': await receive(
			'event of a start',
			{},
			{ body: { event: 'initialized', run_id: SAMPLE.runId }, query },
		),
		'event with changed metadata': await receive(
			'event with changed metadata',
			{},
			{ body: finished, query: { ...query, meta_sig: 'changed' } },
		),
		'event without its files': await receive(
			'event without its files',
			{ downloadFiles: true },
			{ body: finished },
		),
	};
};
