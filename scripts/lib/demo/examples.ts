import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../paths';
import { parseWorkflow, type WorkflowJson } from '../n8n/workflow';

/** The workflows of `examples/` by file name, in the order of their names. */
export async function readExamples(): Promise<Map<string, WorkflowJson>> {
	const folder = join(ROOT, 'examples');
	const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
	const examples = new Map<string, WorkflowJson>();
	for (const name of names) {
		const content: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
		examples.set(name, parseWorkflow(content));
	}
	return examples;
}
