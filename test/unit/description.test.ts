import type { INodeProperties } from 'n8n-workflow';
import { Magnific } from '../../nodes/Magnific/Magnific.node';
import { MagnificTrigger } from '../../nodes/Magnific/MagnificTrigger.node';
import { resources } from '../../nodes/Magnific/resources';

/**
 * What users' workflows have saved: names, values and defaults must not change once released, while
 * labels and texts may.
 */
const { description, methods } = new Magnific();

interface Contract {
	type: string;
	default: unknown;
	/** Values of an `options` parameter, sorted. */
	values?: Array<string | number | boolean>;
	/** The parameters of a collection, by name. */
	options?: Record<string, Contract>;
}

const contractOf = ({ type, default: value, options }: INodeProperties): Contract => {
	const values = options?.flatMap((option) => ('value' in option ? [option.value] : [])).sort();
	const nested = options?.flatMap((option) => ('type' in option ? [option] : []));
	return {
		type,
		default: value,
		...(type === 'options' ? { values: values ?? [] } : {}),
		...(type === 'collection' ? { options: contractsOf(nested ?? []) } : {}),
	};
};

const contractsOf = (properties: INodeProperties[]): Record<string, Contract> =>
	Object.fromEntries(properties.map((property) => [property.name, contractOf(property)]));

/** The resource that a parameter belongs to. */
const resourceOf = ({ displayOptions }: INodeProperties): string => {
	const resource = displayOptions?.show?.resource?.[0];
	return typeof resource === 'string' ? resource : '';
};

const named = (name: string, all = description.properties): INodeProperties[] =>
	all.filter((property) => property.name === name);

/** The parameters that an operation shows, whatever else decides about some of them. */
const shownFor = (resource: string, operation: string): Record<string, Contract> =>
	contractsOf(
		description.properties.filter(({ displayOptions, name }) => {
			const { show } = displayOptions ?? {};
			return (
				name !== 'operation' &&
				show?.resource?.includes(resource) === true &&
				show.operation?.includes(operation) === true
			);
		}),
	);

const locator: Contract = { type: 'resourceLocator', default: { mode: 'list', value: '' } };
const runId: Contract = { type: 'string', default: '' };

const output: Record<string, Contract> = {
	outputPer: { type: 'options', default: 'run', values: ['file', 'run'] },
	downloadFiles: { type: 'boolean', default: false },
	maxFileSize: { type: 'number', default: 0 },
	binaryField: { type: 'string', default: 'data' },
};

/** Shown where the node is a tool. */
const forAgent: Record<string, Contract> = {
	output: {
		type: 'options',
		default: 'simplified',
		values: ['raw', 'selectedFields', 'simplified'],
	},
	outputFields: { type: 'multiOptions', default: [] },
};

const ending: Record<string, Contract> = {
	maxWait: { type: 'number', default: 30 },
	onTimeout: { type: 'options', default: 'error', values: ['error', 'output'] },
	onPartial: { type: 'options', default: 'output', values: ['error', 'output'] },
};

const collection = (options: Record<string, Contract>): Contract => ({
	type: 'collection',
	default: {},
	options,
});

/** The given parameters, whatever others came later. */
const only = (all: Record<string, Contract>, wanted: Record<string, Contract>) =>
	Object.fromEntries(Object.keys(wanted).map((name) => [name, all[name]]));

