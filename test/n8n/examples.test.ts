import { posterFromText } from '../../emulator/apps/posterFromText';
import { readExamples } from '../../scripts/lib/demo/examples';
import { checkPicture } from '../../scripts/lib/demo/files';
import type { Execution } from '../../scripts/lib/n8n/execution';
import { example, nodeOf, runFrom } from './support/examples';
import { untilThere } from './support/production';
import { realN8n } from './support/realN8n';
import { MAGNIFIC } from './support/workflows';

const n8n = realN8n();

it('01: takes three products through two apps, gives out pictures that open and have names of their own, and lets the one that fails leave by the error output', async () => {
	const [first] = (await readExamples()).values();
	if (!first) throw new Error('There is no example');
	const execution = await n8n.api.runWorkflow(first);

	expect(execution.status).toBe('success');
	const nodes = first.nodes.filter(({ type }) => type === MAGNIFIC).map(({ name }) => name);
	expect(
		nodes.map((name) => ({
			name,
			out: execution.items(name, 0).map(({ json, binary, pairedItem }) => ({
				status: json['status'],
				files: Object.values(binary ?? {}).map(({ mimeType }) => mimeType),
				pairedItem,
			})),
			failed: execution.json(name, 1).length,
		})),
	).toEqual([
		{ name: 'Photo shoot', out: threeOf('image/jpeg'), failed: 0 },
		{ name: 'Poster', out: threeOf('image/png'), failed: 0 },
		{ name: 'Fails on purpose', out: [], failed: 1 },
	]);
	expect(execution.json('What failed')).toMatchObject([{ status: 'failed' }]);

	const files = ['Photo shoot', 'Poster'].flatMap((name) =>
		execution.items(name).flatMap(({ binary }) => Object.values(binary ?? {})),
	);
	const names = files.map(({ fileName }) => fileName ?? '');
	expect(names).toEqual([...new Set(names)]);
	for (const [i, file] of files.entries()) {
		await checkPicture(await n8n.api.readBinary(file), file.mimeType, names[i] ?? '');
	}
});

it('02: waits suspended for 120 posters and hands them out with their metadata', async () => {
	const workflow = await example('02');
	const id = await n8n.api.startWorkflow(workflow);
	const execution = await n8n.api.waitForEnd(id);

	expect(execution.json('What failed')).toEqual([]);
	expect(
		execution.items('Finished posters').map(({ json: { status, metadata }, binary }) => ({
			status,
			metadata,
			files: Object.keys(binary ?? {}),
		})),
	).toEqual(
		Array.from({ length: 120 }, (_, i) => ({
			status: 'completed',
			metadata: { sku: `SKU-${String(i + 1)}` },
			files: ['data'],
		})),
	);
});

it('03 and 04: the one starts runs, the other gets each result from the trigger', async () => {
	const results = await n8n.api.importWorkflow(await example('04'));
	await n8n.api.activate(results);
	const starts = await example('03');
	const node = nodeOf(starts, 'Start posters');
	const url = await untilThere('trigger in the list', async () => {
		const triggers = await n8n.api.loadOptions({
			nodeType: MAGNIFIC,
			methodName: 'getTriggers',
			path: 'parameters.options.notifyTrigger',
			parameters: node.parameters,
		});
		return triggers.find(({ name }) => name === 'Magnific 04: results from the trigger')?.value;
	});
	const options = node.parameters['options'];
	if (typeof options !== 'object' || options === null) throw new Error('There are no options');
	Object.assign(options, { notifyTrigger: url });

	expect((await n8n.api.runWorkflow(starts)).error?.message).toBeUndefined();
	const executions = await untilThere('execution per run', async () => {
		const ids = await n8n.api.listExecutions(results);
		return ids.length === 3 ? ids : undefined;
	});
	const skus = await Promise.all(
		executions.map(async (id) => (await n8n.api.waitForEnd(id)).json('Result')[0]?.['metadata']),
	);
	expect(new Set(skus.map((sku) => JSON.stringify(sku)))).toEqual(
		new Set(['{"sku":"SKU-1"}', '{"sku":"SKU-2"}', '{"sku":"SKU-3"}']),
	);
	await n8n.api.deactivate(results);
});

