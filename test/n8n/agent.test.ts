import type { INodeParameters } from 'n8n-workflow';
import { z } from 'zod';
import { posterFromText } from '../../emulator/apps/posterFromText';
import { sketchToRealism } from '../../emulator/apps/sketchToRealism';
import type { WorkflowJson } from '../../scripts/lib/n8n/workflow';
import { picture } from '../emulator/support/media';
import { appRun, fields, inputId } from '../engine/support/parameters';
import { example } from './support/examples';
import {
	startModelStub,
	toolAnswers,
	type ModelRequest,
	type ModelStub,
	type ModelTurn,
} from './support/modelStub';
import { realN8n } from './support/realN8n';
import { itemsNode, magnificNode, MAGNIFIC, workflowOf } from './support/workflows';

const n8n = realN8n();
let model: ModelStub;
/** What the model does with the task of the test. */
let turn: (request: ModelRequest) => ModelTurn;

const LIST = 'List_the_apps';
const LOOK = 'Look_at_an_app';
const MADE = 'Look_at_the_last_creations';
const RUN = 'Run_an_app';

/** Reads what the tools said, as a model does: an app's id, an input's label, a URL. */
const find = (pattern: RegExp, text: string | undefined): string => {
	const found = pattern.exec(text ?? '')?.[1];
	if (found === undefined)
		throw new Error(`The model looks for ${String(pattern)} in: ${text ?? ''}`);
	return found;
};

const idOfPosterApp = (apps: string | undefined): string => {
	const text = (apps ?? '').replace(/\\"/g, '"');
	const entry = text.split('}').find((part) => part.includes('Poster from Text'));
	return find(/"sqid":\s*"([^"]+)"/, entry);
};

const designer = (request: ModelRequest): ModelTurn => {
	const [apps, definition, made] = toolAnswers(request);
	if (apps === undefined) return { call: LIST, args: {} };
	const app_id = idOfPosterApp(apps);
	if (definition === undefined) return { call: LOOK, args: { app_id } };
	const label = find(/"label":\s*"(Headline)"/, definition.replace(/\\"/g, '"'));
	if (made === undefined) {
		return { call: RUN, args: { app_id, inputs: { [label]: 'Autumn sale, 20 % off' } } };
	}
	return { text: find(/(http[^"\\]+\/files\/[^"\\]+)/, made) };
};

beforeAll(async () => {
	model = await startModelStub((request) => turn(request));
	await n8n.api.importCredential({
		name: 'OpenAI',
		type: 'openAiApi',
		data: { apiKey: 'not-a-key', url: model.url },
	});
});

afterAll(async () => {
	await model.close();
});

it('06: an agent learns from its tools what to say, picks the app, runs it once and gives out the URL', async () => {
	turn = designer;
	const execution = await n8n.api.runWorkflow(await example('06'));

	expect(execution.error?.message).toBeUndefined();
	const runs = await n8n.magnific.control.runs();
	expect(runs.map(({ app_id, inputs, status }) => ({ app_id, inputs, status }))).toEqual([
		{
			app_id: posterFromText.sqid,
			inputs: { [inputId(posterFromText, 'Headline')]: 'Autumn sale, 20 % off' },
			status: 'completed',
		},
	]);
	const [answer] = execution.json('Designer');
	expect(String(answer?.['output'])).toContain(`${n8n.magnific.url}/files/`);
	expect((await fetch(String(answer?.['output']))).status).toBe(200);

	const [asked] = model.requests;
	const tools = new Map(asked?.tools.map((tool) => [tool.function.name, tool.function]));
	expect([...tools.keys()].sort()).toEqual([LIST, LOOK, MADE, RUN]);
	expect(tools.get(RUN)).toMatchObject({
		description: expect.stringContaining('costs credits') as unknown,
		parameters: {
			properties: {
				app_id: { type: 'string', description: expect.stringContaining('sqid') as unknown },
				inputs: { description: expect.stringContaining('labels') as unknown },
			},
		},
	});
});

/** The example with further tools for its agent. */
const withTools = async (tools: Record<string, INodeParameters>): Promise<WorkflowJson> => {
	const workflow = await example('06');
	for (const [name, parameters] of Object.entries(tools)) {
		workflow.nodes.push({
			...magnificNode({ descriptionType: 'manual', toolDescription: name, ...parameters }),
			name,
			type: `${MAGNIFIC}Tool`,
		});
		workflow.connections[name] = { ai_tool: [[{ node: 'Designer', type: 'ai_tool', index: 0 }]] };
	}
	return workflow;
};

const SPENT = 'What_was_spent';
const UPLOADS = 'Look_at_the_uploads';

/** Paints over the last poster, and looks at what that has cost and at what was uploaded. */
const bookkeeper = (request: ModelRequest): ModelTurn => {
	const [made, painted, spent, uploads] = toolAnswers(request);
	if (made === undefined) return { call: MADE, args: {} };
	if (painted === undefined) {
		const inputs = { Sketch: find(/"creation_id":\s*"([^"]+)"/, made.replace(/\\"/g, '"')) };
		return { call: RUN, args: { app_id: sketchToRealism.sqid, inputs } };
	}
	if (spent === undefined) return { call: SPENT, args: { start: '', end: '' } };
	if (uploads === undefined) return { call: UPLOADS, args: {} };
	return { text: 'Done.' };
};

