import type { INodeParameters } from 'n8n-workflow';
import { z } from 'zod';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { callAsTool } from './support/agent';
import { binary, picture } from './support/files';
import { localMagnific } from './support/localMagnific';
import { appRun, byId, fields, inputId, json } from './support/parameters';
import { Magnific } from '../../nodes/Magnific/Magnific.node';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();
const surprise = (options: INodeParameters = {}): INodeParameters =>
	appRun(surpriseMe, json({}), { options });
const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

describe('as the tool of an agent', () => {
	it('the node takes the inputs that the agent gives', async () => {
		const parameters = appRun(
			posterFromText,
			fields(posterFromText, {
				Headline: "={{ $fromAI('Headline', 'What the poster says', 'string') }}",
				'Number of shapes': "={{ $fromAI('Shapes', '', 'number') }}",
			}),
		);
		const answers = await callAsTool(local, parameters, [
			{ Headline: 'One', Shapes: 2 },
			{ Headline: 'Two', Shapes: 0 },
		]);
		expect(answers).toEqual(
			[1, 2].map(() => ({
				answer: [expect.objectContaining({ app_name: 'Poster from Text', status: 'completed' })],
			})),
		);
		const [headline, shapes] = ['Headline', 'Number of shapes'].map((label) =>
			inputId(posterFromText, label),
		);
		expect((await local.control.runs()).map(({ inputs }) => inputs)).toEqual([
			{ [String(headline)]: 'One', [String(shapes)]: 2 },
			{ [String(headline)]: 'Two', [String(shapes)]: 0 },
		]);
	});

	it.each(['none', 'webhook'])(
		'the node polls where Wait is %s, and gives URLs instead of files',
		async (wait) => {
			const answers = await callAsTool(local, { ...surprise({ downloadFiles: true }), wait }, [{}]);
			expect(answers).toEqual([
				{
					answer: [
						expect.objectContaining({
							status: 'completed',
							result: expect.objectContaining({
								images: [
									expect.objectContaining({
										url: expect.stringContaining(`${local.url}/files/`) as unknown,
									}),
								],
							}) as unknown,
						}),
					],
				},
			]);
			expect(await local.count('file')).toBe(0);
		},
	);

	it('the node tells the agent what is wrong with its inputs', async () => {
		const answers = await callAsTool(
			local,
			appRun(posterFromText, fields(posterFromText, { Style: 'Loud' })),
			[{}],
		);
		expect(answers).toEqual([
			{
				error: expect.stringMatching(
					/“Headline” is required, but has no value; “Style” has no option “Loud”; choose one of: Bold/,
				) as unknown,
			},
		]);
		expect(await local.count('run')).toBe(0);
	});

	it('the same call again is a run of its own', async () => {
		const answers = await callAsTool(local, surprise(), [{}, {}]);
		expect(answers).toHaveLength(2);
		const runs = await local.control.runs();
		expect(runs).toHaveLength(2);
		for (const [i, { run_id }] of runs.entries()) {
			expect(answers[i]).toEqual({ answer: [expect.objectContaining({ run_id })] });
		}
	});

	it('Retry On Fail goes on waiting for a run that timed out, and does not pay again', async () => {
		await local.control.settings({ durations: { [surpriseMe.sqid]: 30 } });
		const answers = await callAsTool(local, surprise({ maxWait: 0.4 }), [{}], retry);
		expect(answers).toEqual([{ answer: [expect.objectContaining({ status: 'completed' })] }]);
		expect(await local.count('run')).toBe(1);
	});

	it('the same call goes on waiting for a run that came out unfinished', async () => {
		await local.control.settings({ durations: { [surpriseMe.sqid]: 40 } });
		const answers = await callAsTool(
			local,
			surprise({ maxWait: 0.2, onTimeout: 'output' }),
			Array.from({ length: 5 }, () => ({})),
		);
		const [run] = await local.control.runs();
		expect(answers[0]).toEqual({
			answer: [expect.objectContaining({ run_id: run?.run_id, timed_out: true })],
		});
		expect(answers).toContainEqual({
			answer: [expect.objectContaining({ run_id: run?.run_id, status: 'completed' })],
		});
	});

	it('Retry On Fail never sends a submission of unknown outcome again', async () => {
		await local.control.addFault({ route: 'run', fault: { kind: 'reset_after' } });
		const answers = await callAsTool(local, surprise(), [{}], retry);
		expect(answers).toEqual([
			{ error: expect.stringContaining('The run may have started and been charged') as unknown },
		]);
		expect(await local.count('run')).toBe(1);
	});

	it('Retry On Fail starts a failed run again', async () => {
		await local.control.setOutcome({ status: 'failed' });
		const answers = await callAsTool(local, surprise(), [{}], retry);
		expect(answers).toEqual([{ answer: [expect.objectContaining({ status: 'completed' })] }]);
		expect(await local.count('run')).toBe(2);
	});

	const asked = async (parameters: INodeParameters): Promise<string> => {
		const [answer] = await callAsTool(local, parameters, [{}]);
		if (!answer || !('answer' in answer)) throw new Error(`Refused: ${JSON.stringify(answer)}`);
		return JSON.stringify(answer.answer);
	};

	// A token is some four characters.
	it.each([
		['App → Run', surprise(), 0.65],
		['App → Get', { resource: 'app', operation: 'get', app: byId(posterFromText.sqid) }, 0.75],
	] satisfies Array<[string, INodeParameters, number]>)(
		'the agent reads less of %s than the whole',
		async (_, parameters, share) => {
			const simplified = await asked(parameters);
			const raw = await asked({ ...parameters, output: 'raw' });
			expect(simplified.length / raw.length).toBeLessThan(share);
			expect(simplified).not.toMatch(/null|\[\]/);
		},
	);

	it('the agent reads the fields that were selected', async () => {
		const selected = { output: 'selectedFields', outputFields: ['status', 'credits'] };
		const answer: unknown = JSON.parse(await asked({ ...surprise(), ...selected }));
		expect(answer).toEqual([{ status: 'completed', credits: surpriseMe.totalCost }]);
	});

	it('the agent gets the definition as the API gives it where the output is raw', async () => {
		const get = { resource: 'app', operation: 'get', app: byId(posterFromText.sqid) };
		expect(await asked({ ...get, output: 'raw' })).toContain('tool_metadata');
		expect(await asked(get)).not.toContain('tool_metadata');
	});

	it('an output that nobody knows is refused before anything is spent', async () => {
		const answers = await callAsTool(local, { ...surprise(), output: 'everything' }, [{}]);
		expect(answers).toEqual([{ error: expect.stringContaining('Output needs') as unknown }]);
		expect(await local.count('run')).toBe(0);
	});

	it('shows no field that has no effect there', () => {
		const { properties } = new Magnific().description;
		const hidden = properties
			.flatMap((property) => [
				property,
				...(property.options ?? []).filter((option) => 'type' in option),
			])
			.filter(({ displayOptions }) => displayOptions?.hide?.['@tool']?.includes(true))
			.map(({ name }) => name);
		expect([...new Set(hidden)].sort()).toEqual([
			'binaryField',
			'downloadFiles',
			'maxConcurrentRuns',
			'maxFileSize',
			'simplify',
			'wait',
		]);
	});
});

