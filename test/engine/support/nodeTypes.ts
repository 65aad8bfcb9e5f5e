import {
	NodeConnectionTypes,
	type IBinaryData,
	type IBinaryKeyData,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypes,
} from 'n8n-workflow';
import { isRecord } from '../../../nodes/Magnific/api/guards';
import { Magnific } from '../../../nodes/Magnific/Magnific.node';

export const SOURCE = 'test.source';
/** Stands in for n8n's *Loop Over Items*, which does not come with the engine. */
export const LOOP = 'test.loop';
export const MAGNIFIC = 'n8n-nodes-magnific.magnific';
/** The name under which n8n serves the node to an AI agent. */
export const MAGNIFIC_TOOL = `${MAGNIFIC}Tool`;

/** A node that gives the same items each time, their files stored as n8n is set to store them. */
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
	async execute(this: IExecuteFunctions) {
		const stored = new Map<IBinaryData, Promise<IBinaryData>>();
		const store = async (file: IBinaryData): Promise<IBinaryData> => {
			// What is no file goes on as it is, as from a Code node.
			if (!isRecord(file) || typeof file.data !== 'string') return file;
			const bytes = Buffer.from(file.data, 'base64');
			const storing =
				stored.get(file) ?? this.helpers.prepareBinaryData(bytes, file.fileName, file.mimeType);
			stored.set(file, storing);
			return await storing;
		};
		const storeAll = async (files: IBinaryKeyData): Promise<IBinaryKeyData> =>
			Object.fromEntries(
				await Promise.all(
					Object.entries(files).map(async ([field, file]) => [field, await store(file)] as const),
				),
			);
		const given = items.map(async ({ json, binary }) => ({
			json: structuredClone(json),
			...(binary ? { binary: await storeAll(binary) } : {}),
		}));
		return [await Promise.all(given)];
	},
});

export const isItem = (value: unknown): value is INodeExecutionData =>
	typeof value === 'object' && value !== null && 'json' in value;

/** Gives its items in batches, each after what became of the one before has come back; paired as n8n's own does it. */
const loop: INodeType = {
	description: {
		displayName: 'Loop',
		name: 'loop',
		group: ['organization'],
		version: 1,
		description: 'Gives items in batches',
		defaults: { name: 'Loop' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		properties: [{ displayName: 'Size', name: 'size', type: 'number', default: 1 }],
	},
	async execute(this: IExecuteFunctions) {
		const context = this.getContext('node');
		if (!Array.isArray(context['items'])) {
			const sourceOverwrite = this.getInputSourceData();
			context['items'] = this.getInputData().map((item, index) => ({
				...item,
				pairedItem: { item: index, sourceOverwrite },
			}));
		}
		const items: unknown[] = Array.isArray(context['items']) ? context['items'] : [];
		const batch = items.splice(0, Number(this.getNodeParameter('size', 0))).filter(isItem);
		return await Promise.resolve(batch.length > 0 ? [[], batch] : [[], []]);
	},
};

/** The node types of a workflow whose sources give these items. */
export const nodeTypesWith = (
	items: INodeExecutionData[],
	magnific: INodeType = new Magnific(),
): INodeTypes => {
	const types = new Map<string, INodeType>([
		[SOURCE, sourceOf(items)],
		[LOOP, loop],
		[MAGNIFIC, magnific],
	]);
	const find = (name: string): INodeType => {
		const type = types.get(name);
		if (!type) throw new Error(`No node type ${name}`);
		return type;
	};
	return { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) };
};
