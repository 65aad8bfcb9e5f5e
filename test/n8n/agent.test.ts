import { posterFromText } from '../../emulator/apps/posterFromText';
import { readExamples } from '../../scripts/lib/demo/examples';
import type { WorkflowJson } from '../../scripts/lib/n8n/workflow';
import { inputId } from '../engine/support/parameters';
import {
	startModelStub,
	toolAnswers,
	type ModelRequest,
	type ModelStub,
	type ModelTurn,
} from './support/modelStub';
import { realN8n } from './support/realN8n';

const n8n = realN8n();
let model: ModelStub;

const LIST = 'List_the_apps';
const LOOK = 'Look_at_an_app';
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

const agentExample = async (): Promise<WorkflowJson> => {
	for (const [name, workflow] of await readExamples()) {
		if (name.startsWith('06')) return workflow;
	}
	throw new Error('There is no example 06');
};

beforeAll(async () => {
	model = await startModelStub(designer);
});

afterAll(async () => {
	await model.close();
});

it('06: an agent learns from its tools what to say, picks the app, runs it once and gives out the URL', async () => {
	await n8n.api.importCredential({
		name: 'OpenAI',
		type: 'openAiApi',
		data: { apiKey: 'not-a-key', url: model.url },
	});
	const execution = await n8n.api.runWorkflow(await agentExample());

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
	expect([...tools.keys()].sort()).toEqual([LIST, LOOK, RUN]);
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