it('05: writes down the runs that are unfinished at night, and picks them up in the morning', async () => {
	const workflow = await example('05');
	const { control } = n8n.magnific;
	const id = await n8n.api.importWorkflow(workflow);
	const startFrom = async (trigger: string): Promise<Execution> =>
		await runFrom(n8n.api, id, trigger);
	const of = (execution: Execution, node: string, field: string): unknown[] =>
		execution
			.json(node)
			.map(({ [field]: value }) => value)
			.sort();

	// One is over in time, the others are not.
	await control.settings({ durations: { [posterFromText.sqid]: [1, 120, 120] } });
	const night = await startFrom('Every night');
	expect(night.error?.message).toBeUndefined();
	const [inTime] = night.json('Finished at night');
	expect(inTime).toMatchObject({ status: 'completed' });
	const unfinished = (await control.runs())
		.map(({ run_id }) => run_id)
		.filter((run_id) => run_id !== inTime?.['run_id'])
		.sort();
	expect(unfinished).toHaveLength(2);
	expect(of(night, 'Write down', 'run_id')).toEqual(unfinished);

	const morning = await startFrom('Every morning');
	expect(of(morning, 'Unfinished runs', 'run_id')).toEqual(unfinished);
	expect(new Set([...of(morning, 'Unfinished runs', 'sku'), skuOf(inTime)])).toEqual(
		new Set(['SKU-1', 'SKU-2', 'SKU-3']),
	);
	expect(of(morning, 'Finished', 'run_id')).toEqual(unfinished);
	expect(
		morning.items('Finished').map(({ json: { status }, binary }) => ({
			status,
			files: Object.keys(binary ?? {}),
		})),
	).toEqual(unfinished.map(() => ({ status: 'completed', files: ['data'] })));
	expect(await control.runs()).toHaveLength(3);

	const nextMorning = await startFrom('Every morning');
	expect(nextMorning.json('Unfinished runs')).toEqual([]);
	expect(nextMorning.runs['Wait for them']).toBeUndefined();
});

it('05: writes down the runs whose state could not be read, and not the one that was not started', async () => {
	const { control } = n8n.magnific;
	await control.settings({ durations: { [posterFromText.sqid]: 120 } });
	await control.addFault({ route: 'run', skip: 1, fault: { kind: 'status', status: 400 } });
	await control.addFault({ route: 'get_run', fault: { kind: 'status', status: 401 } });
	const night = await n8n.api.runWorkflow(await example('05'));
	expect(night.error?.message).toBeUndefined();
	expect(night.json('Cannot be resumed')).toMatchObject([{ details: { status: 'not_started' } }]);
	const runs = await control.runs();
	expect(runs).toHaveLength(2);
	expect(new Set(night.json('Write down').map(({ run_id }) => run_id))).toEqual(
		new Set(runs.map(({ run_id }) => run_id)),
	);
});

it('every example can be imported, with nodes that this n8n knows', async () => {
	for (const [name, workflow] of await readExamples()) {
		const id = await n8n.api.importWorkflow(workflow);
		expect({ name, nodes: await n8n.api.request('GET', `/rest/workflows/${id}`) }).toMatchObject({
			name,
			nodes: { nodes: workflow.nodes.map(({ type }) => ({ type })) },
		});
	}
});

function skuOf(json: Record<string, unknown> | undefined): unknown {
	const metadata = json?.['metadata'];
	return typeof metadata === 'object' && metadata !== null && 'sku' in metadata
		? metadata.sku
		: undefined;
}

function threeOf(mimeType: string) {
	return [0, 1, 2].map((item) => ({
		status: 'completed',
		files: [mimeType],
		pairedItem: { item },
	}));
}