describe('the node', () => {
	it('is saved under a type and a version that must not change', () => {
		expect(description.name).toBe('magnific');
		expect(description.version).toBe(1);
		expect(description.usableAsTool).toBeTruthy();
		expect(description.credentials).toEqual([
			{ name: 'magnificApi', required: true, testedBy: 'magnificApiTest' },
		]);
	});

	it('calls what it runs apps and flows, the later name, so that a search for either finds it', () => {
		const descriptions = [
			description.description,
			new MagnificTrigger().description.description,
			...['app', 'wait'].flatMap((name) => named(name).map((property) => property.description)),
			...named('operation')
				.filter((operation) => resourceOf(operation) === 'app')
				.flatMap(({ options = [] }) =>
					options.map((option) => ('description' in option ? option.description : undefined)),
				),
		];
		for (const said of descriptions.filter((text) => text?.includes('app') === true)) {
			expect(said).toMatch(/flow/);
		}
		expect(named('wait').some(({ description: said }) => said?.includes('webhooks'))).toBe(true);
	});

	it('has the documented resources and operations, Run App being the default', () => {
		expect(named('resource').map(contractOf)).toEqual([
			{ type: 'options', default: 'app', values: ['app', 'creation', 'file', 'run', 'usage'] },
		]);
		const byResource = Object.fromEntries(
			named('operation').map((operation) => [resourceOf(operation), contractOf(operation)]),
		);
		expect(byResource).toEqual({
			app: { type: 'options', default: 'run', values: ['get', 'getAll', 'run'] },
			creation: { type: 'options', default: 'getAll', values: ['getAll'] },
			file: { type: 'options', default: 'upload', values: ['getAll', 'upload'] },
			run: { type: 'options', default: 'get', values: ['get', 'wait'] },
			usage: { type: 'options', default: 'get', values: ['get'] },
		});
	});

	it('carries out each operation that it shows, and no other', () => {
		const shown = named('operation').flatMap((operation) =>
			(contractOf(operation).values ?? []).map(
				(value) => `${resourceOf(operation)}:${String(value)}`,
			),
		);
		const known = resources.flatMap(({ value, operations }) =>
			operations.map((operation) => `${value}:${operation.value}`),
		);
		expect(known.sort()).toEqual(shown.sort());
	});

	it('has the documented parameters of App → Run', () => {
		const wanted = {
			app: locator,
			inputMode: { type: 'options', default: 'fields', values: ['fields', 'json'] },
			inputs: { type: 'resourceMapper', default: { mappingMode: 'defineBelow', value: null } },
			inputsJson: { type: 'json', default: '{}' },
		};
		const shown = shownFor('app', 'run');
		expect(only(shown, wanted)).toEqual(wanted);
		expect(shown.wait).toMatchObject({ type: 'options', default: 'poll' });
		expect(shown.wait?.values).toContain('none');
		expect(shown.wait?.values).toContain('poll');
		const options = {
			...output,
			...ending,
			maxConcurrentRuns: { type: 'number', default: 0 },
			creditLimit: { type: 'number', default: '' },
			validateOnly: { type: 'boolean', default: true },
		};
		expect(shown.options).toMatchObject({ type: 'collection', default: {} });
		expect(only(shown.options?.options ?? {}, options)).toEqual(options);
	});

	it('has the documented parameters of App → Get', () => {
		expect(shownFor('app', 'get')).toEqual({
			app: locator,
			outputPer: { type: 'options', default: 'app', values: ['app', 'input'] },
			simplify: { type: 'boolean', default: true },
			...forAgent,
		});
	});

	it('has the documented parameters of App → Get Many', () => {
		expect(shownFor('app', 'getAll')).toEqual({
			returnAll: { type: 'boolean', default: false },
			limit: { type: 'number', default: 50 },
			filters: collection({
				search: { type: 'string', default: '' },
				owner: { type: 'options', default: 'available', values: ['available', 'mine'] },
			}),
			...forAgent,
		});
	});

	it('has the documented parameters of Creation → Get Many, File → Upload and Get Many, Usage → Get', () => {
		const download = Object.fromEntries(
			Object.entries(output).filter(([name]) => name !== 'outputPer'),
		);
		const many = {
			returnAll: { type: 'boolean', default: false },
			limit: { type: 'number', default: 50 },
			options: collection(download),
		};
		const date = { type: 'dateTime', default: '' };
		const ids = { type: 'multiOptions', default: [] };
		expect(shownFor('creation', 'getAll')).toEqual({
			...many,
			filters: collection({
				createdAfter: date,
				createdBefore: date,
				tool: { type: 'options', default: '', values: [] },
			}),
			simplify: { type: 'boolean', default: true },
			...forAgent,
		});
		expect(shownFor('file', 'upload')).toEqual({
			binaryField: { type: 'string', default: 'data' },
			...forAgent,
		});
		expect(shownFor('file', 'getAll')).toEqual({ ...many, ...forAgent });
		expect(shownFor('usage', 'get')).toEqual({
			startDate: date,
			endDate: date,
			granularity: { type: 'options', default: 'day', values: ['day', 'month', 'week', 'year'] },
			options: collection({ apiKeyIds: ids, groupIds: ids, projectReferences: ids }),
			...forAgent,
		});
	});

	it('has the documented parameters of Run → Get', () => {
		expect(shownFor('run', 'get')).toEqual({ runId, options: collection(output), ...forAgent });
	});

	it('has the documented parameters of Run → Wait', () => {
		const shown = shownFor('run', 'wait');
		const wanted = { runId, options: collection({ ...output, ...ending }) };
		expect(only(shown, wanted)).toEqual(wanted);
		expect(shown.wait).toMatchObject({ type: 'options', default: 'poll' });
		expect(shown.wait?.values).toContain('poll');
	});

	it('lets an app be chosen from a searchable list or by its id', () => {
		for (const { modes } of named('app')) {
			expect(modes?.map(({ name, type }) => [name, type])).toEqual([
				['list', 'list'],
				['id', 'string'],
			]);
			expect(modes?.[0]?.typeOptions).toMatchObject({
				searchListMethod: 'searchApps',
				searchable: true,
			});
			expect(modes?.[1]?.validation).toMatchObject([
				{ type: 'regex', properties: { regex: '^[A-Za-z0-9]{6,20}$' } },
			]);
		}
	});

	it('loads the form for the chosen app, again when the app changes', () => {
		const [inputs] = named('inputs');
		expect(inputs?.typeOptions).toMatchObject({
			loadOptionsDependsOn: ['app.value'],
			resourceMapper: {
				resourceMapperMethod: 'getAppInputs',
				mode: 'add',
				supportAutoMap: true,
				refreshStaleSchemaOnOpen: true,
			},
		});
		expect(inputs?.noDataExpression).toBe(true);
		expect(inputs?.displayOptions).toMatchObject({
			show: { inputMode: ['fields'] },
			hide: { app: [''] },
		});
	});

	it('has the methods that its parameters name', () => {
		expect(Object.keys(methods.listSearch)).toContain('searchApps');
		expect(Object.keys(methods.resourceMapping)).toContain('getAppInputs');
		expect(Object.keys(methods.credentialTest)).toContain('magnificApiTest');
	});
});

