import type { IExecuteFunctions } from 'n8n-workflow';
import { park } from '../../../nodes/Magnific/suspended/park';
import { newMemory } from '../../../nodes/Magnific/suspended/looks';
import { parkMemories } from '../../../nodes/Magnific/suspended/memories';
import { parkKeyOf } from '../../../nodes/Magnific/suspended/parkKey';
import { Submissions } from '../../../nodes/Magnific/suspended/submissions';
import { overTries } from '../../../nodes/Magnific/suspended/tries';
import { batchOf } from '../support/batch';
import { app, plainRuns, world } from '../support/fixtures';
import { nodeContext } from '../support/nodeContext';
import { itemOptions } from '../support/parks';
import { mockTime } from '../support/virtualSystemClock';

jest.mock('../../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('../support/virtualSystemClock'),
);

const RESUME_URL = 'https://n8n.example.com/webhook-waiting/12';
const OPTIONS = itemOptions();

/** A node whose execution can be suspended; its calls to itself are taken. */
const suspendable = (items: number): IExecuteFunctions => {
	const { context } = nodeContext({
		items,
		more: {
			evaluateExpression: () => 0,
			getExecuteData: () => ({ data: {} }),
			getExecutionId: () => '12',
			helpers: {
				httpRequest: async () => await Promise.resolve({ statusCode: 200, body: {} }),
			},
			putExecutionToWait: async () => {
				await Promise.resolve();
			},
		},
	});
	return context;
};

it('submits nothing more from the moment on at which the execution goes on in its own process', async () => {
	const { clock, api, seams, ledger } = world();
	mockTime.clock = clock;
	const context = suspendable(120);
	const submissions = new Submissions(
		{ ...seams, api, ledger },
		{ maxWaitMs: 60_000, maxConcurrentRuns: 0 },
	);
	submissions.add(plainRuns(120).map((run, itemIndex) => ({ ...run, itemIndex })));
	await clock.run(submissions.firstBurst());
	const sent = [...submissions.outcomes].flatMap(([itemIndex, outcome]) =>
		outcome.kind === 'started' ? [{ ...outcome, itemIndex, app: app(), options: OPTIONS }] : [],
	);
	const queued = Array.from({ length: 120 - sent.length }, (_, i) => ({
		itemIndex: sent.length + i,
		app: app(),
		options: OPTIONS,
	}));
	const batch = await batchOf(context);
	await overTries(context, async () => {
		await park(context, batch, sent, {
			resumeUrl: RESUME_URL,
			maxWaitMin: 60,
			hasCallbacks: true,
			memory: newMemory(),
			late: { queued, submissions },
		});
	});
	await clock.advance(30_000);
	expect(submissions.isWaiting).toBe(true);
	parkMemories.goneOn(parkKeyOf(context).id);
	await clock.advance(0);
	expect(submissions.isWaiting).toBe(false);
	await clock.advance(10 * 60_000);
	expect(api.of('startRun')).toHaveLength(sent.length);
});
