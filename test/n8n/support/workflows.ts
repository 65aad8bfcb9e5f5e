import type { IConnections, INodeParameters } from 'n8n-workflow';
import type { WorkflowJson, WorkflowNode } from '../../../scripts/lib/workflow';

export const MAGNIFIC = 'n8n-nodes-magnific.magnific';

export interface TestItem {
	json: Record<string, unknown>;
	/** Files by the name of their binary field. */
	files?: Record<string, { content: Buffer; fileName: string; mimeType: string }>;
}

/** A Code node that gives out these items, files included. */
export const itemsNode = (items: readonly TestItem[], name = 'Items'): WorkflowNode => ({
	name,
	type: 'n8n-nodes-base.code',
	typeVersion: 2,
	position: [0, 0],
	parameters: { jsCode: codeFor(items) },
});

/** A Magnific node with the credential of the test's n8n. */
export const magnificNode = (
	parameters: INodeParameters,
	settings: Partial<WorkflowNode> = {},
): WorkflowNode => ({
	name: 'Magnific',
	type: MAGNIFIC,
	typeVersion: 1,
	position: [0, 0],
	parameters,
	credentials: { magnificApi: { id: null, name: 'Magnific API' } },
	...settings,
});

/** A workflow that begins by hand and goes through `nodes` one after the other. */
export const workflowOf = (name: string, ...nodes: WorkflowNode[]): WorkflowJson => {
	const trigger: WorkflowNode = {
		name: 'Start',
		type: 'n8n-nodes-base.manualTrigger',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const all = [trigger, ...nodes];
	const connections: IConnections = {};
	for (const [index, node] of nodes.entries()) {
		const before = all[index];
		if (before)
			connections[before.name] = { main: [[{ node: node.name, type: 'main', index: 0 }]] };
	}
	return {
		name,
		nodes: all.map((node, index) => ({ ...node, position: [index * 220, 0] })),
		connections,
		settings: { executionOrder: 'v1' },
	};
};

function codeFor(items: readonly TestItem[]): string {
	const plain = items.map(({ json, files = {} }) => ({
		json,
		files: Object.entries(files).map(([field, { content, fileName, mimeType }]) => ({
			field,
			content: content.toString('base64'),
			fileName,
			mimeType,
		})),
	}));
	return `const items = ${JSON.stringify(plain)};
const given = [];
for (const { json, files } of items) {
  const binary = {};
  for (const { field, content, fileName, mimeType } of files) {
    binary[field] = await this.helpers.prepareBinaryData(
      Buffer.from(content, 'base64'), fileName, mimeType);
  }
  given.push({ json, ...(files.length > 0 ? { binary } : {}) });
}
return given;`;
}
