import { sayTimeout } from '../../../nodes/Magnific/batch/workflowTimeout';
import { nodeContext } from '../support/nodeContext';

/** What is said above the output and in the log where a workflow has these settings. */
const said = (
	executionTimeout: unknown,
	wait: string,
	maxWaitMin: number,
	settings: unknown = { executionTimeout },
): { hints: string[]; log: string[] } => {
	const { context, hints, log } = nodeContext({ more: { getWorkflowSettings: () => settings } });
	sayTimeout(context, { wait, maxWaitMin });
	return { hints, log };
};

const NOTHING = { hints: [], log: [] };

describe('a timeout of the workflow that is shorter than Max Wait', () => {
	it('is said above the output and in the log', () => {
		const { hints, log } = said(300, 'poll', 30);
		expect(hints).toEqual([expect.stringMatching(/^outputPane: .*\(5 minutes\).*\(30 minutes\)/)]);
		expect(log).toEqual([expect.stringMatching(/^warn: Magnific: .*\(5 minutes\)/)]);
	});

	it('does not matter to an execution that waits suspended, or not at all', () => {
		expect([said(300, 'webhook', 30), said(300, 'none', 30)]).toEqual([NOTHING, NOTHING]);
	});
});

it.each<[string, Parameters<typeof said>]>([
	['it is as long as Max Wait', [1_800, 'poll', 30]],
	['there is none', [undefined, 'poll', 30]],
	['it is switched off', [-1, 'poll', 30]],
	['it is 0', [0, 'poll', 30]],
	['it is none that a number tells', ['300', 'poll', 30]],
	['there are no settings', [undefined, 'poll', 30, undefined]],
])('says nothing of a timeout where %s', (_, given) => {
	expect(said(...given)).toEqual(NOTHING);
});

it('says nothing where n8n tells a node no settings', () => {
	const { context, hints } = nodeContext();
	sayTimeout(context, { wait: 'poll', maxWaitMin: 30 });
	expect(hints).toEqual([]);
});
