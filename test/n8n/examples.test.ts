import { readExamples } from '../../scripts/lib/demo/examples';
import { realN8n } from './support/realN8n';
import { MAGNIFIC } from './support/workflows';

const n8n = realN8n();

it('01: takes three products through two apps and lets the one that fails leave by the error output', async () => {
	const [first] = (await readExamples()).values();
	if (!first) throw new Error('There is no example');
	const execution = await n8n.api.runWorkflow(first);

	expect(execution.status).toBe('success');
	const nodes = first.nodes.filter(({ type }) => type === MAGNIFIC).map(({ name }) => name);
	expect(
		nodes.map((name) => ({
			name,
			out: execution.items(name, 0).map(({ json, binary, pairedItem }) => ({
				status: json['status'],
				files: Object.values(binary ?? {}).map(({ mimeType }) => mimeType),
				pairedItem,
			})),
			failed: execution.json(name, 1).length,
		})),
	).toEqual([
		{ name: 'Photo shoot', out: threeOf('image/jpeg'), failed: 0 },
		{ name: 'Poster', out: threeOf('image/png'), failed: 0 },
		{ name: 'Fails on purpose', out: [], failed: 1 },
	]);
	expect(execution.json('What failed')).toMatchObject([{ status: 'failed' }]);
});

it('every example can be imported, with nodes that this n8n knows', async () => {
	for (const [name, workflow] of await readExamples()) {
		const id = await n8n.api.importWorkflow(workflow);
		expect({ name, nodes: await n8n.api.request('GET', `/rest/workflows/${id}`) }).toMatchObject({
			name,
			nodes: { nodes: workflow.nodes.map(({ type }) => ({ type })) },
		});
	}
});

function threeOf(mimeType: string) {
	return [0, 1, 2].map((item) => ({
		status: 'completed',
		files: [mimeType],
		pairedItem: { item },
	}));
}
