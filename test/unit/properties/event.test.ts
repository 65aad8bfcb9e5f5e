import fc from 'fast-check';
import { isEnded } from '../../../nodes/Magnific/api/types';
import { parseEvent, type RunEvent } from '../../../nodes/Magnific/callbacks/event';
import { holds } from './holds';
import { anything, loose, overTheWire, word } from './values';

const EVENTS = ['started', 'completed', 'completed_with_errors', 'failed', 'cancelled'];

const meaning = fc.constantFrom<Array<[string, RunEvent['event']]>>(
	['initialized', 'started'],
	['running', 'started'],
	['finished', 'completed'],
	['run.finished', 'completed'],
	['COMPLETED', 'completed'],
	['completed_with_errors', 'completed_with_errors'],
	['flow:failed', 'failed'],
	['canceled', 'cancelled'],
);

const files = fc.array(fc.record({ url: fc.webUrl() }), { maxLength: 3 });

const callback = fc.record({
	run_id: word(),
	app_id: fc.option(word()),
	meaning,
	result: fc.record({ images: files, videos: files }),
	idName: fc.constantFrom('run_id', 'workflow_run_identifier', 'workflowRunIdentifier', 'runId'),
	wordName: fc.constantFrom('event', 'type', 'status'),
	/** Which of the fields are inside of the wrapper. */
	inside: fc.constantFrom('data', 'payload', 'run', null),
	split: fc.boolean(),
});

describe('the event of a callback', () => {
	it('is the same under every name and in every envelope', () => {
		holds(
			fc.property(
				callback,
				({ run_id, app_id, meaning: [said, event], result, idName, wordName, inside, split }) => {
					const outer = { [wordName]: said, created_at: '2026-11-01T00:00:00Z' };
					const inner = { [idName]: run_id, result, ...(app_id === null ? {} : { app_id }) };
					const body =
						inside === null
							? { ...outer, ...inner }
							: split
								? { ...outer, [inside]: inner }
								: { [inside]: { ...outer, ...inner } };
					const read = parseEvent(overTheWire(body));
					expect(read).toMatchObject({ run_id, app_id, event });
					if (event === 'started') {
						expect(read?.run).toBeNull();
						return;
					}
					const { images, videos } = result;
					const mayBeTold =
						event === 'failed' || event === 'cancelled'
							? images.length + videos.length === 0
							: wordName === 'status' && !/finished/.test(said);
					if (!mayBeTold) {
						expect(read?.run).toBeNull();
						return;
					}
					expect(read?.run).toMatchObject({ run_id, app_id, status: event });
					expect(read?.run?.result?.images.map(({ url }) => url)).toEqual(
						result.images.map(({ url }) => url),
					);
					for (const envelope of ['event', 'type', 'data', 'payload', 'run']) {
						expect(read?.run).not.toHaveProperty(envelope);
					}
				},
			),
		);
	});

	it('names a run and an event that are known, or is none, whatever comes', () => {
		const layer = loose({
			run_id: anything,
			id: anything,
			workflow_run_identifier: anything,
			event: fc.oneof(
				anything,
				meaning.map(([said]) => said),
			),
			status: fc.oneof(
				anything,
				meaning.map(([said]) => said),
			),
			result: anything,
			app_id: anything,
			error_message: anything,
		});
		const body = fc.oneof(
			layer,
			loose({ data: layer, payload: layer, run: layer, type: anything }),
			anything,
		);
		holds(
			fc.property(body, (given) => {
				const read = parseEvent(overTheWire(given));
				if (!read) return;
				expect(EVENTS).toContain(read.event);
				expect(read.run_id.trim()).toBe(read.run_id);
				expect(read.run_id).not.toBe('');
				if (!read.run) return;
				expect(read.run).toMatchObject({ run_id: read.run_id, status: read.event });
				expect(isEnded(read.run.status)).toBe(true);
			}),
		);
	});
});
