import { posterFromText } from '../../emulator/apps/posterFromText';
import { appRun, fields } from '../engine/support/parameters';
import { calledWorkflow, publish } from './support/production';
import { queueN8n } from './support/queueN8n';
import { itemsNode, magnificNode } from './support/workflows';

/** Two executions at once have a worker each. */
const n8n = queueN8n({ workers: 2, concurrency: 1 });

const ITEMS = 50;
const LONG_MS = 420_000;
const EXECUTION_MS = 180_000;

it.each(['poll'])(
	'workers know of each other’s runs what n8n has saved: the next execution starts none, one at the same moment all (%s)',
	async (wait) => {
		const { api, webhook } = n8n.queue;
		// Longer than the submissions take, so that no callback meets an execution that still runs.
		await n8n.magnific.control.settings({ durations: { [posterFromText.sqid]: 40 } });
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
