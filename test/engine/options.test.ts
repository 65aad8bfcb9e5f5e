import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { surpriseMe } from '../../emulator/apps/surpriseMe';
import { localMagnific } from './support/localMagnific';
import { appRun, byId, json } from './support/parameters';

jest.mock('../../nodes/Magnific/api/clock', () =>
	jest.requireActual<object>('./support/fastClock'),
);

const local = localMagnific();

const surprise = (options: INodeParameters = {}, rest: INodeParameters = {}): INodeParameters =>
	appRun(surpriseMe, json({}), { options, ...rest });

const itemsOf = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, i) => ({ json: { i } }));

const CONTINUE = { settings: { onError: 'continueErrorOutput' as const } };

/** A value as the field stores it, and as an expression that gives it. */
const bothWays = (value: string | number | boolean): Array<string | number | boolean> => [
	value,
	`={{ ${JSON.stringify(value)} }}`,
];

describe('Validate Only', () => {
	it.each([true, 'true', 'TRUE', ' True ', 1, '1', 'yes', 'on'].flatMap(bothWays))(
		'given as %j starts nothing and reports the cost',
		async (validateOnly) => {
			const { json: outputs, error } = await local.run(surprise({ validateOnly }));
			expect(error).toBeUndefined();
			expect(outputs).toMatchObject([{ status: 'validated', credits: 2 }]);
			expect(await local.count('run')).toBe(0);
		},
	);

	it.each([false, 'false', 'No', 0, '0', 'OFF'].flatMap(bothWays))(
		'given as %j lets the run start',
		async (validateOnly) => {
			const { json: outputs } = await local.run(surprise({ validateOnly }));
			expect(outputs).toMatchObject([{ status: 'completed' }]);
		},
	);

	it.each([
		'maybe',
		'',
		2,
		-1,
		'={{ $json.none }}',
		'={{ null }}',
		'={{ "" }}',
		'={{ {} }}',
		'={{ [true] }}',
		'={{ NaN }}',
	])('given as %j is refused in words, and nothing is started', async (validateOnly) => {
		const { error } = await local.run(surprise({ validateOnly }));
		expect(error?.message).toMatch(/^Item 0: Validate Only needs true or false, but /);
		expect(await local.count('run')).toBe(0);
	});
});

describe('Wait', () => {
	it.each(['none', 'NONE', 'Do Not Wait', 'do not wait', ' do-not-wait ', '={{ "Do Not Wait" }}'])(
		'is understood as “%s”',
		async (wait) => {
			const { json: outputs } = await local.run(surprise({}, { wait }));
			expect(outputs).toMatchObject([{ status: 'running' }]);
			expect(await local.count('get_run')).toBe(0);
		},
	);

	it.each(['never', '', '={{ $json.none }}', '={{ true }}', '={{ 0 }}'])(
		'given as “%s” is refused with what there is to choose, and nothing is started',
		async (wait) => {
			const { error } = await local.run(surprise({}, { wait }));
			expect(error?.message).toMatch(
				/^Item 0: Wait needs “Until Finished, Polling” or “Until Finished, Suspended” or “Do Not Wait”, but /,
			);
			expect(await local.count('run')).toBe(0);
		},
	);

	it('of a run that exists takes no way that is not there', async () => {
		const { error } = await local.run({
			resource: 'run',
			operation: 'wait',
			runId: 'vCrK3Aa47y',
			wait: 'none',
		});
		expect(error?.message).toContain('Wait needs “Until Finished, Polling”');
		expect(await local.count('get_run')).toBe(0);
	});
});

describe('a choice', () => {
	it.each(['error', 'ERROR', 'Treat as Failed', 'treat as failed', '={{ "Treat as Failed" }}'])(
		'is understood as “%s”',
		async (onPartial) => {
			await local.control.setOutcome({ status: 'completed_with_errors' });
			const { failed, items } = await local.run(surprise({ onPartial }), CONTINUE);
			expect(items).toEqual([]);
			expect(failed[0]?.json.error).toContain('was only partly completed');
		},
	);

	it('that there is not is refused before anything is spent', async () => {
		for (const options of [{ onPartial: 'fail' }, { onTimeout: 1 }, { outputPer: 'files' }]) {
			const { error } = await local.run(surprise(options));
			expect(error?.message).toMatch(/^Item 0: (On Partial Result|On Timeout|Output Per) needs “/);
		}
		expect(await local.count('run')).toBe(0);
	});
});

