import nock from 'nock';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { localMagnific } from './support/localMagnific';
import { appRun, fields } from './support/parameters';
import { withPublicHosts } from './support/publicHosts';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const PUBLIC = 'https://api.magnific.com';

const poster = appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' }), {
	wait: 'webhook',
});

const definition = {
	data: {
		sqid: posterFromText.sqid,
		name: posterFromText.name,
		inputs: posterFromText.inputs,
		tool_metadata: { total_cost: posterFromText.totalCost },
	},
};

describe('a suspended wait', () => {
	withPublicHosts();

	it('is refused for a workflow that was never saved, before anything is started', async () => {
		const { error } = await local.run(poster, { isSaved: false });
		expect(error?.message).toMatch(/can only suspend the execution of a saved workflow/);
		expect(error?.description).toMatch(
			/Save the workflow, or: Set Wait to “Until Finished, Polling”/,
		);
		expect(await local.control.runs()).toEqual([]);
	});

	it('is refused where the API could not call n8n back, with the two ways out', async () => {
		const api = nock(PUBLIC);
		api.get(`/v1/ai/apps/${posterFromText.sqid}`).reply(200, definition);
		const run = api.post(/\/run$/).reply(202, { workflow_run_identifier: 'neverStart' });
		const { error } = await local.run(poster, { credential: { baseUrl: PUBLIC } });
		expect(error?.message).toMatch(
			/the address under which n8n would be called back \(http:\/\/127\.0\.0\.1:5678\) can only be reached from near by/,
		);
		expect(error?.description).toMatch(/WEBHOOK_URL .* or: Set Wait to “Until Finished, Polling”/);
		expect(run.pendingMocks()).toEqual([`POST ${PUBLIC}:443//\\/run$/`]);
	});

	it('fails each item alone where the node goes on after errors', async () => {
		const { failed, items } = await local.run(poster, {
			isSaved: false,
			items: [{ json: {} }, { json: {} }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(items).toEqual([]);
		expect(failed).toMatchObject(
			[0, 1].map((item) => ({
				json: { error: expect.stringContaining('saved workflow') as unknown },
				pairedItem: { item },
			})),
		);
		expect(await local.control.runs()).toEqual([]);
	});

	it('suspends the execution of a saved workflow, and passes on the unfinished runs', async () => {
		await local.control.settings({ durations: { [posterFromText.sqid]: 600_000 } });
		const { run } = await local.run(poster, { items: [{ json: {} }, { json: {} }] });
		expect(run.status).toBe('waiting');
		const [entry] = run.data.executionData?.nodeExecutionStack ?? [];
		const runs = await local.control.runs();
		expect(entry?.data.main?.[0]).toMatchObject(
			runs.map(({ run_id }, item) => ({
				json: { run_id, status: 'running', timed_out: true },
				pairedItem: { item },
			})),
		);
		expect(runs.map(({ webhook }) => webhook)).toEqual([
			expect.stringMatching(/\/webhook-waiting\/1\?.*item=0$/),
			expect.stringMatching(/\/webhook-waiting\/1\?.*item=1$/),
		]);
	});
});
