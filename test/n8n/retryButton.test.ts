import { posterFromText } from '../../emulator/apps/posterFromText';
import { appRun, fields } from '../engine/support/parameters';
import { realN8n } from './support/realN8n';
import { itemsNode, magnificNode, workflowOf } from './support/workflows';

const n8n = realN8n({ magnific: { requestsPerMinute: 1_200, timeScale: 10 } });

const ITEMS = 20;
const headlines = Array.from({ length: ITEMS }, (_, i) => `Poster ${String(i)}`);
const LONG_MS = 180_000;

const batch = (name: string, wait: string) =>
	workflowOf(
		name,
		itemsNode(headlines.map((headline) => ({ json: { headline } }))),
		magnificNode(
			appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.headline }}' }), {
				wait,
			}),
		),
	);

describe.each([
	['with the original workflow', false],
	['with the currently saved workflow', true],
])('n8n’s Retry %s', (_, withCurrentWorkflow) => {
	it(
		'pays only for what had failed of a batch of 20, polling',
		async () => {
			const { control } = n8n.magnific;
			await control.setOutcome({ status: 'completed', times: 7 });
			await control.setOutcome({ status: 'failed', error_message: 'Bad luck.', times: 1 });
			await control.addFault({
				route: 'run',
				skip: 12,
				times: 1,
				fault: { kind: 'status', status: 400, body: { message: 'Not now.' } },
			});
			const failed = await n8n.api.runWorkflow(
				batch(`Retry ${String(withCurrentWorkflow)}`, 'poll'),
				{ timeoutMs: LONG_MS },
			);
			expect(failed.status).toBe('error');
			const before = await control.runs();
			expect(before).toHaveLength(ITEMS - 1);
			expect(before.filter(({ status }) => status === 'failed')).toHaveLength(1);

			const id = await n8n.api.retryExecution(failed.id, withCurrentWorkflow);
			const execution = await n8n.api.waitForEnd(id, { timeoutMs: LONG_MS });
			expect(execution.status).toBe('success');
			const runs = await control.runs();
			expect(runs).toHaveLength(ITEMS + 1);
			const texts = new Map(runs.map(({ run_id, inputs }) => [run_id, Object.values(inputs)[0]]));
			expect(
				execution.json('Magnific').map(({ run_id, status }) => [texts.get(String(run_id)), status]),
			).toEqual(headlines.map((headline) => [headline, 'completed']));
		},
		LONG_MS,
	);

	it(
		'pays only for what had not started of a batch of 20, suspended',
		async () => {
			const { control } = n8n.magnific;
			await control.addFault({
				route: 'run',
				skip: 12,
				times: 1,
				fault: { kind: 'status', status: 400, body: { message: 'Not now.' } },
			});
			const failed = await n8n.api.runWorkflow(
				batch(`Retry suspended ${String(withCurrentWorkflow)}`, 'webhook'),
				{ timeoutMs: LONG_MS },
			);
			expect(failed.status).toBe('error');
			expect(await control.runs()).toHaveLength(ITEMS - 1);

			const id = await n8n.api.retryExecution(failed.id, withCurrentWorkflow);
			const execution = await n8n.api.waitForEnd(id, { timeoutMs: LONG_MS });
			expect(execution.status).toBe('success');
			expect(await control.runs()).toHaveLength(ITEMS);
			expect(execution.json('Magnific').map(({ status }) => status)).toEqual(
				headlines.map(() => 'completed'),
			);
		},
		LONG_MS,
	);
});