describe('the options of App → Run', () => {
	const [options] = named('options').filter(
		({ displayOptions }) =>
			displayOptions?.show?.resource?.includes('app') === true &&
			displayOptions.show.operation?.includes('run') === true,
	);
	const all = (options?.options ?? []).flatMap((option) => ('type' in option ? [option] : []));
	const shownWith = (wait: string): string[] =>
		all
			.filter(({ displayOptions: { show, hide } = {} }) => {
				const isHidden = hide?.['/wait']?.includes(wait) === true;
				return !isHidden && show?.['/wait']?.includes(wait) !== false;
			})
			.map(({ displayName }) => displayName);

	it('are sorted by name', () => {
		const names = all.map(({ displayName }) => displayName);
		expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
	});

	it('are only those that have an effect where nothing is waited for', () => {
		expect(shownWith('none')).toEqual([
			'Credit Limit',
			'Metadata',
			'Notify Trigger Name or ID',
			'Reuse Key',
			'Reuse Runs (Hours)',
			'Validate Only',
		]);
	});

	it('are all but those for other ways to wait where the execution waits', () => {
		expect(all.map(({ displayName }) => displayName)).toEqual(
			expect.arrayContaining(shownWith('poll')),
		);
		expect(shownWith('poll')).not.toContain('Notify Trigger Name or ID');
		expect(shownWith('poll')).toContain('Max Concurrent Runs');
		expect(shownWith('webhook')).toEqual(shownWith('poll').filter((name) => name !== 'On Timeout'));
	});
});
