import { posterFromText } from '../../emulator/apps/posterFromText';
import { appRun, fields } from '../engine/support/parameters';
import { allCompleted, outcomesOf } from './support/outcomes';
import { calledWorkflow, startByCall } from './support/production';
import { queueN8n } from './support/queueN8n';
import { itemsNode, magnificNode } from './support/workflows';

const n8n = queueN8n({ workers: 1, webhooks: 2 });

const LONG_MS = 240_000;
const COUNT = 20;

it.each([
	['all callbacks arrive', []],
	['every callback comes twice', [{ fault: { kind: 'duplicate' as const, copies: 2 } }]],
])(
	'completes a batch once when its callbacks are spread over two processes, with at most one more request for each run: %s',
	async (_, rules) => {
		const { control } = n8n.magnific;
		await control.settings({
			durations: {
				[posterFromText.sqid]: [6, ...Array.from({ length: COUNT - 1 }, (__, i) => 6 + i / 4)],
			},
		});
		await control.webhooks({ rules });
		const headlines = Array.from({ length: COUNT }, (__, i) => `Poster ${String(i)}`);
		const inputs = fields(posterFromText, { Headline: '={{ $json.headline }}' });
		const batch = calledWorkflow(
			'Two webhook processes',
			itemsNode(headlines.map((headline) => ({ json: { headline } }))),
			magnificNode(appRun(posterFromText, inputs, { wait: 'webhook' })),
		);
		const { api, webhookUrl } = n8n.queue;
		const id = await startByCall(api, webhookUrl, batch);
		const execution = await api.waitForEnd(id, { timeoutMs: LONG_MS });

		expect(execution.status).toBe('success');
		expect(await outcomesOf(n8n.magnific, execution)).toEqual(allCompleted(headlines));
		expect(execution.runs['Magnific']).toHaveLength(1);
		expect(await control.runs()).toHaveLength(COUNT);
		const requests = (await control.requests()).filter(({ route }) => route !== 'file').length;
		const lastEnd = Math.max(
			...(await control.runs()).map(({ completed_at }) => Date.parse(completed_at ?? '')),
		);
		process.stdout.write(
			`  two webhook processes: ${String(requests / COUNT)} requests per run; over ${String(Date.parse(execution.stoppedAt ?? '') - lastEnd)} ms after the last run\n`,
		);
		// What one process was told, the other one looks at.
		expect(requests).toBeLessThanOrEqual(2.2 * COUNT);
	},
	LONG_MS,
);