describe('what is around a run, as the tool of an agent', () => {
	const byModel = (key: string, type = 'string'): string =>
		`={{ $fromAI('${key}', '', '${type}') }}`;
	const firstImage = (result: unknown): string | undefined =>
		z.object({ images: z.array(z.object({ id: z.string() })) }).parse(result).images[0]?.id;
	const url = expect.stringContaining(`/files/`) as unknown;
	const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown;

	it('Creation → Get Many gives the ids that inputs take, and empty dates of the model narrow nothing down', async () => {
		const [made] = await local.run(surprise()).then(({ json }) => json);
		const creations = {
			resource: 'creation',
			operation: 'getAll',
			limit: byModel('limit', 'number'),
			filters: { createdAfter: byModel('after'), createdBefore: byModel('before') },
			options: { downloadFiles: true },
		};
		const answers = await callAsTool(local, creations, [
			{ limit: 5, after: '', before: '' },
			{ limit: 5, after: '2100-01-01', before: '' },
			{ limit: 5, after: 'yesterday', before: '' },
		]);
		expect(answers).toEqual([
			{
				answer: [
					{
						creation_id: firstImage(made?.result),
						name: 'Surprise Me',
						family: 'image',
						tool: 'text-to-image',
						status: 'completed',
						url,
						created_at: time,
					},
				],
			},
			{ answer: [] },
			{
				error: expect.stringContaining('Created After needs a date such as 2026-05-01') as unknown,
			},
		]);
		expect(await local.count('file')).toBe(0);
	});

	it('Usage → Get tells what was spent, by default of the last days', async () => {
		await local.run(surprise());
		const usage = {
			resource: 'usage',
			operation: 'get',
			startDate: byModel('start'),
			endDate: byModel('end'),
			options: { apiKeyIds: byModel('keys') },
		};
		const answers = await callAsTool(local, usage, [
			{ start: '', end: '', keys: 'key-of-n8n' },
			{ start: '2026-05-02', end: '2026-05-01', keys: '' },
		]);
		expect(answers).toEqual([
			{
				answer: [
					{
						date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as unknown,
						tool: 'Surprise Me',
						user_email: 'owner@example.com',
						project: 'Nightly batches',
						group: 'Pictures',
						uses: 1,
						credits: surpriseMe.totalCost,
					},
				],
			},
			{
				error: expect.stringContaining(
					'(2026-05-02) is later than End Date (2026-05-01)',
				) as unknown,
			},
		]);
		const [sent] = await local.requests('credit_usage');
		expect(sent?.body).toEqual({ granularity: 'day', api_key_ids: ['key-of-n8n'] });
	});

	it('File → Get Many gives URLs that inputs take', async () => {
		const bytes = await picture('red');
		await local.run(
			{ resource: 'file', operation: 'upload' },
			{ items: [{ json: {}, binary: { data: binary(bytes, 'image/png', 'red.png') } }] },
		);
		const answers = await callAsTool(local, { resource: 'file', operation: 'getAll' }, [{}]);
		expect(answers).toEqual([
			{
				answer: [
					{
						file_id: expect.stringMatching(/^upl_img_/) as unknown,
						url,
						content_type: 'image/png',
						bytes: bytes.length,
						created_at: time,
						expires_at: time,
						file_expires_at: time,
					},
				],
			},
		]);
	});

	it('File → Upload says that an agent has no files to give', async () => {
		const answers = await callAsTool(local, { resource: 'file', operation: 'upload' }, [{}]);
		expect(answers).toEqual([
			{
				error: expect.stringMatching(
					/an AI agent gives its tools no binary data.*Upload in the workflow, before the agent/s,
				) as unknown,
			},
		]);
		expect(await local.count('request_upload')).toBe(0);
	});
});