describe('Download Files', () => {
	it.each(['true', 'Yes', 1, '={{ "true" }}'])('given as %j downloads', async (downloadFiles) => {
		const { items } = await local.run(surprise({ downloadFiles }));
		expect(Object.keys(items[0]?.binary ?? {})).toEqual(['data']);
	});

	it('given as “sometimes” is refused before anything is spent', async () => {
		const { error } = await local.run(surprise({ downloadFiles: 'sometimes' }));
		expect(error?.message).toBe('Item 0: Download Files needs true or false, but got “sometimes”');
		expect(await local.count('run')).toBe(0);
	});
});

describe('a number', () => {
	it.each(['10', ' 10 ', '={{ "10" }}', '1e1', 10.0])('is understood as %j', async (number) => {
		const options = { maxWait: number, maxConcurrentRuns: number, creditLimit: number };
		const { json: outputs } = await local.run(surprise(options));
		expect(outputs).toMatchObject([{ status: 'completed' }]);
	});

	it('as a text is the limit that it says', async () => {
		const { error } = await local.run(surprise({ creditLimit: '3' }), { items: itemsOf(2) });
		expect(error?.message).toContain('2 runs would cost 4 credits, over the credit limit of 3');
		expect(await local.count('run')).toBe(0);
	});

	it.each<[string, string | number]>([
		['maxConcurrentRuns', 'two'],
		['maxConcurrentRuns', -1],
		['maxConcurrentRuns', 0.5],
		['maxConcurrentRuns', '={{ $json.none }}'],
		['maxWait', 0],
		['maxWait', -5],
		['maxWait', '0'],
		['maxWait', '10 min'],
		['maxWait', '1,5'],
		['maxWait', '0x10'],
		['maxWait', 1e300],
		['maxWait', '={{ null }}'],
		['maxWait', '={{ "" }}'],
		['maxWait', '={{ NaN }}'],
		['maxWait', '={{ [10] }}'],
		['maxWait', '={{ true }}'],
		['creditLimit', -5],
		['creditLimit', '5 credits'],
		['creditLimit', '={{ ({ limit: 5 }) }}'],
		['maxFileSize', 'big'],
	])('%s given as %j is refused in words, and nothing is started', async (name, value) => {
		const { error } = await local.run(surprise({ [name]: value }));
		expect(error?.message).toMatch(
			/^Item 0: (Max Concurrent Runs|Max Wait|Credit Limit|Max File Size) needs a (whole )?number, but /,
		);
		expect(await local.count('run')).toBe(0);
	});

	it('whose field was left empty is not set', async () => {
		const options = { maxWait: '', maxConcurrentRuns: '', creditLimit: '', maxFileSize: '' };
		const { json: outputs } = await local.run(surprise(options));
		expect(outputs).toMatchObject([{ status: 'completed' }]);
	});
});

describe('an option that cannot be resolved for one item', () => {
	const without = "={{ $json.i === 0 ? $('Nowhere').first().json.x : 'x' }}";

	it.each<[string, INodeParameters]>([
		['Metadata', { metadata: { values: [{ name: 'sku', value: without }] } }],
		['Put Files in Field', { binaryField: without }],
		['Put Files in Field', { binaryField: '={{ $json.i === 0 ? undefined : "x" }}' }],
		['Max Wait', { maxWait: without.replace("'x'", '5') }],
		['Validate Only', { validateOnly: without.replace("'x'", 'false') }],
		['Credit Limit', { creditLimit: without.replace("'x'", '100') }],
	])('fails that item alone, by its name (%s)', async (name, options) => {
		const { failed, json: outputs } = await local.run(surprise(options), {
			...CONTINUE,
			items: itemsOf(3),
		});
		expect(failed.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }]);
		expect(failed[0]?.json.error).toMatch(new RegExp(`^${name} (could not be read|needs)`));
		expect(failed[0]?.json.error).not.toContain('makers');
		expect(outputs).toMatchObject([{ status: 'completed' }, { status: 'completed' }]);
		expect(await local.count('run')).toBe(2);
	});

	it('stops a workflow that does not continue, before anything is spent', async () => {
		const options = { metadata: { values: [{ name: 'sku', value: without }] } };
		const { error } = await local.run(surprise(options), { items: itemsOf(3) });
		expect(error?.message).toMatch(/^Item 0: Metadata could not be read: /);
		expect(await local.count('run')).toBe(0);
	});

	it('fails every item where it can be read for none', async () => {
		const { failed, items } = await local.run(
			surprise({ maxWait: "={{ $('Nowhere').first().json.x }}" }),
			{ ...CONTINUE, items: itemsOf(2) },
		);
		expect(items).toEqual([]);
		expect(failed).toHaveLength(2);
		expect(await local.count('run')).toBe(0);
	});
});

