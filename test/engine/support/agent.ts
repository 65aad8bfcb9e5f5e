import {
	NodeConnectionTypes,
	Workflow,
	type IDataObject,
	type IExecuteFunctions,
	type INode,
	type INodeParameters,
	type INodeType,
} from 'n8n-workflow';
import { WorkflowExecute } from 'n8n-core';
import { Magnific } from '../../../nodes/Magnific/Magnific.node';
import type { LocalMagnific } from './localMagnific';
import { additionalDataFor, magnificNode, type NodeSettings } from './n8n';
import { MAGNIFIC_TOOL } from './nodeTypes';
import { witness } from './witness';

const AGENT = 'test.agent';

interface Tool {
	invoke(args: IDataObject): Promise<unknown>;
}

const isTool = (value: unknown): value is Tool =>
	typeof value === 'object' &&
	value !== null &&
	'invoke' in value &&
	typeof value.invoke === 'function';

/** An agent that makes the given calls of its one tool, one after the other. */
const agentThatCalls = (calls: IDataObject[], answers: ToolAnswer[]): INodeType => ({
	description: {
		displayName: 'Agent',
		name: 'agent',
		group: ['transform'],
		version: 1,
		description: 'Calls its tool',
		defaults: { name: 'Agent' },
		inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool }],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	async execute(this: IExecuteFunctions) {
		const tools: unknown = await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0);
		const tool: unknown = Array.isArray(tools) ? tools[0] : undefined;
		if (!isTool(tool)) throw new Error('The agent has no tool');
		for (const call of calls) {
			try {
				const answer: unknown = JSON.parse(String(await tool.invoke(call)));
				answers.push({ answer });
			} catch (error) {
				witness(error);
				answers.push({ error: error instanceof Error ? error.message : String(error) });
			}
		}
		return [[]];
	},
});

/** What a tool gave to the agent: its JSON, or the text of its error. */
export type ToolAnswer = { answer: unknown } | { error: string };

/** The Magnific node as n8n turns it into a tool. */
const magnificTool = (): INodeType => {
	const magnific = new Magnific();
	magnific.description = {
		...magnific.description,
		name: 'magnificTool',
		inputs: [],
		outputs: [NodeConnectionTypes.AiTool],
	};
	return magnific;
};

/** Runs a workflow of an agent with the Magnific node as its tool; an answer for each call. */
export const callAsTool = async (
	local: LocalMagnific,
	parameters: INodeParameters,
	calls: IDataObject[],
	settings: NodeSettings = {},
): Promise<ToolAnswer[]> => {
	const answers: ToolAnswer[] = [];
	const types = new Map([
		[AGENT, agentThatCalls(calls, answers)],
		[MAGNIFIC_TOOL, magnificTool()],
	]);
	const find = (name: string): INodeType => {
		const type = types.get(name);
		if (!type) throw new Error(`No node type ${name}`);
		return type;
	};
	const agent: INode = {
		id: 'agent',
		name: 'Agent',
		type: AGENT,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const tool = magnificNode(MAGNIFIC_TOOL, parameters, settings);
	const workflow = new Workflow({
		id: 'workflow',
		name: 'Workflow',
		active: false,
		nodes: [agent, tool],
		connections: {
			[tool.name]: { ai_tool: [[{ node: agent.name, type: 'ai_tool', index: 0 }]] },
		},
		nodeTypes: { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) },
		settings: { executionOrder: 'v1' },
	});
	const run = await new WorkflowExecute(additionalDataFor(local.credential), 'manual').run({
		workflow,
		startNode: agent,
	});
	witness(run);
	if (run.data.resultData.error) throw run.data.resultData.error;
	return answers;
};
