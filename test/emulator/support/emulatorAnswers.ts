import type { Control, Emulator, Family } from '../../../emulator';
import { operationOf } from '../../../scripts/lib/live/assumption';
import type { Exchange } from '../../../scripts/lib/live/exchange';
import { APPS } from './apps';
import { call, runId, startRun } from './client';
import { dataUri, picture } from './media';
import { provoke } from './provoke';
import { startReceiver } from './receiver';

/** What the API may be set to answer on a route, one after the other. */
const SETTINGS: Parameters<Control['settings']>[0][] = [
	{},
	{ list: 'full' },
	{ validationErrors: 'problem' },
];

const NODE = '0d2b6c1e-7a41-4d0f-9b83-51f6e0c7a9d2';

/** An app with what live definitions have had: the older `key`, options in several forms, lists. */
const ODD_APP = {
	sqid: 'oDdApP0001',
	name: 'Odd app',
	total_cost: 1,
	inputs: [
		{
			id: `input-${NODE}-1`,
			api_key: 'style',
			key: 'style',
			type: 'select',
			label: 'Style',
			config: { options: ['plain', 3, { value: 'v', label: 'V' }, { id: 'i', name: 'I' }] },
			nodeId: NODE,
			default: 'plain',
			required: true,
			presentation: { mode: 'input', type: 'text', placeholder: 'a style' },
		},
	],
};

/** The bodies that the emulator can answer in the place of an exchange's, however it is set. */
export async function emulatorBodies(emulator: Emulator, exchange: Exchange): Promise<unknown[]> {
	if (exchange.route === 'callback') return await callbackBodies(emulator);
	const operation = operationOf(exchange);
	const status = exchange.answer?.status;
	if (operation === undefined || status === undefined) return [];
	const bodies: unknown[] = [];
	for (const settings of SETTINGS) {
		for (const family of ['apps', 'flows'] as const) {
			await fresh(emulator);
			await emulator.control.settings(settings);
			const answer = await provoke(emulator, operation, status, family);
			if (answer.status === status) bodies.push(answer.body);
		}
	}
	if (operation === 'get_app' && status === 200) bodies.push(...(await definitions(emulator)));
	if (operation === 'get_run' && status === 200) bodies.push(...(await runStates(emulator)));
	if (operation === 'run' && status === 202) bodies.push(await wrappedStart(emulator));
	return bodies;
}

async function fresh({ control }: Emulator): Promise<void> {
	await control.reset();
	await control.settings({ imageSize: 64, status502Every: null });
}

async function definitions(emulator: Emulator): Promise<unknown[]> {
	await emulator.control.addApp(ODD_APP);
	const apps = await emulator.control.apps();
	return await Promise.all(apps.map(({ sqid }) => bodyOf(emulator, `/v1/ai/flows/${sqid}`)));
}

const bodyOf = async (emulator: Emulator, path: string): Promise<unknown> =>
	(await call(emulator, path)).body;

async function runStates(emulator: Emulator): Promise<unknown[]> {
	await fresh(emulator);
	const ids = await startSome(emulator);
	const look = async (): Promise<unknown[]> =>
		await Promise.all(ids.map((id) => bodyOf(emulator, `/v1/ai/flows/runs/${id}`)));
	const going = await look();
	await emulator.control.waitIdle();
	return [...going, ...(await look())];
}

/** Runs that make each kind of file, one that fails and one that is cancelled. */
async function startSome(emulator: Emulator, webhook?: string): Promise<string[]> {
	const photo = dataUri(await picture('#777777'), 'image/png');
	const options: { family: Family; webhook?: string } = {
		family: 'flows',
		...(webhook === undefined ? {} : { webhook }),
	};
	const start = async (app: string, inputs: Record<string, unknown>): Promise<string> =>
		await runId(emulator, app, inputs, options);
	const ids = [
		await start(APPS.surpriseMe, {}),
		await start(APPS.productClip, { still_picture: photo, seconds: 0.5 }),
		await start(APPS.fourVariations, { picture: photo }),
		await start(APPS.brokenPipeline, {}),
	];
	await emulator.control.setOutcome({ status: 'cancelled' });
	return [...ids, await start(APPS.surpriseMe, {})];
}

async function wrappedStart(emulator: Emulator): Promise<unknown> {
	await emulator.control.setOutcome({ wrapped: true });
	return (await startRun(emulator, APPS.surpriseMe, {})).body;
}

async function callbackBodies(emulator: Emulator): Promise<unknown[]> {
	const receiver = await startReceiver();
	for (const envelope of ['bare', 'data'] as const) {
		for (const eventField of ['event', 'type', 'status'] as const) {
			for (const idField of ['run_id', 'workflow_run_identifier'] as const) {
				await fresh(emulator);
				await emulator.control.webhooks({ envelope, eventField, idField });
				await startSome(emulator, receiver.url);
				await emulator.control.waitIdle();
			}
		}
	}
	await receiver.close();
	return receiver.received.map(({ body }): unknown => JSON.parse(body));
}