describe('metadata', () => {
	it('is the text of what its expressions give; nothing is an empty text', async () => {
		const values = [
			{ name: 'none', value: '={{ $json.none }}' },
			{ name: 'null', value: '={{ null }}' },
			{ name: 'number', value: '={{ 7 }}' },
			{ name: 'flag', value: '={{ false }}' },
			{ name: 'list', value: '={{ [1, "a"] }}' },
			{ name: 'object', value: '={{ ({ a: 1 }) }}' },
			{ name: 'time', value: '={{ new Date(0) }}' },
			{ name: 'text', value: 'as it is' },
			{ name: '={{ 5 }}', value: 'named by a number' },
			{ name: '', value: '' },
		];
		const { json: outputs } = await local.run(surprise({ metadata: { values } }));
		expect(outputs[0]?.metadata).toEqual({
			none: '',
			null: '',
			number: '7',
			flag: 'false',
			list: '[1,"a"]',
			object: '{"a":1}',
			time: '1970-01-01T00:00:00.000Z',
			text: 'as it is',
			'5': 'named by a number',
		});
	});

	it('whose value has no name is refused rather than lost', async () => {
		const values = [{ name: '={{ $json.none }}', value: 'lost' }];
		const { error } = await local.run(surprise({ metadata: { values } }));
		expect(error?.message).toMatch(/^Item 0: Metadata needs a name for each of its values/);
		expect(await local.count('run')).toBe(0);
	});
});

describe('App → Get Many', () => {
	const getMany = (rest: INodeParameters): INodeParameters => ({
		resource: 'app',
		operation: 'getAll',
		...rest,
	});

	it('understands texts, too', async () => {
		const all = await local.run(getMany({ returnAll: 'TRUE' }));
		expect(all.items.length).toBeGreaterThan(2);
		const two = await local.run(getMany({ returnAll: '={{ "no" }}', limit: '={{ "2" }}' }));
		expect(two.items).toHaveLength(2);
		await local.run(getMany({ filters: { owner: '={{ "Made by Me" }}' } }));
		expect(await local.count('mine')).toBe(1);
	});

	it.each<[string, INodeParameters]>([
		['Return All', { returnAll: 'perhaps' }],
		['Limit', { returnAll: false, limit: 0 }],
		['Limit', { returnAll: false, limit: '={{ "many" }}' }],
		['Owner', { filters: { owner: 'theirs' } }],
	])('refuses what it does not understand (%s)', async (name, rest) => {
		const { error } = await local.run(getMany(rest));
		expect(error?.message).toMatch(new RegExp(`^Item 0: ${name} needs`));
	});
});

it('Input Mode and Simplify are understood by their names', async () => {
	const run = await local.run({ ...surprise(), inputMode: '={{ "Json" }}', inputsJson: '{}' });
	expect(run.json).toMatchObject([{ status: 'completed' }]);
	const get = { resource: 'app', operation: 'get', app: byId(surpriseMe.sqid) };
	const simple = await local.run({ ...get, simplify: 'no' });
	expect(simple.json[0]).toHaveProperty('tool_metadata');
	const refused = await local.run({ ...get, simplify: 'a bit' });
	expect(refused.error?.message).toMatch(/^Item 0: Simplify needs true or false/);
});
