import { randomUUID } from 'node:crypto';
import type { INodeParameters } from 'n8n-workflow';
import { magnificNode, itemsNode, workflowOf, type TestItem } from '../../n8n/support/workflows';
import type { WorkflowJson } from '../../../scripts/lib/n8n/workflow';

interface RunNode {
	parameters?: INodeParameters;
	/** What the node gets, from a Code node before it. */
	items?: TestItem[];
}

/** A workflow with a Magnific node, and that node's name: what `openNode` takes. */
export function runNode(options: RunNode = {}): [WorkflowJson, string] {
	const { parameters = {}, items } = options;
	const node = magnificNode(parameters, { id: randomUUID() });
	const before = items ? [itemsNode(items, 'Products')] : [];
	return [workflowOf('Product pictures', ...before, node), node.name];
}
