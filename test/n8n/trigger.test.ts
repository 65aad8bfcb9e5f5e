import type { INodeParameters } from 'n8n-workflow';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { sketchToRealism } from '../../emulator/apps/sketchToRealism';
import { FORGERIES } from '../../emulator';
import { appRun, fields } from '../engine/support/parameters';
import { activate, executionsOf, listening, TRIGGER } from './support/listening';
import { realN8n } from './support/realN8n';
import { printedRandom, repetitions } from '../soak';
import { itemsNode, magnificNode, workflowOf } from './support/workflows';

const n8n = realN8n({ magnific: { requestsPerMinute: 600 } });
const LONG_MS = 180_000;

const start = async (count: number, options: INodeParameters) =>
	await n8n.api.runWorkflow(
		workflowOf(
			'starts',
			itemsNode(
				Array.from({ length: count }, (_, i) => ({ json: { headline: `Poster ${String(i)}` } })),
			),
			magnificNode(
				appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.headline }}' }), {
					wait: 'none',
					options,
				}),
			),
		),
	);

it(
	'starts a workflow once per run, with metadata and files, though every delivery comes twice',
	async () => {
		const { id, url } = await activate(
			n8n.api,
			listening('Results', '6f1d7f0e-0000-4000-8000-000000000001', {
				options: { downloadFiles: true },
			}),
		);
		await n8n.magnific.control.webhooks({
			rules: [{ fault: { kind: 'duplicate', same_id: false } }],
		});
		const started = await start(5, {
			notifyTrigger: url,
			metadata: { values: [{ name: 'sku', value: '={{ $json.headline }}' }] },
		});
		expect(started.error?.message).toBeUndefined();
		await n8n.magnific.control.waitIdle();
		const executions = await executionsOf(n8n.api, id, 5);
		expect(executions).toHaveLength(5);

		const items = await Promise.all(
			executions.map(async (execution) => (await n8n.api.waitForEnd(execution)).items(TRIGGER)),
		);
		const skus = items.map(([item]) => item?.json['metadata']);
		expect(new Set(skus.map((sku) => JSON.stringify(sku)))).toEqual(
			new Set([0, 1, 2, 3, 4].map((i) => JSON.stringify({ sku: `Poster ${String(i)}` }))),
		);
		expect(items.flat()).toHaveLength(5);
		for (const item of items.flat()) {
			expect(item.json).toMatchObject({
				event: 'completed',
				status: 'completed',
				app_name: posterFromText.name,
			});
			expect(item.binary?.['data']?.mimeType).toMatch(/^image\//);
		}
		await n8n.api.deactivate(id);
	},
	LONG_MS,
);

/** These are to be believed, or are about the result only. */
const BELIEVED = [
	'several_signatures',
	'unknown_version',
	'upper_case_headers',
	'repeated_headers',
	'other_result',
];

it(
	'starts nothing for callbacks that are forged, stale, malformed, filtered out or of unknown runs',
	async () => {
		const { id, url } = await activate(
			n8n.api,
			listening('Nothing', '6f1d7f0e-0000-4000-8000-000000000002', {
				apps: [sketchToRealism.sqid],
			}),
		);
		await n8n.magnific.control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
		await start(1, {});
		await n8n.magnific.control.waitIdle();
		const [run] = await n8n.magnific.control.runs();

		for (const how of FORGERIES.filter((name) => !BELIEVED.includes(name))) {
			const { status } = await n8n.magnific.control.deliver({
				url,
				run_id: run?.run_id,
				event: 'finished',
				how,
			});
			// A run that does not exist is rightly signed here, and of an app that is not listened for.
			expect([how, how === 'unknown_run' || status >= 400]).toEqual([how, true]);
		}
		const filtered = await n8n.magnific.control.deliver({
			url,
			run_id: run?.run_id,
			event: 'finished',
		});
		expect(filtered.status).toBe(200);
		expect(await n8n.api.listExecutions(id)).toEqual([]);
		await n8n.api.deactivate(id);
	},
	LONG_MS,
);

it(
	'starts nothing for a flood of forged callbacks, and once for each good one though it comes twice',
	async () => {
		const { control } = n8n.magnific;
		const random = printedRandom('forged callbacks');
		const oneOf = <T>(choices: readonly T[]): T => {
			const choice = choices[Math.floor(random() * choices.length)];
			if (choice === undefined) throw new Error('There is nothing to choose from');
			return choice;
		};
		const { id, url } = await activate(
			n8n.api,
			listening('Flood', '6f1d7f0e-0000-4000-8000-000000000005', {
				events: ['completed', 'failed', 'started', 'cancelled', 'completedWithErrors'],
			}),
		);
		const goodOnes = repetitions(20, 200);
		await control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
		await start(goodOnes, {});
		await control.waitIdle();
		const runs = await control.runs();
		expect(runs).toHaveLength(goodOnes);

		const fatal = FORGERIES.filter((name) => ![...BELIEVED, 'unknown_run'].includes(name));
		for (let i = 0; i < repetitions(100, 1_000); i++) {
			const first = fatal[i % fatal.length] ?? 'no_signature';
			const more = Array.from({ length: Math.floor(random() * 3) }, () => oneOf(FORGERIES));
			const { status } = await control.deliver({
				url,
				run_id: oneOf(runs).run_id,
				event: oneOf(['finished', 'failed', 'initialized']),
				how: [first, ...more],
			});
			expect([first, ...more, status >= 400 && status < 500]).toEqual([first, ...more, true]);
		}
		expect(await n8n.api.countExecutions(id)).toBe(0);

		for (const { run_id } of runs) {
			const webhook_id = `msg_${run_id}`;
			const delivery = { url, run_id, event: 'finished', webhook_id } as const;
			const answers = await Promise.all([control.deliver(delivery), control.deliver(delivery)]);
			expect(answers.map(({ status }) => status)).toEqual([200, 200]);
		}
		await executionsOf(n8n.api, id, Math.min(goodOnes, 100));
		const executions = await n8n.api.listExecutions(id);
		for (const execution of executions) await n8n.api.waitForEnd(execution);
		expect(await n8n.api.countExecutions(id)).toBe(goodOnes);
		await n8n.api.deactivate(id);
	},
	10 * LONG_MS,
);

it(
	'knows after a restart which deliveries it has had',
	async () => {
		const { control } = n8n.magnific;
		const { id, url } = await activate(
			n8n.api,
			listening('Restarted', '6f1d7f0e-0000-4000-8000-000000000006'),
		);
		await control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
		await start(2, {});
		await control.waitIdle();
		const [first, second] = await control.runs();
		const deliver = async (run_id: string | undefined) =>
			await control.deliver({ url, run_id, event: 'finished' });
		await deliver(first?.run_id);
		const [execution] = await executionsOf(n8n.api, id, 1);
		await n8n.api.waitForEnd(String(execution));

		await n8n.server.restart();
		expect((await deliver(first?.run_id)).body).toContain('received before');
		await deliver(second?.run_id);
		expect(await executionsOf(n8n.api, id, 2)).toHaveLength(2);
		await n8n.api.deactivate(id);
	},
	LONG_MS,
);

it(
	'drops metadata that was tampered with, and says so in the item',
	async () => {
		const { id, url } = await activate(
			n8n.api,
			listening('Tampered', '6f1d7f0e-0000-4000-8000-000000000003'),
		);
		await n8n.magnific.control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
		await start(1, { notifyTrigger: url, metadata: { values: [{ name: 'sku', value: 'A1' }] } });
		await n8n.magnific.control.waitIdle();
		const [delivery] = await n8n.magnific.control.deliveries();
		const [run] = await n8n.magnific.control.runs();
		const target = new URL(delivery?.url ?? url);
		target.searchParams.set('meta', Buffer.from('{"sku":"B2"}').toString('base64url'));
		await n8n.magnific.control.deliver({
			url: target.href,
			run_id: run?.run_id,
			event: 'finished',
		});

		const [execution] = await executionsOf(n8n.api, id, 1);
		const [item] = (await n8n.api.waitForEnd(String(execution))).items(TRIGGER);
		expect(item?.json).not.toHaveProperty('metadata');
		expect(item?.json['metadata_dropped']).toMatch(/changed on the way/);
		await n8n.api.deactivate(id);
	},
	LONG_MS,
);

it(
	'learns from the API of which app a run is where the callback does not say it',
	async () => {
		const { control } = n8n.magnific;
		const { id, url } = await activate(
			n8n.api,
			listening('Terse', '6f1d7f0e-0000-4000-8000-000000000007', {
				apps: [posterFromText.sqid],
			}),
		);
		await control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
		await start(1, { notifyTrigger: url, metadata: { values: [{ name: 'sku', value: 'A1' }] } });
		await control.waitIdle();
		const [delivery] = await control.deliveries();
		const [run] = await control.runs();
		const terse = { run_id: run?.run_id, event: 'finished', result: run?.result };
		await control.deliver({ url: delivery?.url ?? url, payload: terse });

		const [execution] = await executionsOf(n8n.api, id, 1);
		const [item] = (await n8n.api.waitForEnd(String(execution))).items(TRIGGER);
		expect(item?.json).toMatchObject({
			status: 'completed',
			app_id: posterFromText.sqid,
			app_name: posterFromText.name,
			metadata: { sku: 'A1' },
		});
		await n8n.api.deactivate(id);
	},
	LONG_MS,
);

it(
	'asks the API about a callback where the credential has no signing secret',
	async () => {
		const credential = await n8n.api.importCredential({
			name: 'Without secret',
			type: 'magnificApi',
			data: {
				apiKey: n8n.magnific.apiKey,
				baseUrl: n8n.magnific.url,
				endpointFamily: 'auto',
				webhookSecret: '',
				requestsPerMinute: 600,
			},
		});
		const workflow = listening('Unsigned', '6f1d7f0e-0000-4000-8000-000000000004');
		for (const node of workflow.nodes) {
			node.credentials = { magnificApi: { id: credential.id, name: credential.name } };
		}
		const { id, url } = await activate(n8n.api, workflow);
		await n8n.magnific.control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
		await start(1, {});
		await n8n.magnific.control.waitIdle();
		const [run] = await n8n.magnific.control.runs();
		const answer = async (how: 'other_result' | 'unknown_run', event: 'finished' | 'failed') =>
			(await n8n.magnific.control.deliver({ url, run_id: run?.run_id, event, how })).status;

		expect(await answer('unknown_run', 'finished')).toBe(404);
		expect(await answer('other_result', 'finished')).toBe(200);
		const [execution] = await executionsOf(n8n.api, id, 1);
		const [item] = (await n8n.api.waitForEnd(String(execution))).items(TRIGGER);
		expect(JSON.stringify(item?.json['result'])).toContain(n8n.magnific.url);
		await n8n.api.deactivate(id);
	},
	LONG_MS,
);