/** What the tools said to the model in the last conversation. */
const lastAnswers = (): unknown[] => {
	const last = model.requests.at(-1);
	return last ? toolAnswers(last).map((answer): unknown => JSON.parse(answer)) : [];
};

it('an agent finds what was made before, uses it without a download, and reads the bill and the uploads', async () => {
	turn = bookkeeper;
	const red = { content: await picture('#d02020'), fileName: 'red.png', mimeType: 'image/png' };
	const before = await n8n.api.runWorkflow(
		workflowOf(
			'Before the agent',
			itemsNode([{ json: {}, files: { data: red } }]),
			magnificNode({ resource: 'file', operation: 'upload' }, { name: 'Upload' }),
			magnificNode(appRun(posterFromText, fields(posterFromText, { Headline: 'Sale' }))),
		),
	);
	expect(before.error?.message).toBeUndefined();
	const execution = await n8n.api.runWorkflow(
		await withTools({
			[SPENT]: {
				resource: 'usage',
				operation: 'get',
				startDate: "={{ $fromAI('start', 'First day, as 2026-05-01; empty: a week ago') }}",
				endDate: "={{ $fromAI('end', 'Last day; empty: today') }}",
			},
			[UPLOADS]: { resource: 'file', operation: 'getAll' },
		}),
	);

	expect(execution.error?.message).toBeUndefined();
	const [made, painted, spent, uploads] = lastAnswers();
	expect(made).toEqual([
		{
			creation_id: expect.any(String) as unknown,
			name: posterFromText.name,
			family: 'image',
			tool: 'text-to-image',
			status: 'completed',
			url: expect.stringContaining(`${n8n.magnific.url}/files/`) as unknown,
			created_at: expect.any(String) as unknown,
		},
	]);
	expect(painted).toMatchObject([{ app_name: sketchToRealism.name, status: 'completed' }]);
	expect(spent).toMatchObject([
		{ tool: 'AI Image Models', credits: 120 },
		{ tool: posterFromText.name, user_email: 'owner@example.com', uses: 1, credits: 3 },
		{ tool: sketchToRealism.name, user_email: 'owner@example.com', uses: 1, credits: 5 },
	]);
	expect(uploads).toMatchObject([{ file_id: before.json('Upload')[0]?.['file_id'] }]);

	const runs = await n8n.magnific.control.runs();
	expect(runs.map(({ inputs }) => Object.values(inputs))).toEqual([
		['Sale'],
		[z.array(z.object({ creation_id: z.string() })).parse(made)[0]?.creation_id],
	]);
	expect(await n8n.magnific.control.requests({ route: 'request_upload' })).toHaveLength(1);
});
