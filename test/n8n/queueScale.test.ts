import { posterFromText } from '../../emulator/apps/posterFromText';
import type { Execution } from '../../scripts/lib/execution';
import { appRun, fields } from '../engine/support/parameters';
import { calledWorkflow, startByCall } from './support/production';
import { queueN8n } from './support/queueN8n';
import { itemsNode, magnificNode } from './support/workflows';

/** Each execution has a worker of its own, and so a request budget of its own. */
const n8n = queueN8n({ workers: 3, concurrency: 1 });

const ITEMS = 60;
const LONG_MS = 420_000;
const BATCHES = ['First', 'Second', 'Third'];

const batch = (name: string, wait: string) =>
	calledWorkflow(
		`${name} batch, ${wait}`,
		itemsNode(
			Array.from({ length: ITEMS }, (_, i) => ({ json: { headline: `${name} ${String(i)}` } })),
		),
		magnificNode(
			appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.headline }}' }), {
				wait,
			}),
		),
	);

const headlinesOf = async (execution: Execution): Promise<unknown[]> => {
	const runs = new Map(
		(await n8n.magnific.control.runs()).map(({ run_id, inputs }) => [
			run_id,
			Object.values(inputs)[0],
		]),
	);
	return execution
		.json('Magnific')
		.map(({ run_id, status }) => (status === 'completed' ? runs.get(String(run_id)) : status));
};

it.each(['poll', 'webhook'])(
	'three workers carry 60 items each with one key, though together they ask for more than it may (%s)',
	async (wait) => {
		const { control } = n8n.magnific;
		await control.settings({ requestsPerMinute: 300, durations: { [posterFromText.sqid]: 10 } });
		const ids = await Promise.all(
			BATCHES.map(
				async (name) => await startByCall(n8n.queue.api, n8n.queue.webhook.url, batch(name, wait)),
			),
		);
		for (const [i, id] of ids.entries()) {
			const execution = await n8n.queue.api.waitForEnd(id, { timeoutMs: LONG_MS });
			expect(execution.error?.message).toBeUndefined();
			expect(await headlinesOf(execution)).toEqual(
				Array.from({ length: ITEMS }, (_, item) => `${String(BATCHES[i])} ${String(item)}`),
			);
		}
		expect(await control.runs()).toHaveLength(BATCHES.length * ITEMS);
		const requests = await control.requests();
		const refused = requests.filter(({ status }) => status === 429).length;
		process.stdout.write(
			`  ${wait}: ${String(requests.length)} requests, of which ${String(refused)} were told to slow down\n`,
		);
		expect(refused).toBeGreaterThan(0);
	},
	LONG_MS,
);
