import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { BinaryField, Execution, Item } from '../n8n/execution';
import type { N8nApi } from '../n8n/api';
import { CheckFailed } from '../steps';
import type { WorkflowJson, WorkflowNode } from '../n8n/workflow';
import type { DemoRun } from './runs';

/**
 * Saves the files that a run gave out as `<folder>/<node>/item-<n>-<field>.<ext>`, and beside them
 * the pictures that it was made from as `item-<n>-input…`.
 *
 * @returns the paths of what the run gave out
 * @throws CheckFailed if a file is not the picture that it says it is
 */
export async function saveFiles(
	run: DemoRun,
	source: { workflow: WorkflowJson; execution: Execution; api: N8nApi },
	folder: string,
): Promise<string[]> {
	const target = join(folder, run.node.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'));
	const prefix = join(target, `item-${String(run.item)}`);
	const files: string[] = [];
	for (const [name, field] of Object.entries(run.output.binary ?? {})) {
		if (files.length === 0) await mkdir(target, { recursive: true });
		files.push(await save(source.api, field, `${prefix}-${name}`));
	}
	if (files.length === 0) return files;
	const input = inputOf(run, source.workflow, source.execution);
	for (const [name, field] of Object.entries(input?.binary ?? {})) {
		if (usesField(run.node, name)) await save(source.api, field, `${prefix}-input-${name}`);
	}
	return files;
}

async function save(
	api: N8nApi,
	field: BinaryField,
	pathWithoutExtension: string,
): Promise<string> {
	const content = await api.readBinary(field);
	const path = `${pathWithoutExtension}.${field.fileExtension ?? 'bin'}`;
	await writeFile(path, content);
	if (field.mimeType.startsWith('image/')) await checkPicture(content, field.mimeType, path);
	else if (content.length === 0) throw new CheckFailed(`${path} is empty.`);
	return path;
}

/**
 * Decodes the whole picture, so that one cut short is found too.
 *
 * @throws CheckFailed if it is of another type; sharp's own error if it cannot be decoded
 */
export async function checkPicture(content: Buffer, mimeType: string, path: string): Promise<void> {
	const { format } = await sharp(content).metadata();
	await sharp(content, { failOn: 'truncated' }).stats();
	if (`image/${format}` !== mimeType) {
		throw new CheckFailed(`${path} should be ${mimeType} and is ${format}.`);
	}
}

function inputOf(run: DemoRun, workflow: WorkflowJson, execution: Execution): Item | undefined {
	const [sender] = Object.entries(workflow.connections).find(([, { main = [] }]) =>
		main.some((output) => output?.some(({ node }) => node === run.node.name)),
	) ?? [undefined];
	return sender === undefined ? undefined : execution.items(sender)[run.item];
}

/** Whether one of the node's mapped inputs names the binary field. */
function usesField(node: WorkflowNode, field: string): boolean {
	return JSON.stringify(node.parameters['inputs'] ?? {}).includes(`:"${field}"`);
}
