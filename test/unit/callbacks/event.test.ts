import fc from 'fast-check';
import { parseEvent, readRunId } from '../../../nodes/Magnific/callbacks/event';

const RUN_ID = 'vCrK3Aa47y';

const image = {
	id: 'c1',
	url: 'https://files.example/c1.png',
	tool: 'model',
	width: 1024,
	height: 768,
	duration: null,
	created_at: '2026-11-01T00:00:20Z',
};

const result = { images: [image], videos: [], audios: [] };

describe('the event in a callback', () => {
	it.each([
		['finished', 'completed'],
		['completed', 'completed'],
		['completed_with_errors', 'completed_with_errors'],
		['failed', 'failed'],
		['cancelled', 'cancelled'],
		['canceled', 'cancelled'],
		['initialized', 'started'],
		['started', 'started'],
		['running', 'started'],
		['pending', 'started'],
		['FINISHED', 'completed'],
		[' Failed ', 'failed'],
		['run.finished', 'completed'],
		['flow:finished', 'completed'],
		['app/run/initialized', 'started'],
		['run.completed_with_errors', 'completed_with_errors'],
	])('is read from “%s” as %s, under each of its names', (word, event) => {
		for (const name of ['event', 'type', 'status']) {
			expect(parseEvent({ run_id: RUN_ID, [name]: word })).toMatchObject({ event });
			expect(parseEvent({ data: { run_id: RUN_ID, [name]: word } })).toMatchObject({ event });
		}
	});

	it.each(['run_id', 'workflow_run_identifier', 'workflowRunIdentifier'])(
		'belongs to the run under `%s`, bare or under `data`',
		(name) => {
			const bare = { [name]: ` ${RUN_ID} `, status: 'failed' };
			for (const body of [bare, { data: bare }, { event: 'failed', data: { [name]: RUN_ID } }]) {
				expect(parseEvent(body)).toMatchObject({
					run_id: RUN_ID,
					event: 'failed',
					run: { run_id: RUN_ID, status: 'failed' },
				});
			}
		},
	);

	it.each([
		['nothing', undefined],
		['null', null],
		['an empty object', {}],
		['a list', [{ run_id: RUN_ID, event: 'finished' }]],
		['a text', 'finished'],
		['a number', 7],
		['no run id', { event: 'finished', data: { result } }],
		['an empty run id', { run_id: ' ', event: 'finished' }],
		['a run id that is an object', { run_id: { id: RUN_ID }, event: 'finished' }],
		['no event', { run_id: RUN_ID, result }],
		['an unknown event', { run_id: RUN_ID, event: 'archived' }],
		['an event that is a list', { run_id: RUN_ID, event: ['finished'] }],
		['a run id in a list', { event: 'finished', data: [{ run_id: RUN_ID }] }],
		['an unfinished word', { run_id: RUN_ID, event: 'unfinished' }],
	])('is none where the body is or has %s', (_, body) => {
		expect(parseEvent(body)).toBeUndefined();
	});

	it('is none where the word names something that every object has', () => {
		for (const event of ['constructor', '__proto__', 'run.constructor']) {
			expect(parseEvent({ run_id: RUN_ID, event })).toBeUndefined();
		}
	});

	it.each([
		[{ event: 'finished', data: { status: 'completed_with_errors' } }, 'completed_with_errors'],
		[{ status: 'completed_with_errors', data: { event: 'finished' } }, 'completed_with_errors'],
		[{ event: 'finished', data: { status: 'failed' } }, 'failed'],
		[{ event: 'completed', data: { status: 'completed_with_errors' } }, 'completed_with_errors'],
		[{ event: 'finished', status: 'running' }, 'completed'],
		[{ status: 'finished', event: 'failed' }, 'failed'],
		[{ status: 'finished', data: { status: 'completed_with_errors' } }, 'completed_with_errors'],
		[{ event: 'initialized', data: { status: 'running' } }, 'started'],
		[{ type: 'webhook', event: 'initialized', status: 'pending' }, 'started'],
		[{ status: 'success', type: 'event', event: 'finished' }, 'completed'],
	])('is what tells most where %j says it more than once', (body, event) => {
		expect(parseEvent({ run_id: RUN_ID, ...body })).toMatchObject({ event });
	});

	it('carries the run as the status answer would, however it is wrapped', () => {
		const run = {
			app_id: 'uqzQLDr2Aw',
			started_at: '2026-11-01T00:00:00Z',
			completed_at: '2026-11-01T00:00:20Z',
			error_message: null,
			result,
		};
		const expected = { run_id: RUN_ID, status: 'completed', ...run };
		for (const body of [
			{ event: 'finished', workflow_run_identifier: RUN_ID, status: 'completed', ...run },
			{ event: 'finished', data: { run_id: RUN_ID, status: 'completed', ...run } },
			{ type: 'run.finished', run_id: RUN_ID, payload: { status: 'COMPLETED', ...run } },
			{ id: 'evt_1', type: 'flow.run.finished', run: { id: RUN_ID, status: 'completed', ...run } },
		]) {
			expect(parseEvent(body)).toEqual({
				run_id: RUN_ID,
				event: 'completed',
				app_id: 'uqzQLDr2Aw',
				run: expected,
			});
		}
	});

	it('has no run where a success lacks its result, so that the API is asked', () => {
		for (const status of ['completed', 'completed_with_errors']) {
			for (const without of [undefined, null, 'none', [image], {}, { files: [image] }]) {
				expect(parseEvent({ run_id: RUN_ID, status, result: without })?.run).toBeNull();
			}
		}
	});

	it.each([
		['`finished` and no status', { event: 'finished' }],
		['the name of an event only', { event: 'run.completed' }],
		['a status that is none of a run', { event: 'finished', status: 'finished' }],
		['a run that goes on', { event: 'finished', status: 'running' }],
		['an error message', { status: 'completed', error_message: 'Step 2 failed' }],
		['an error message of an object', { status: 'completed', error: { message: 'Step 2' } }],
		['two endings', { status: 'completed', data: { status: 'failed' } }],
		['another ending in its name', { event: 'failed', status: 'completed' }],
		['a start in its name', { event: 'initialized', status: 'completed' }],
		['a failure with files', { status: 'failed' }],
	])('has no run where the callback has %s, so that the API is asked', (_, says) => {
		expect(parseEvent({ run_id: RUN_ID, result, ...says })).toMatchObject({ run: null });
	});

	it('has no run where its id may be that of something else, so that the API is asked', () => {
		for (const body of [
			{ id: RUN_ID, status: 'failed' },
			{ id: 'evt_1', status: 'failed', data: { id: RUN_ID } },
		]) {
			expect(parseEvent(body)).toMatchObject({ run_id: RUN_ID, event: 'failed', run: null });
		}
	});

	it('takes a result with empty lists at its word', () => {
		const empty = { images: [], videos: [], audios: [] };
		expect(parseEvent({ run_id: RUN_ID, status: 'completed', result: empty })?.run?.result).toEqual(
			empty,
		);
	});

	it('has a run without a result where it failed or was cancelled', () => {
		for (const event of ['failed', 'cancelled']) {
			expect(
				parseEvent({ data: { run_id: RUN_ID, event, error_message: 'Out of memory' } })?.run,
			).toMatchObject({ status: event, error_message: 'Out of memory', result: null });
		}
	});

	it.each([
		[{ run_id: 4711 }, '4711'],
		[{ runId: RUN_ID }, RUN_ID],
		[{ id: RUN_ID }, RUN_ID],
		[{ data: { id: RUN_ID } }, RUN_ID],
		[{ run: { id: RUN_ID } }, RUN_ID],
		[{ id: 'evt_1', data: { object: { id: RUN_ID } } }, RUN_ID],
		[{ id: 'evt_1', payload: { flow_run: { id: RUN_ID }, id: 'c1' } }, RUN_ID],
		[{ id: 'evt_1', data: { run: { run_id: RUN_ID, id: 'c1' } } }, RUN_ID],
		[{ id: 'evt_1', data: { workflowRunIdentifier: RUN_ID } }, RUN_ID],
		[{ event: 'finished', app: { id: 'uqzQLDr2Aw' } }, undefined],
		[{ run_id: null, data: [] }, undefined],
		[[{ run_id: RUN_ID }], undefined],
		['vCrK3Aa47y', undefined],
	])('of %j is of the run %s, event or not', (body, run_id) => {
		expect(readRunId(body)).toBe(run_id);
	});

	it('is read from names of several words, as the editor and the API write them', () => {
		for (const event of ['run_finished', 'flow.run_finished', 'run-finished', 'runFinished']) {
			expect(parseEvent({ run_id: RUN_ID, event })).toMatchObject({ event: 'completed' });
		}
		for (const status of [
			'completedWithErrors',
			'Completed With Errors',
			'completed-with-errors',
		]) {
			expect(parseEvent({ run_id: RUN_ID, status })).toMatchObject({
				event: 'completed_with_errors',
			});
		}
		for (const status of ['not_completed', 'partially completed', 'completedish']) {
			expect(parseEvent({ run_id: RUN_ID, status })).toBeUndefined();
		}
	});

	it('has no run at a start, even where a result is there', () => {
		expect(parseEvent({ run_id: RUN_ID, event: 'initialized', result })?.run).toBeNull();
	});

	it('names the app under either name, or none', () => {
		expect(parseEvent({ run_id: RUN_ID, event: 'failed', app_id: 'a' })?.app_id).toBe('a');
		expect(parseEvent({ run_id: RUN_ID, event: 'failed', flow_id: 'f' })?.app_id).toBe('f');
		expect(
			parseEvent({ run_id: RUN_ID, event: 'failed', data: { flow_id: 'f' } })?.run,
		).toMatchObject({ app_id: 'f' });
		expect(parseEvent({ run_id: RUN_ID, event: 'failed', appId: 'a' })?.run?.app_id).toBe('a');
		for (const app of [{ sqid: 's' }, { id: 's' }]) {
			expect(parseEvent({ run_id: RUN_ID, event: 'failed', app })?.app_id).toBe('s');
			expect(parseEvent({ run: { id: RUN_ID, flow: app }, event: 'failed' })?.app_id).toBe('s');
		}
		expect(parseEvent({ run_id: RUN_ID, event: 'failed' })?.app_id).toBeNull();
	});

	it('never throws, and names only runs and events that are in the body', () => {
		const word = fc.oneof(
			fc.constantFrom('finished', 'failed', 'initialized', 'constructor', '__proto__', RUN_ID),
			fc.jsonValue({ maxDepth: 1 }),
		);
		const key = fc.constantFrom(
			'run_id',
			'workflow_run_identifier',
			'event',
			'type',
			'status',
			'result',
			'app_id',
			'__proto__',
		);
		const layer = fc.dictionary(key, word);
		const body = fc.oneof(
			layer,
			fc.record({ data: layer, payload: layer }, { requiredKeys: [] }),
			fc.jsonValue(),
		);
		fc.assert(
			fc.property(body, (value) => {
				const event = parseEvent(JSON.parse(JSON.stringify(value)));
				if (!event) return;
				expect(JSON.stringify(value)).toContain(JSON.stringify(event.run_id).slice(1, -1).trim());
				expect(['started', 'completed', 'completed_with_errors', 'failed', 'cancelled']).toContain(
					event.event,
				);
				if (event.run)
					expect(event.run).toMatchObject({ run_id: event.run_id, status: event.event });
			}),
			{ numRuns: 500 },
		);
	});
});
