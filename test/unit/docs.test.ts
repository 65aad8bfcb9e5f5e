import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { INodeProperties } from 'n8n-workflow';
import { MagnificApi } from '../../credentials/MagnificApi.credentials';
import { Magnific } from '../../nodes/Magnific/Magnific.node';
import { MagnificTrigger } from '../../nodes/Magnific/MagnificTrigger.node';
import { surfaceOf } from '../../scripts/lib/contract/surface';
import { TEST_PROJECTS } from '../../scripts/lib/jest';
import { readManifest } from '../../scripts/lib/package/manifest';
import { ROOT } from '../../scripts/lib/paths';
import { plainText, readPage, type Page } from './support/markdown';

const pagesIn = (folder: string): string[] =>
	readdirSync(join(ROOT, folder))
		.filter((name) => name.endsWith('.md'))
		.map((name) => join(folder, name));

const DOCS = pagesIn('docs');

const FILES = [...pagesIn('.'), 'emulator/README.md', ...DOCS];

/** Made by the scripts, and not kept. */
const GENERATED = ['dist/', 'demo-output/'];

const pages = new Map<string, Page>();

const page = (file: string): Page => {
	const known = pages.get(file) ?? readPage(join(ROOT, file));
	pages.set(file, known);
	return known;
};

const brokenLinks = (file: string): string[] =>
	page(file).targets.filter((target) => {
		if (/^[a-z]+:/.test(target)) return false;
		const [path = '', anchor] = target.split('#');
		const absolute = path === '' ? join(ROOT, file) : resolve(ROOT, dirname(file), path);
		if (!existsSync(absolute)) return true;
		return anchor !== undefined && !page(relative(ROOT, absolute)).anchors.includes(anchor);
	});

/** `npm run demo -- --once` → `demo`; `npm test unit` → `test`. */
const namedScripts = ({ code }: Page): string[] =>
	code.flatMap((text) =>
		[...text.matchAll(/\bnpm (?:run ([\w:-]+)|(test)\b)/g)].map(
			([, script, test]) => script ?? test ?? '',
		),
	);

const namedProjects = ({ code }: Page): string[] =>
	code.flatMap((text) =>
		[...text.matchAll(/\bnpm test (\w+)/g)].map(([, project]) => project ?? ''),
	);

const PATH = /^(?:[\w.-]+\/)+(?:[\w.-]+\.(?:ts|mjs|js|json|md|yml))?$/;

/** A folder, or a file with a known ending; from the root, the nodes' folder or the page's own. */
const missingPaths = (file: string): string[] =>
	page(file)
		.codeSpans.filter((text) => PATH.test(text) && !GENERATED.includes(text))
		.filter(
			(text) =>
				!['', 'nodes/Magnific', dirname(file)].some((folder) =>
					existsSync(join(ROOT, folder, text)),
				),
		);

/** The entries of a tree as CONTRIBUTING draws it: what is indented lies in the folder above it. */
const treePaths = ({ plainBlocks }: Page): string[] =>
	plainBlocks.flatMap((block) => {
		let folder = '';
		return block.split('\n').flatMap((line) => {
			const [, indent = '', name] = /^( *)([\w./-]+)(?: {2,}\S|$)/.exec(line) ?? [];
			if (name === undefined) return [];
			if (indent === '') folder = name;
			return [indent === '' ? name : join(folder, name)];
		});
	});

const flatten = (properties: INodeProperties[]): INodeProperties[] =>
	properties.flatMap((property) => [
		property,
		...(property.options ?? []).flatMap((option) =>
			'values' in option ? flatten(option.values) : 'type' in option ? flatten([option]) : [],
		),
	]);

const parameters = [new Magnific(), new MagnificTrigger()].flatMap(({ description }) =>
	flatten(description.properties),
);

const credentialNames = new MagnificApi().properties.map(({ displayName }) => displayName);

const optionNames = parameters.flatMap(({ options = [] }) =>
	options.flatMap((option) => ('value' in option ? [option.name] : [])),
);

/** As n8n demands them, lists have names that end in “Name or ID”; people leave that out. */
const parameterNames = parameters.flatMap(({ displayName }) => [
	displayName,
	displayName.replace(/ Names? or IDs?$/, ''),
]);

const PARAMETER_HEADERS = ['Parameter', 'Option', 'Setting'];

const unknownParameters = ({ tables }: Page): string[] =>
	tables
		.filter(({ header }) => PARAMETER_HEADERS.includes(header))
		.flatMap(({ firstCells }) => firstCells.map(({ tokens }) => plainText(tokens)))
		.flatMap((text) => text.split(/, | → /))
		.filter((name) => !parameterNames.includes(name));

