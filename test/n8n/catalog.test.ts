import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';
import { outputSchemas } from '../../nodes/Magnific/outputSchemas';
import { Magnific } from '../../nodes/Magnific/Magnific.node';
import { resources } from '../../nodes/Magnific/resources';
import { provideN8n } from '../../scripts/lib/n8n/runtime';
import { realN8n } from './support/realN8n';
import { MAGNIFIC } from './support/workflows';

/** What n8n's own AI (Instance AI, its Agents builder, its MCP server) finds and reads of the nodes. */
const n8n = realN8n();

const nodeSchema = z.object({ name: z.string(), properties: z.array(z.unknown()) }).passthrough();
type NodeType = z.infer<typeof nodeSchema>;

let nodes: NodeType[];
let find: (query: string) => string[];
let tell: (queries: string[]) => string;
let define: (type: string) => string;

const searchSchema = z.object({ searchByName: z.function() }).passthrough();
const classSchema = z.custom<new (types: NodeType[]) => object>(
	(value) => typeof value === 'function',
);
const functionSchema = z.custom<(...args: unknown[]) => unknown>(
	(value) => typeof value === 'function',
);

beforeAll(async () => {
	const { folder } = await provideN8n(() => undefined);
	const load = createRequire(join(folder, 'node_modules', 'n8n', 'package.json'));
	nodes = z.array(nodeSchema).parse(await n8n.api.request('GET', '/types/nodes.json'));

	const catalog = z
		.object({
			NodeSearchEngine: classSchema,
			NodeTypeParser: classSchema,
			searchCodeBuilderNodes: functionSchema,
		})
		.parse(load('@n8n/ai-utilities/node-catalog'));
	const engine = new catalog.NodeSearchEngine(nodes);
	searchSchema.parse(engine);
	find = (query) =>
		z
			.array(z.object({ name: z.string() }))
			.parse(
				Reflect.apply(functionSchema.parse(Reflect.get(engine, 'searchByName')), engine, [query]),
			)
			.map(({ name }) => name);
	const parser = new catalog.NodeTypeParser(nodes);
	tell = (queries) =>
		z.object({ results: z.string() }).parse(catalog.searchCodeBuilderNodes(parser, queries))
			.results;

	const { synthesizeNodeTypeDef } = z
		.object({ synthesizeNodeTypeDef: functionSchema })
		.parse(load('./dist/modules/mcp-registry/synthesize-type-def.js'));
	define = (type) =>
		z.string().parse(synthesizeNodeTypeDef(nodes.find(({ name }) => name === type)));
}, 600_000);

/** Each search with the worst rank that the node may have. In 0.1.0 it had the rank in the third place, 0: none. */
const SEARCHES: Array<[query: string, atWorst: number, in010: number]> = [
	['magnific', 1, 1],
	['Magnific app', 1, 1],
	['Magnific flow', 1, 1],
	['run pipeline', 1, 1],
	['image generation', 1, 8],
	['generate image', 1, 1],
	['text to image', 3, 9],
	['upscale image', 1, 1],
	['image upscaler', 1, 8],
	['remove background', 1, 0],
	['background removal', 1, 0],
	['text to speech', 1, 0],
	['sound effects', 1, 0],
	['music generation', 1, 0],
	['video generation', 1, 4],
	['generate video', 1, 1],
	['text to video', 2, 5],
	['product photo', 1, 4],
	['photo editing', 3, 4],
	['enhance photo', 1, 4],
	['voice over', 6, 0],
	['lip sync', 6, 0],
	['poster', 4, 0],
	['image to image', 8, 8],
	['image to video', 8, 8],
];

describe('n8n’s search for nodes', () => {
	it.each(SEARCHES)('finds the node by “%s”, among the first %i', (query, atWorst) => {
		const rank = find(query).indexOf(MAGNIFIC) + 1;
		expect(rank).toBeGreaterThan(0);
		expect(rank).toBeLessThanOrEqual(atWorst);
	});

	it('tells of the node that it waits by itself and is tried with Validate Only, and of its trigger', () => {
		const told = tell(['magnific']);
		expect(told).toMatch(/waits by itself .* build no Wait, IF or Loop around it/);
		expect(told).toContain('options.validateOnly');
		expect(told).toContain(`${MAGNIFIC}Trigger`);
		expect(told).toContain('Get the status of a run, and its result if there is one');
		expect(told).not.toContain('{{');
	});
});

describe('n8n’s definition of the node', () => {
	const choices = new Magnific().description.properties
		.flatMap((property) => [property, ...(property.options ?? [])])
		.filter((property) => 'type' in property)
		.filter(({ name }) =>
			['wait', 'onTimeout', 'onPartial', 'outputPer', 'inputMode', 'owner', 'output'].includes(
				name,
			),
		);

	it('says what each option of a choice means', () => {
		const definition = define(MAGNIFIC);
		expect(new Set(choices.map(({ name }) => name)).size).toBe(7);
		for (const { name, options = [] } of choices) {
			for (const option of options) {
				if (!('value' in option)) throw new Error(`An option of ${name} is none`);
				expect(definition).toContain(`${String(option.value)}: ${option.description ?? ''}`);
			}
		}
	});

	it('says of each operation what it is and what comes out', () => {
		const definition = define(MAGNIFIC);
		for (const { name, operations } of resources) {
			for (const operation of operations) {
				const start = definition.indexOf(
					`* ${name} → ${operation.name}: ${operation.description}.`,
				);
				expect(start).toBeGreaterThan(0);
				expect(definition.slice(start, definition.indexOf('*/', start))).toContain('Output item: ');
			}
		}
		expect(define(`${MAGNIFIC}Trigger`)).toContain('Output item: ');
	});
});

describe('n8n’s schemas of what comes out', () => {
	it.each(Object.keys(outputSchemas()))('are there for nodes that never ran: %s', async (path) => {
		const type = path === 'v1.0.0.json' ? `${MAGNIFIC}Trigger` : MAGNIFIC;
		const answer = await fetch(`${n8n.server.url}/schemas/${type}/${path.replace(/^v/, '')}`);
		expect(answer.status).toBe(200);
		expect(await answer.json()).toEqual(outputSchemas()[path]);
	});
});
