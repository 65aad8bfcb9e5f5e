import type { IConnections, INodeParameters } from 'n8n-workflow';
import type { WorkflowJson, WorkflowNode } from '../../../scripts/lib/n8n/workflow';

export const MAGNIFIC = 'n8n-nodes-magnific.magnific';

export interface TestItem {
	json: Record<string, unknown>;
	/** By the name of their binary field. */
	files?: Record<string, TestFile>;
}

export interface TestFile {
	content: Buffer;
	fileName: string;
	mimeType: string;
}

/** A Code node that gives out these items; items with the same file share one stored file. */
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
	const stored: TestFile[] = [];
	const indexOf = (file: TestFile): number => {
		const known = stored.findIndex(
			({ content, fileName }) => fileName === file.fileName && content.equals(file.content),
		);
		return known >= 0 ? known : stored.push(file) - 1;
	};
	const given = items.map(({ json, files }) => ({
		json,
		...(files && {
			binary: Object.fromEntries(
				Object.entries(files).map(([field, file]) => [field, indexOf(file)] as const),
			),
		}),
	}));
	const plain = stored.map((file) => ({ ...file, content: file.content.toString('base64') }));
	return `const files = ${JSON.stringify(plain)};
const stored = await Promise.all(files.map(({ content, fileName, mimeType }) =>
  this.helpers.prepareBinaryData(Buffer.from(content, 'base64'), fileName, mimeType)));
return ${JSON.stringify(given)}.map(({ json, binary }) => ({
  json,
  ...(binary && {
    binary: Object.fromEntries(
      Object.entries(binary).map(([field, index]) => [field, stored[index]])),
  }),
}));`;
}
