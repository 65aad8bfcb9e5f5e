import type { INodeParameters } from 'n8n-workflow';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { callAsTool } from './support/agent';
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
