import { ExecuteContext } from 'n8n-core';
import type { INodeParameters } from 'n8n-workflow';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { localMagnific } from './support/localMagnific';
import { readLog } from './support/logFile';
import { NODE } from './support/n8n';
import { appRun, json } from './support/parameters';
import type { NodeOutcome } from './support/runNode';
import { textOf } from './support/text';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const surprise = (rest: INodeParameters = {}): INodeParameters =>
	appRun(surpriseMe, json({}), rest);

const aboutTimeout = ({ run }: NodeOutcome): string[] =>
	(run.data.resultData.runData[NODE] ?? [])
		.flatMap(({ hints }) => hints ?? [])
		.map(({ message }) => message)
		.filter((message) => message.includes('timeout'));

const SHORTER =
	/^The timeout of this workflow \(2 minutes\) is shorter than Max Wait \(30 minutes\): n8n ends/;

describe('a timeout of the workflow that is shorter than Max Wait', () => {
	it('is said with the results, and in n8n’s log', async () => {
		const outcome = await local.run(surprise(), { settings: { timeout: 120 } });
		expect(aboutTimeout(outcome)).toEqual([expect.stringMatching(SHORTER)]);
		expect(await readLog()).toContain('Magnific: The timeout of this workflow (2 minutes)');
	});

	it('is said by Validate Only, which spends nothing', async () => {
		const parameters = surprise({ options: { validateOnly: true } });
		const outcome = await local.run(parameters, { settings: { timeout: 120 } });
		expect(aboutTimeout(outcome)).toEqual([expect.stringMatching(SHORTER)]);
		expect(await local.count('run')).toBe(0);
	});

	it('is said by Run → Wait', async () => {
		const { json: started } = await local.run(surprise({ wait: 'none' }));
		const outcome = await local.run(
			{ resource: 'run', operation: 'wait', runId: textOf(started[0]?.run_id) },
			{ settings: { timeout: 120 } },
		);
		expect(aboutTimeout(outcome)).toEqual([expect.stringMatching(SHORTER)]);
	});
});

describe('nothing is said of a timeout', () => {
	it.each<[string, INodeParameters, number | undefined]>([
		['that the workflow does not have', {}, undefined],
		['that is switched off', {}, -1],
		['that is as long as Max Wait', { options: { maxWait: 2 } }, 120],
		['where nothing is waited for', { wait: 'none' }, 120],
		['where the execution is suspended, which n8n does not count', { wait: 'webhook' }, 120],
	])('%s', async (_, rest, timeout) => {
		const settings = timeout === undefined ? {} : { timeout };
		expect(aboutTimeout(await local.run(surprise(rest), { settings }))).toEqual([]);
	});

	it('by an n8n that does not tell it, where the run completes all the same', async () => {
		const tells = jest.spyOn(ExecuteContext.prototype, 'getWorkflowSettings').mockReturnValue({});
		const outcome = await local.run(surprise(), { settings: { timeout: 120 } });
		tells.mockRestore();
		expect(aboutTimeout(outcome)).toEqual([]);
		expect(outcome.json.map(({ status }) => status)).toEqual(['completed']);
	});
});
