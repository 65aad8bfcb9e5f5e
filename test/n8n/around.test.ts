import { posterFromText } from '../../emulator/apps/posterFromText';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { z } from 'zod';
import { example, nodeOf, runFrom } from './support/examples';
import { realN8n } from './support/realN8n';
import { itemsNode, magnificNode, MAGNIFIC, workflowOf } from './support/workflows';
import { picture } from '../emulator/support/media';
import { parseWorkflow } from '../../scripts/lib/n8n/workflow';

const n8n = realN8n();

const resultIds = (result: unknown): string[] =>
	z
		.object({ images: z.array(z.object({ id: z.string() })) })
		.parse(result)
		.images.map(({ id }) => id);

it('lists creations, uploads a file, lists uploads and tells the usage, one node after the other', async () => {
	const once = { executeOnce: true };
	const execution = await n8n.api.runWorkflow(
		workflowOf(
			'Around a run',
			itemsNode([
				{
					json: {},
					files: {
						data: { content: await picture('#d02020'), fileName: 'red.png', mimeType: 'image/png' },
					},
				},
			]),
			magnificNode(
				{ resource: 'file', operation: 'upload', binaryField: 'data' },
				{ name: 'Upload' },
			),
			magnificNode(
				{ resource: 'file', operation: 'getAll', options: { downloadFiles: true } },
				{ name: 'Files' },
			),
			magnificNode(
				{
					resource: 'app',
					operation: 'run',
					app: { __rl: true, mode: 'id', value: surpriseMe.sqid },
					inputMode: 'json',
					inputsJson: '{}',
				},
				{ name: 'Run' },
			),
			magnificNode(
				{
					resource: 'creation',
					operation: 'getAll',
					filters: { createdAfter: '={{ $now.minus({ hours: 1 }) }}' },
					options: { downloadFiles: true },
				},
				{ name: 'Creations' },
			),
			magnificNode(
				{
					resource: 'usage',
					operation: 'get',
					startDate: '={{ $now.toUTC().minus({ days: 1 }) }}',
					endDate: '={{ $now.toUTC().toISO() }}',
					granularity: 'day',
					options: { apiKeyIds: ['key-of-n8n'] },
				},
				{ name: 'Usage', ...once },
			),
		),
	);
	expect(execution.error?.message).toBeUndefined();
	expect(execution.json('Upload')).toMatchObject([{ content_type: 'image/png' }]);
	const [upload] = execution.items('Files');
	expect(upload?.json['file_id']).toBe(execution.json('Upload')[0]?.['file_id']);
	expect(upload?.binary).toMatchObject({ data: { mimeType: 'image/png' } });
	const [run] = execution.json('Run');
	const [creation, ...others] = execution.items('Creations');
	expect(others).toEqual([]);
	expect([creation?.json['creation_id']]).toEqual(resultIds(run?.['result']));
	expect(Object.keys(creation?.binary ?? {})).toEqual(['data']);
	expect(execution.json('Usage')).toMatchObject([{ tool: 'Surprise Me', uses: 1, credits: 2 }]);
	const lists = {
		getCreationTools: 'parameters.filters.tool',
		getTeamApiKeys: 'parameters.options.apiKeyIds',
	};
	for (const [methodName, path] of Object.entries(lists)) {
		const options = await n8n.api.loadOptions({
			nodeType: MAGNIFIC,
			methodName,
			path,
			parameters: {},
		});
		expect(options.length).toBeGreaterThan(1);
	}
});

it('09: puts what was made at that time, and belongs to no other item, beside the lost one', async () => {
	const { control } = n8n.magnific;
	await control.addFault({ route: 'run', skip: 1, fault: { kind: 'reset_after' } });
	const workflow = await example('09');
	nodeOf(workflow, 'Give it time').parameters = { amount: 5, unit: 'seconds' };
	const execution = await n8n.api.waitForEnd(await n8n.api.startWorkflow(workflow));
	expect(execution.error?.message).toBeUndefined();

	const runs = await control.runs();
	expect(runs).toHaveLength(3);
	const known = new Set(execution.json('Finished').map(({ run_id }) => run_id));
	const [lost] = runs.filter(({ run_id }) => !known.has(run_id));
	expect(execution.json('Made then').length).toBeGreaterThan(1);
	expect(execution.json('Side by side')).toEqual([
		{
			sku: 'SKU-2',
			headline: 'Ten days only',
			app_name: posterFromText.name,
			sent_at: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
			candidates: resultIds(lost?.result).map((creation_id) => ({
				creation_id,
				url: expect.stringContaining(n8n.magnific.url) as unknown,
				created_at: expect.any(String) as unknown,
			})),
		},
	]);
	expect(await control.requests({ route: 'run' })).toHaveLength(3);
});

it('10: sets the booked runs beside what the team used, in sums, a table and a chart', async () => {
	const { control } = n8n.magnific;
	// Of the last days in place of the last month.
	const days = [
		["minus({ months: 1 }).startOf('month')", 'minus({ days: 2 })'],
		["minus({ months: 1 }).endOf('month')", 'plus({ days: 0 })'],
	].reduce(
		(text, [from = '', to = '']) => {
			expect(text).toContain(from);
			return text.replace(from, to);
		},
		JSON.stringify(await example('10')),
	);
	const workflow = parseWorkflow(JSON.parse(days));
	const id = await n8n.api.importWorkflow(workflow);

	await control.setOutcome({ app_id: posterFromText.sqid, skip: 1, status: 'failed' });
	await runFrom(n8n.api, id, 'Every night');
	const execution = await runFrom(n8n.api, id, 'Every month');
	expect(execution.error?.message).toBeUndefined();
	const charges = await control.charges();
	const charged = charges.reduce((sum, { credits }) => sum + credits, 0);
	expect(charges).toHaveLength(3);
	// Of the team, others used 120 credits yesterday.
	expect(execution.json('Side by side')).toMatchObject([
		{ team_credits: charged + 120, own_runs: 3, own_credits: 6 },
	]);
	expect(await control.requests({ route: 'credit_usage' })).toHaveLength(1);

	const file = execution.items('Send the bill')[0]?.binary?.['data'];
	expect(file).toMatchObject({
		fileName: expect.stringMatching(/^magnific \d{4}-\d\d-\d\d\.html$/) as unknown,
	});
	const html = file ? (await n8n.api.readBinary(file)).toString() : '';
	expect(html).toContain(`<b>${String(charged + 120)}</b> credits`);
	expect(html).toContain('<td>Poster from Text</td><td>owner@example.com</td>');
	expect(html.match(/background:#06c/g)).toHaveLength(2);
	expect(html).toContain(`width:${String(Math.round((6 / 120) * 100))}%;background:#06c`);
});
