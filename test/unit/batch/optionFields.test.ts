import {
	appRunOptions,
	creditLimit,
	maxConcurrentRuns,
	metadata,
	onPartial,
	onTimeout,
	optionsField,
	output,
	outputOptions,
	reuseKey,
	reuseRuns,
	runGetOptions,
	runWaitOptions,
	sorted,
	validateOnly,
	waitOption,
} from '../../../nodes/Magnific/batch/optionFields';

const given = (value: unknown) => ({ value, isExpression: false });

/** Under which settings each option is hidden. */
const hidden = (options: typeof appRunOptions) =>
	Object.fromEntries(options.map(({ name, displayOptions }) => [name, displayOptions?.hide ?? {}]));

const AGENT = { '@tool': [true] };

describe('the options of App → Run', () => {
	it('are sorted by their names, as n8n wants them', () => {
		const names = appRunOptions.map(({ displayName }) => displayName);
		expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)));
		expect(sorted([output.outputPer.field, creditLimit.field])[0]).toBe(creditLimit.field);
	});

	it('are hidden where they have no effect', () => {
		const notWaiting = { '/wait': ['none'] };
		const notPolling = { '/wait': ['none', 'webhook'] };
		expect(hidden(appRunOptions)).toEqual({
			creditLimit: {},
			downloadFiles: { ...notWaiting, ...AGENT },
			maxConcurrentRuns: { ...notWaiting, ...AGENT },
			maxFileSize: { ...notWaiting, ...AGENT },
			maxWait: notWaiting,
			metadata: {},
			notifyTrigger: {},
			onPartial: notWaiting,
			onTimeout: notPolling,
			outputPer: notWaiting,
			binaryField: { ...notWaiting, ...AGENT },
			reuseKey: {},
			reuseRuns: {},
			validateOnly: {},
		});
	});
});

it('has the same options for Run → Get and Run → Wait, as far as they make sense there', () => {
	const files = { downloadFiles: AGENT, maxFileSize: AGENT, binaryField: AGENT };
	expect(hidden(runGetOptions)).toEqual({ ...files, outputPer: {} });
	expect(hidden(runWaitOptions)).toEqual({
		...files,
		outputPer: {},
		maxWait: {},
		onPartial: {},
		onTimeout: {},
	});
	expect(outputOptions.map(({ displayOptions }) => displayOptions)).toEqual(
		outputOptions.map(() => undefined),
	);
	expect(optionsField(runGetOptions)).toMatchObject({ name: 'options', options: runGetOptions });
});

describe('what holds where an option is not set', () => {
	it('spends nothing unasked for and keeps everything', () => {
		expect({
			creditLimit: creditLimit.unset,
			reuseRuns: reuseRuns.unset,
			reuseKey: reuseKey.unset,
			validateOnly: validateOnly.unset,
			maxConcurrentRuns: maxConcurrentRuns.unset,
			onPartial: onPartial.unset,
			onTimeout: onTimeout.unset,
			metadata: metadata.unset,
			outputPer: output.outputPer.unset,
		}).toEqual({
			creditLimit: null,
			reuseRuns: null,
			reuseKey: null,
			validateOnly: false,
			maxConcurrentRuns: 0,
			onPartial: 'output',
			onTimeout: 'error',
			metadata: {},
			outputPer: 'run',
		});
	});
});

it.each([
	['Credit Limit', creditLimit],
	['Max Concurrent Runs', maxConcurrentRuns],
	['Max File Size', output.maxFileSize],
	['Reuse Runs', reuseRuns],
])('takes no %s under 0', (name, option) => {
	expect(option.read(given(0))).toBe(0);
	expect(() => option.read(given(-1))).toThrow(`${name} needs a`);
});

it('takes no part of a run for Max Concurrent Runs', () => {
	expect(() => maxConcurrentRuns.read(given(1.5))).toThrow('a whole number');
});

it.each([
	['Metadata', metadata],
	['Reuse Key', reuseKey],
])('says what %s needs', (name, option) => {
	expect(() => option.read(given(['x']))).toThrow(`${name} needs a`);
});

it('waits by polling where nothing else is chosen, and lets no agent choose', () => {
	const wait = waitOption('How', [{ name: 'Not', value: 'none' as const }]);
	expect([wait.unset, wait.field.displayOptions]).toEqual(['poll', { hide: AGENT }]);
	expect(['poll', 'none'].map((way) => wait.read(given(way)))).toEqual(['poll', 'none']);
});
