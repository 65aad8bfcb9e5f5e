import { posterFromText } from '../../emulator/apps/posterFromText';
import { appRun, fields } from '../engine/support/parameters';
import { calledWorkflow, publish } from './support/production';
import { queueN8n } from './support/queueN8n';
import { itemsNode, magnificNode, workflowOf } from './support/workflows';

/** Two executions at once have a worker each. */
const n8n = queueN8n({ workers: 2, concurrency: 1 });

const ITEMS = 50;
const LONG_MS = 900_000;
/** On a busy machine n8n refuses callbacks for a while; the watchdog's look after that takes minutes. */
const EXECUTION_MS = 360_000;

it.each([
	['poll', 5],
	// Longer than the submissions take, so that no callback meets an execution that still runs.
	['webhook', 30],
])(
	'workers know of each other’s runs what n8n has saved: the next execution starts none, one at the same moment all (%s)',
	async (wait, seconds) => {
		const { api, webhook } = n8n.queue;
		await n8n.magnific.control.settings({ durations: { [posterFromText.sqid]: seconds } });
		const workflow = await publish(
			api,
			webhook.url,
			calledWorkflow(
				`Reused in queue mode, ${wait}`,
				itemsNode(
					Array.from({ length: ITEMS }, (_, i) => ({ json: { title: `${wait} ${String(i)}` } })),
				),
				magnificNode(
					appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.title }}' }), {
						wait,
						options: { reuseRuns: 12 },
					}),
				),
			),
		);
		const paid = async (): Promise<number> => (await n8n.magnific.control.runs()).length;
		const ids = [await workflow.start(), await workflow.start()];
		for (const id of ids) await api.waitForEnd(id, { timeoutMs: EXECUTION_MS });
		const atOnce = await paid();
		const later = await api.waitForEnd(await workflow.start(), { timeoutMs: EXECUTION_MS });
		process.stdout.write(
			`  ${wait}: ${String(atOnce)} runs for two executions at once, ${String((await paid()) - atOnce)} for one after them\n`,
		);
		expect(atOnce).toBe(2 * ITEMS);
		expect(await paid()).toBe(atOnce);
		expect(later.json('Magnific').every(({ reused }) => reused === true)).toBe(true);
	},
	LONG_MS,
);

it(
	'executions by hand know of the runs of their worker alone: n8n saves nothing of them',
	async () => {
		const { api } = n8n.queue;
		const { control } = n8n.magnific;
		await control.settings({ durations: { [posterFromText.sqid]: 10 } });
		const id = await api.importWorkflow(
			workflowOf(
				'By hand in queue mode',
				itemsNode([{ json: { title: 'By hand' } }]),
				magnificNode(
					appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.title }}' }), {
						options: { reuseRuns: 12 },
					}),
				),
			),
		);
		const atOnce = [await api.startWorkflow(id), await api.startWorkflow(id)];
		for (const execution of atOnce) await api.waitForEnd(execution, { timeoutMs: EXECUTION_MS });
		expect(await control.runs()).toHaveLength(2);
		for (let time = 0; time < 3; time += 1) {
			const later = await api.waitForEnd(await api.startWorkflow(id), { timeoutMs: EXECUTION_MS });
			expect(later.json('Magnific')).toMatchObject([{ reused: true }]);
		}
		expect(await control.runs()).toHaveLength(2);
	},
	LONG_MS,
);
