import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { productClip } from '../../emulator/apps/productClip';
import { productPhotoshoot } from '../../emulator/apps/productPhotoshoot';
import { resources } from '../../nodes/Magnific/resources';
import { triggerOutput } from '../../nodes/Magnific/trigger/description';
import { binary, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import { appRun, byId, json } from './support/parameters';
import { textOf } from './support/text';
import { neverSeen, undeclared } from './support/schemas';
import { triggerNode, type Call } from './support/triggerHarness';
import { withMetadata } from '../../nodes/Magnific/callbacks/metadata';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific({ settings: { list: 'full' } });

const metadata = { values: [{ name: 'sku', value: 'A-1' }] };
const clip = (rest: INodeParameters = {}): INodeParameters =>
	appRun(productClip, json({ 'Still picture': 'photo' }), rest);
const poster = (options: INodeParameters, rest: INodeParameters = {}): INodeParameters =>
	appRun(posterFromText, json({ Headline: 'Sale' }), { options, ...rest });

const outputsOf = async (parameters: INodeParameters): Promise<IDataObject[]> => {
	const photo = binary(await picture('red'), 'image/png', 'red.png');
	const { json: outputs, error } = await local.run(parameters, {
		items: [{ json: {}, binary: { photo } }],
	});
	expect(error?.message).toBeUndefined();
	return outputs;
};

/** A run that is going on for an hour, one that made a video and a sound, and one that made a picture. */
const runIds = async () => {
	const [over] = await outputsOf(clip());
	const [pictured] = await outputsOf(poster({}));
	await local.control.setOutcome({ duration_s: 3_600, times: 1 });
	const [going] = await outputsOf(poster({}, { wait: 'none' }));
	const [goingId, overId, picturedId] = [going, over, pictured].map((run) =>
		textOf(run?.['run_id']),
	);
	return { going: goingId ?? '', over: overId ?? '', pictured: picturedId ?? '' };
};

const late = { maxWait: 0.01, onTimeout: 'output' };

const upload = { resource: 'file', operation: 'upload', binaryField: 'photo' };

/** A list of files, also where none of them can be downloaded. */
const listed = async (resource: string): Promise<IDataObject[][]> => {
	const getAll = { resource, operation: 'getAll' };
	const all = await outputsOf(getAll);
	await local.control.addFault({ route: 'file', fault: { kind: 'status', status: 410 } });
	return [all, await outputsOf({ ...getAll, options: { downloadFiles: true } })];
};

/** All outputs that an operation can have, by its options. */
const ALL: Record<string, () => Promise<IDataObject[][]>> = {
	'app:run': async () => {
		const outputs = [
			await outputsOf(clip()),
			await outputsOf(poster({ metadata, downloadFiles: true })),
			await outputsOf(clip({ options: { outputPer: 'file', metadata } })),
			await outputsOf(poster({ metadata }, { wait: 'none' })),
			await outputsOf(poster({ reuseRuns: 12 })),
			await outputsOf(poster({ reuseRuns: 12 })),
			await outputsOf(poster({ validateOnly: true })),
		];
		await local.control.setOutcome({ status: 'completed_with_errors', times: 1 });
		outputs.push(await outputsOf(poster({})));
		await local.control.setOutcome({ duration_s: 3_600, times: 1 });
		outputs.push(await outputsOf(poster(late)));
		return outputs;
	},
	'app:get': async () => {
		const get = { resource: 'app', operation: 'get' };
		return await Promise.all(
			[posterFromText, productPhotoshoot].flatMap((app) =>
				['app', 'input'].map(
					async (outputPer) => await outputsOf({ ...get, app: byId(app.sqid), outputPer }),
				),
			),
		);
	},
	'app:getAll': async () => [await outputsOf({ resource: 'app', operation: 'getAll' })],
	'run:get': async () => {
		const { going, over, pictured } = await runIds();
		const get = { resource: 'run', operation: 'get' };
		return [
			await outputsOf({ ...get, runId: over }),
			await outputsOf({ ...get, runId: pictured }),
			await outputsOf({ ...get, runId: over, options: { outputPer: 'file' } }),
			await outputsOf({ ...get, runId: going }),
		];
	},
	'run:wait': async () => {
		const { going, over, pictured } = await runIds();
		const wait = { resource: 'run', operation: 'wait' };
		return [
			await outputsOf({ ...wait, runId: over }),
			await outputsOf({ ...wait, runId: pictured }),
			await outputsOf({ ...wait, runId: over, options: { outputPer: 'file' } }),
			await outputsOf({ ...wait, runId: going, options: late }),
		];
	},
	'creation:getAll': async () => {
		await outputsOf(clip());
		await outputsOf(poster({}));
		return await listed('creation');
	},
	'file:upload': async () => [await outputsOf(upload)],
	'file:getAll': async () => {
		await outputsOf(upload);
		return await listed('file');
	},
	'usage:get': async () => [await outputsOf({ resource: 'usage', operation: 'get' })],
};

const operations = resources.flatMap(({ value, operations: all }) =>
	all.map((operation) => ({ name: `${value}:${operation.value}`, output: operation.output })),
);

describe('what n8n is told of the output', () => {
	it('of the trigger is what comes out, with all events and options', async () => {
		const [run] = await outputsOf(clip());
		const [pictured] = await outputsOf(poster({}));
		const end = { ...run, event: 'finished' };
		const url = withMetadata(
			'https://n8n.example.com/',
			{ sku: 'A-1' },
			local.apiKey,
			productClip.sqid,
		);
		const query = Object.fromEntries(new URL(url ?? '').searchParams);
		const received = async (call: Call, options: INodeParameters = {}): Promise<IDataObject[]> =>
			(await triggerNode(local, { events: ['completed', 'started'], options }).call(call)).json ??
			[];
		const outputs = [
			await received({ body: end, query }),
			await received({ body: { ...pictured, event: 'finished' } }),
			await received({ body: end, query: { ...query, meta_sig: 'changed' } }),
			await received({ body: end, query }, { outputPer: 'file' }),
			await received({ body: { ...end, event: 'initialized' } }),
		];
		await local.control.addFault({ route: 'file', fault: { kind: 'status', status: 410 } });
		outputs.push(await received({ body: end }, { downloadFiles: true }));
		expect(outputs.map(({ length }) => length > 0)).toEqual(outputs.map(() => true));
		expect(undeclared(triggerOutput, outputs.flat())).toEqual([]);
		expect(neverSeen(triggerOutput, outputs.flat())).toEqual([]);
	});

	it.each(operations)('of $name is what comes out, with all options', async ({ name, output }) => {
		const outputs = (await ALL[name]?.())?.flat() ?? [];
		expect(outputs).not.toEqual([]);
		expect(undeclared(output, outputs)).toEqual([]);
		expect(neverSeen(output, outputs)).toEqual([]);
	});
});
