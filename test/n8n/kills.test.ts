import { setTimeout as delay } from 'node:timers/promises';
import { posterFromText } from '../../emulator/apps/posterFromText';
import type { AppSpec } from '../../emulator/control/specs';
import type { RunRecord } from '../../emulator/control/types';
import type { Execution } from '../../scripts/lib/n8n/execution';
import { appRun, inputId, json } from '../engine/support/parameters';
import { realN8n } from './support/realN8n';
import { printedRandom, repetitions } from '../soak';
import { itemsNode, magnificNode, workflowOf } from './support/workflows';

const n8n = realN8n({ magnific: { requestsPerMinute: 600, timeScale: 1 } });

const KILLS = repetitions(2, 10);
const EXECUTIONS = 4;
const ITEMS = 6;
const ROUND_MS = 240_000;

/** Its callbacks get lost, and the test delivers them by hand: one comes after every restart. */
const lateApp: AppSpec = {
	sqid: 'L4t3C4llb4',
	name: 'Late Callback',
	inputs: [{ id: 'input-late-1', type: 'text', label: 'Headline', required: true }],
	duration_s: 12,
};

const textsOf = ({ inputs }: RunRecord): string => String(Object.values(inputs)[0]);

const batch = (name: string) =>
	workflowOf(
		name,
		itemsNode(
			Array.from({ length: ITEMS }, (_, i) => {
				const isLate = i === ITEMS - 1;
				const input = isLate ? 'input-late-1' : inputId(posterFromText, 'Headline');
				const app = isLate ? lateApp.sqid : posterFromText.sqid;
				return { json: { app, inputs: { [input]: `${name}, item ${String(i)}` } } };
			}),
		),
		magnificNode(appRun('={{ $json.app }}', json('={{ $json.inputs }}'), { wait: 'webhook' })),
	);

const results = (execution: Execution, runs: RunRecord[]) => {
	const texts = new Map(runs.map((run) => [run.run_id, textsOf(run)]));
	return execution.items('Magnific').map(({ json: { run_id, status } }) => ({
		text: texts.get(String(run_id)),
		status,
	}));
};

it.each(Array.from({ length: KILLS }, (_, round) => round + 1))(
	'a killed n8n completes all that was parked, and starts no run twice (kill %i)',
	async (round) => {
		const random = printedRandom(`kill ${String(round)}`);
		const { control } = n8n.magnific;
		await control.addApp(lateApp);
		const duration = (): number => 3 + random() * 20;
		const durations = Array.from({ length: EXECUTIONS * ITEMS }, duration);
		await control.settings({ durations: { [posterFromText.sqid]: [duration(), ...durations] } });
		await control.webhooks({ rules: [{ app_id: lateApp.sqid, fault: { kind: 'drop' } }] });

		const names = Array.from(
			{ length: EXECUTIONS },
			(_, i) => `Kill ${String(round)}, execution ${String(i)}`,
		);
		const ids: string[] = [];
		for (const name of names) {
			ids.push(await n8n.api.startWorkflow(batch(name)));
			await delay(random() * 2_000);
		}
		await delay(random() * 12_000);
		const statuses = await Promise.all(
			ids.map(async (id) => (await n8n.api.getExecution(id)).status),
		);
		await n8n.server.kill9();
		await n8n.server.restart();

		await control.waitIdle();
		const runs = await control.runs();
		for (const run of runs.filter(({ app_id }) => app_id === lateApp.sqid)) {
			await control.deliver({ run_id: run.run_id, event: 'finished' });
		}
		const parked = ids.filter((_, i) => statuses[i] === 'waiting');
		expect(parked.length).toBeGreaterThan(0);
		for (const [i, id] of ids.entries()) {
			if (!parked.includes(id)) continue;
			const execution = await n8n.api.waitForEnd(id, { timeoutMs: ROUND_MS });
			expect(execution.status).toBe('success');
			expect(results(execution, runs)).toEqual(
				Array.from({ length: ITEMS }, (_, item) => ({
					text: `${String(names[i])}, item ${String(item)}`,
					status: 'completed',
				})),
			);
		}
		const texts = (await control.runs()).map(textsOf);
		expect(texts).toEqual([...new Set(texts)]);
	},
	ROUND_MS,
);

it(
	'gives out the run ids at the deadline where no callback comes after the crash, for Run → Wait to pick up',
	async () => {
		const { control } = n8n.magnific;
		await control.settings({ durations: { [posterFromText.sqid]: 8 } });
		await control.webhooks({ rules: [{ fault: { kind: 'drop' } }] });
		const headlines = Array.from({ length: 3 }, (_, i) => `Lost ${String(i)}`);
		const id = await n8n.api.startWorkflow(
			workflowOf(
				'No callback after the crash',
				itemsNode(headlines.map((headline) => ({ json: { headline } }))),
				magnificNode(
					appRun(
						posterFromText,
						json(
							`={{ { ${JSON.stringify(inputId(posterFromText, 'Headline'))}: $json.headline } }}`,
						),
						{ wait: 'webhook', options: { maxWait: 0.2 } },
					),
				),
				magnificNode(
					{ resource: 'run', operation: 'wait', runId: '={{ $json.run_id }}' },
					{ name: 'Wait for the Unfinished' },
				),
			),
		);
		await n8n.api.waitFor(id, ({ status }) => status === 'waiting');
		await n8n.server.kill9();
		await n8n.server.restart();

		const execution = await n8n.api.waitForEnd(id, { timeoutMs: ROUND_MS });
		const runs = await control.runs();
		expect(execution.json('Magnific')).toMatchObject(
			headlines.map(() => ({ status: 'running', timed_out: true })),
		);
		const texts = new Map(runs.map((run) => [run.run_id, textsOf(run)]));
		expect(
			execution
				.json('Wait for the Unfinished')
				.map(({ run_id, status }) => [texts.get(String(run_id)), status]),
		).toEqual(headlines.map((headline) => [headline, 'completed']));
		expect(runs).toHaveLength(3);
	},
	ROUND_MS,
);
