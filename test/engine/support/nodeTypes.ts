import {
	NodeConnectionTypes,
	type INodeExecutionData,
	type INodeType,
	type INodeTypes,
} from 'n8n-workflow';
import { Magnific } from '../../../nodes/Magnific/Magnific.node';

export const SOURCE = 'test.source';
export const MAGNIFIC = 'n8n-nodes-magnific.magnific';
/** The name under which n8n serves the node to an AI agent. */
export const MAGNIFIC_TOOL = `${MAGNIFIC}Tool`;

/** A node that gives the same items each time. */
const sourceOf = (items: INodeExecutionData[]): INodeType => ({
	description: {
		displayName: 'Source',
		name: 'source',
		group: ['trigger'],
		version: 1,
		description: 'Gives items',
		defaults: { name: 'Source' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	execute: async () => Promise.resolve([structuredClone(items)]),
});

/** The node types of a workflow whose sources give these items. */
export const nodeTypesWith = (items: INodeExecutionData[]): INodeTypes => {
	const magnific = new Magnific();
	const types = new Map<string, INodeType>([
		[SOURCE, sourceOf(items)],
		[MAGNIFIC, magnific],
		[MAGNIFIC_TOOL, magnific],
	]);
	const find = (name: string): INodeType => {
		const type = types.get(name);
		if (!type) throw new Error(`No node type ${name}`);
		return type;
	};
	return { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) };
};
