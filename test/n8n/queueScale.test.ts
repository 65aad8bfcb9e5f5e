import { posterFromText } from '../../emulator/apps/posterFromText';
import { appRun, fields } from '../engine/support/parameters';
import { allCompleted, outcomesOf } from './support/outcomes';
import { calledWorkflow, startByCall } from './support/production';
import { queueN8n } from './support/queueN8n';
import { itemsNode, magnificNode } from './support/workflows';

/** Each execution has a worker of its own, and so a request budget of its own. */
const n8n = queueN8n({ workers: 3, concurrency: 1 });

const ITEMS = 60;
const LONG_MS = 420_000;
const BATCHES = ['First', 'Second', 'Third'];

const headlinesOf = (name: string): string[] =>
	Array.from({ length: ITEMS }, (_, i) => `${name} ${String(i)}`);

const batch = (name: string, wait: string) =>
	calledWorkflow(
		`${name} batch, ${wait}`,
		itemsNode(headlinesOf(name).map((headline) => ({ json: { headline } }))),
		magnificNode(
			appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.headline }}' }), {
				wait,
			}),
		),
	);

it.each([
	{ wait: 'poll', requestsPerMinute: 300 },
	// One request for each run: what is asked for within a minute is the submissions.
	{ wait: 'webhook', requestsPerMinute: 120 },
])(
	'three workers carry 60 items each with one key, though together they ask for more than it may ($wait)',
	async ({ wait, requestsPerMinute }) => {
		const { control } = n8n.magnific;
		await control.settings({ requestsPerMinute, durations: { [posterFromText.sqid]: 10 } });
		const ids = await Promise.all(
			BATCHES.map(
				async (name) => await startByCall(n8n.queue.api, n8n.queue.webhook.url, batch(name, wait)),
			),
		);
		for (const [i, id] of ids.entries()) {
			const execution = await n8n.queue.api.waitForEnd(id, { timeoutMs: LONG_MS });
			expect(execution.error?.message).toBeUndefined();
			expect(await outcomesOf(n8n.magnific, execution)).toEqual(
				allCompleted(headlinesOf(String(BATCHES[i]))),
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