/** `_Options → Output Per → File_`: the parts must be the editor's. */
const unknownSteps = ({ emphasized }: Page): string[] =>
	emphasized
		.filter((text) => text.startsWith('Options → '))
		.flatMap((text) => text.split(' → ').slice(1))
		.filter((part) => ![...parameterNames, ...optionNames].includes(part));

/** Rows of a table of fields: code names a field of the output, plain text one of the credential. */
const unknownFields = ({ tables }: Page, outputFields: Set<string>): string[] =>
	tables
		.filter(({ header }) => header === 'Field')
		.flatMap(({ firstCells }) => firstCells)
		.flatMap(({ tokens }) =>
			tokens.some(({ type }) => type === 'codespan')
				? tokens
						.filter(({ type }) => type === 'codespan')
						.map((token) => plainText([token]))
						.filter((name) => !outputFields.has(name))
				: [plainText(tokens)].filter((name) => !credentialNames.includes(name)),
		);

const SOURCES = ['credentials', 'nodes']
	.flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
			.filter((name) => name.endsWith('.ts'))
			.map((name) => readFileSync(join(ROOT, folder, name), 'utf8')),
	)
	.join('\n');

const SHORTEST_FRAGMENT = 12;

/** Of the messages in tables of what people see, the parts between values; `_so_` is no message. */
const unknownMessages = ({ tables }: Page): string[] =>
	tables
		.filter(({ header }) => header === 'You see')
		.flatMap(({ firstCells }) => firstCells)
		.flatMap(({ tokens }) => tokens.filter(({ type }) => type === 'text'))
		.flatMap((token) => plainText([token]).split(/[…;:“”()]|\d+/))
		.map((fragment) => fragment.trim())
		.filter((fragment) => fragment.length >= SHORTEST_FRAGMENT && !SOURCES.includes(fragment));

const outputFields = new Set<string>();

beforeAll(async () => {
	const now = await surfaceOf({
		credential: new MagnificApi(),
		node: new Magnific(),
		trigger: new MagnificTrigger(),
	});
	const fields = Object.keys(now)
		.filter((path) => path.startsWith('output '))
		.flatMap((path) => path.split(' / ').slice(1));
	for (const field of fields) outputFields.add(field);
});

describe.each(FILES)('%s', (file) => {
	it('links to pages, headings and pictures that exist', () => {
		expect(brokenLinks(file)).toEqual([]);
	});

	it('names scripts, test projects, files and folders that exist', async () => {
		const { scripts } = await readManifest();
		const projects: readonly string[] = TEST_PROJECTS;
		expect(namedScripts(page(file)).filter((name) => !(name in scripts))).toEqual([]);
		expect(namedProjects(page(file)).filter((name) => !projects.includes(name))).toEqual([]);
		expect(missingPaths(file)).toEqual([]);
		expect(treePaths(page(file)).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
	});

	it('names parameters, options and fields as the editor and the output do', () => {
		expect(unknownParameters(page(file))).toEqual([]);
		expect(unknownSteps(page(file))).toEqual([]);
		expect(unknownFields(page(file), outputFields)).toEqual([]);
	});

	it('names n8n’s variable for its address by its later name, whatever else it is called', () => {
		const text = readFileSync(join(ROOT, file), 'utf8');
		expect(/(?<!N8N_)WEBHOOK_URL/.test(text) && !text.includes('N8N_WEBHOOK_URL')).toBe(false);
	});

	it('quotes messages that the nodes really have', () => {
		expect(unknownMessages(page(file))).toEqual([]);
	});
});

describe('the README', () => {
	it('has the sections that n8n asks of a verified node', () => {
		expect(page('README.md').headings).toEqual(
			expect.arrayContaining([
				'Install',
				'Credential',
				'Your first workflow',
				'Operations',
				'Compatibility and limits',
				'Links',
				'License',
			]),
		);
	});

	it('links to every page of the docs', () => {
		expect(page('README.md').targets).toEqual(expect.arrayContaining(DOCS));
	});
});

describe('the operations page', () => {
	it('names every parameter of App → Run', () => {
		const named = page('docs/operations.md')
			.tables.flatMap(({ firstCells }) => firstCells)
			.map(({ tokens }) => plainText(tokens));
		const shown = flatten(
			new Magnific().description.properties.filter(
				({ displayOptions }) =>
					displayOptions?.show?.resource?.includes('app') === true &&
					displayOptions.show.operation?.includes('run') === true,
			),
		).map(({ displayName }) => displayName);
		const parts = ['Options', 'Name', 'Value'];
		expect(shown.filter((name) => !parts.includes(name) && !named.includes(name))).toEqual([]);
	});
});
