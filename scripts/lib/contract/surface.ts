import type { ICredentialType, INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { isRecord } from '../../../nodes/Magnific/api/guards';
import { sampleOutputs } from './outputs';

/**
 * All that people's workflows have saved or read of this package, by its path, with what it is:
 * `node magnific / app:run / wait` → `options, default "poll"`. n8n does not save a parameter that
 * has its default value, so the default is a part of what it is.
 */
export type Surface = Record<string, string>;

const SEPARATOR = ' / ';
/** A field that had no value may get one. */
const NOTHING = 'null';

const join = (...parts: string[]): string => parts.filter((part) => part !== '').join(SEPARATOR);

type Entry = [path: string, is: string];

const parameterEntries = (prefix: string, properties: INodeProperties[]): Entry[] =>
	properties
		.filter(({ type }) => type !== 'notice')
		.flatMap(({ name, type, default: value, options = [], modes = [] }) => {
			const path = join(prefix, name);
			return [
				[path, `${type}, default ${JSON.stringify(value)}`] satisfies Entry,
				...modes.map((mode): Entry => [`${path} by ${mode.name}`, mode.type]),
				...options.flatMap((option): Entry[] => {
					if ('values' in option) return parameterEntries(join(path, option.name), option.values);
					if ('type' in option) return parameterEntries(path, [option]);
					return [[`${path} = ${String(option.value)}`, 'value']];
				}),
			];
		});

/** Under each resource and operation that shows them: many operations have an `options`. */
const scopesOf = ({ displayOptions }: INodeProperties): string[] => {
	const { resource = [''], operation = [''] } = displayOptions?.show ?? {};
	return resource.flatMap((one) =>
		operation.map((other) =>
			[one, other]
				.filter((part): part is string => typeof part === 'string' && part !== '')
				.join(':'),
		),
	);
};

const nodeEntries = (description: INodeTypeDescription): Entry[] => {
	const node = `node ${description.name}`;
	return [
		[node, `version ${JSON.stringify(description.version)}`],
		...(description.credentials ?? []).map(
			({ name, required }): Entry => [
				`${node} uses ${name}`,
				required === true ? 'required' : 'optional',
			],
		),
		...(description.webhooks ?? []).map(
			({ name, httpMethod, path }): Entry => [
				`${node} webhook ${name}`,
				`${httpMethod} ${JSON.stringify(path)}`,
			],
		),
		...description.properties.flatMap((property) =>
			scopesOf(property).flatMap((scope) => parameterEntries(join(node, scope), [property])),
		),
	];
};

const fieldEntries = (path: string, value: unknown): Entry[] => {
	if (Array.isArray(value)) {
		return [[path, 'list'], ...value.slice(0, 1).flatMap((one) => fieldEntries(`${path}[]`, one))];
	}
	if (!isRecord(value)) return [[path, value === null ? NOTHING : typeof value]];
	return [
		[path, 'object'],
		...Object.entries(value).flatMap(([name, field]) => fieldEntries(join(path, name), field)),
	];
};

/** What this package publishes. */
export interface Published {
	credential: ICredentialType;
	node: { description: INodeTypeDescription };
	trigger: { description: INodeTypeDescription };
}

/** What a version of the package offers. */
export const surfaceOf = async ({ credential, node, trigger }: Published): Promise<Surface> => {
	return Object.fromEntries([
		[`credential ${credential.name}`, 'credential'],
		...parameterEntries(`credential ${credential.name}`, credential.properties),
		...nodeEntries(node.description),
		...nodeEntries(trigger.description),
		...Object.entries(await sampleOutputs(node, trigger)).flatMap(([what, json]) =>
			fieldEntries(`output ${what}`, json),
		),
	]);
};

/** What was there in a release and is gone or something else now, in words; additions are none. */
export const lostSince = (released: Surface, now: Surface): string[] =>
	Object.entries(released).flatMap(([path, was]) => {
		const is = now[path];
		if (is === undefined) return [`${path} is gone (it was: ${was}).`];
		const isKept = is === was || was === NOTHING;
		return isKept ? [] : [`${path} was ${was}, and is ${is}.`];
	});
