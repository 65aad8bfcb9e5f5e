import { posterFromText } from '../../emulator/apps/posterFromText';
import type { Execution } from '../../scripts/lib/n8n/execution';
import type { WorkflowNode } from '../../scripts/lib/n8n/workflow';
import { appRun, fields } from '../engine/support/parameters';
import { calledWorkflow, publish, untilThere, type Published } from './support/production';
import { realN8n } from './support/realN8n';
import { calledByAnother, callNode } from './support/subWorkflows';
import { itemsNode, magnificNode, workflowOf } from './support/workflows';

const n8n = realN8n({ magnific: { requestsPerMinute: 1_200, timeScale: 10 } });

const LONG_MS = 420_000;
const ITEMS = 200;
const RESULTS = 120;
const ROUND = 20;
const LOOP = 'Rounds';

const titled = (count: number, name: string) =>
	itemsNode(Array.from({ length: count }, (_, i) => ({ json: { title: `${name} ${String(i)}` } })));

const poster = (wait: string): WorkflowNode =>
	magnificNode(
		appRun(posterFromText, fields(posterFromText, { Headline: '={{ $json.title }}' }), {
			wait,
			options: { reuseRuns: 12 },
		}),
	);

const paid = async (): Promise<number> => (await n8n.magnific.control.runs()).length;

const resultsAtMagnific = async (): Promise<number> =>
	(await n8n.magnific.control.runs()).filter(({ status }) => status === 'completed').length;

/** Kills n8n once so many runs are completed, and brings it back; gives what was paid for until then. */
const killAfter = async (results: number): Promise<number> => {
	await untilThere(`${String(results)} results`, async () =>
		(await resultsAtMagnific()) >= results ? true : undefined,
	);
	await n8n.server.kill9();
	await n8n.server.restart();
	// What was on its way at the kill has arrived by now.
	return await paid();
};

const reusedIn = (execution: Execution): number =>
	execution.json('Magnific').filter(({ reused }) => reused === true).length;

const runTo = async (workflow: Published): Promise<Execution> =>
	await n8n.api.waitForEnd(await workflow.start(), { timeoutMs: LONG_MS });

const published = async (name: string, ...nodes: WorkflowNode[]): Promise<Published> =>
	await publish(n8n.api, n8n.server.url, calledWorkflow(name, ...nodes));

/** Items → loop ⇄ a call of the sub-workflow with a round of them. */
const inRounds = async (name: string, subWorkflowId: string): Promise<Published> => {
	const loop: WorkflowNode = {
		name: LOOP,
		type: 'n8n-nodes-base.splitInBatches',
		typeVersion: 3,
		position: [0, 0],
		parameters: { batchSize: ROUND, options: {} },
	};
	const { workflow, path } = calledWorkflow(
		name,
		titled(ITEMS, name),
		loop,
		callNode(subWorkflowId),
	);
	const back = (node: string) => ({ node, type: 'main' as const, index: 0 });
	const connections = {
		...workflow.connections,
		[LOOP]: { main: [[], [back('Call')]] },
		Call: { main: [[back(LOOP)]] },
	};
	return await publish(n8n.api, n8n.server.url, {
		workflow: { ...workflow, connections },
		path,
	});
};

const say = (text: string): void => {
	process.stdout.write(`  ${text}\n`);
};

describe('a night of 200 items that was killed after 120 results, run again', () => {
	it(
		'in rounds of a polling sub-workflow pays again for the round that was broken at most',
		async () => {
			const sub = await n8n.api.importWorkflow(calledByAnother('Round', poster('poll')));
			await n8n.api.activate(sub);
			const night = await inRounds('Night in rounds', sub);
			await night.start();
			const before = await killAfter(RESULTS);
			const execution = await runTo(night);
			expect(execution.status).toBe('success');
			const after = await paid();
			say(`rounds: ${String(before)} runs until the kill, ${String(after)} in all`);
			expect(after).toBeLessThanOrEqual(ITEMS + ROUND);
			expect(after).toBeGreaterThanOrEqual(ITEMS);
		},
		LONG_MS,
	);

	it(
		'in one polling execution pays for all again: n8n has saved nothing of it',
		async () => {
			const night = await published('Night at once', titled(ITEMS, 'At once'), poster('poll'));
			await night.start();
			const before = await killAfter(RESULTS);
			const execution = await runTo(night);
			expect(execution.status).toBe('success');
			const after = await paid();
			say(`at once: ${String(before)} runs until the kill, ${String(after)} in all`);
			expect(after).toBe(before + ITEMS);
		},
		LONG_MS,
	);

	it(
		'suspended starts exactly what was not started',
		async () => {
			await n8n.magnific.control.settings({ durations: { [posterFromText.sqid]: 90 } });
			const night = await published('Night', titled(ITEMS, 'Suspended'), poster('webhook'));
			const id = await night.start();
			await n8n.api.waitFor(id, ({ status }) => status === 'waiting');
			const before = await killAfter(RESULTS);
			const second = await runTo(night);
			expect(second.status).toBe('success');
			expect(second.json('Magnific')).toHaveLength(ITEMS);
			say(`suspended: ${String(before)} runs until the kill, ${String(await paid())} in all`);
			expect(await paid()).toBe(ITEMS);
			expect(reusedIn(second)).toBe(before);
		},
		LONG_MS,
	);
});

it(
	'two executions at once with the same 50 items cost 50 runs',
	async () => {
		const workflow = await published('Twice at once', titled(50, 'Twin'), poster('poll'));
		const ids = [await workflow.start(), await workflow.start()];
		const executions = await Promise.all(
			ids.map(async (id) => await n8n.api.waitForEnd(id, { timeoutMs: LONG_MS })),
		);
		expect(await paid()).toBe(50);
		expect(executions.map((execution) => execution.json('Magnific').length)).toEqual([50, 50]);
		expect(executions.map(reusedIn).reduce((sum, count) => sum + count, 0)).toBe(50);
	},
	LONG_MS,
);

it('an execution that failed after the node leaves its runs to the next one, also after a restart', async () => {
	const stop: WorkflowNode = {
		name: 'Stop',
		type: 'n8n-nodes-base.stopAndError',
		typeVersion: 1,
		position: [0, 0],
		parameters: { errorMessage: 'Not today.' },
	};
	const workflow = await published('Broken after it', titled(3, 'Broken'), poster('poll'), stop);
	expect((await runTo(workflow)).status).toBe('error');
	await n8n.server.kill9();
	await n8n.server.restart();
	expect(reusedIn(await runTo(workflow))).toBe(3);
	expect(await paid()).toBe(3);
});

it('an execution by hand finds what this process has started, which n8n does not save', async () => {
	const id = await n8n.api.importWorkflow(
		workflowOf('By hand', titled(2, 'By hand'), poster('poll')),
	);
	const runs = [1, 2].map(async () => {
		const execution = await n8n.api.startWorkflow(id);
		return await n8n.api.waitForEnd(execution);
	});
	await Promise.all(runs);
	expect(await paid()).toBe(2);
});
