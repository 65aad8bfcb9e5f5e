import fc from 'fast-check';
import { isRecord } from '../../../nodes/Magnific/api/guards';
import { isEnded, parseRun, type Run } from '../../../nodes/Magnific/api/types';
import { fileJson, filesOf, runJson, unfinishedJson } from '../../../nodes/Magnific/runs/output';
import { app } from '../support/fixtures';
import { holds } from './holds';
import { anything, loose, overTheWire, word } from './values';

const url = fc.oneof(fc.webUrl(), anything);
const asset = fc.oneof(
	loose({
		id: anything,
		url,
		tool: anything,
		width: anything,
		duration: anything,
		created_at: anything,
	}),
	anything,
);
const list = fc.oneof(fc.array(asset, { maxLength: 3 }), anything);
const result = fc.oneof(
	loose({ images: list, videos: list, audios: list, models: list }),
	list,
	anything,
);

const status = fc.oneof(
	fc.constantFrom(
		'pending',
		'running',
		'completed',
		'completed_with_errors',
		'failed',
		'cancelled',
	),
	fc.constantFrom('queued', 'finished', 'archived', 'Succeeded', ' COMPLETED '),
	word(),
);

const answer = loose({
	run_id: anything,
	status,
	app_id: anything,
	flow_id: anything,
	started_at: anything,
	completed_at: fc.oneof(fc.constant('2026-11-01T00:00:20Z'), anything),
	error_message: anything,
	error: anything,
	result,
	credits: anything,
	expires_at: anything,
	metadata: anything,
}).filter((raw) => isRecord(raw) && 'status' in raw);

const read = (raw: unknown): Run => parseRun(overTheWire({ data: raw }), 'asked');

const RUN_FIELDS =
	'run_id app_id app_name status started_at completed_at error_message result credits expires_at'.split(
		' ',
	);
const FILE_FIELDS =
	'run_id app_id app_name status media_type index id url tool width height duration created_at expires_at'.split(
		' ',
	);

const definition = fc.option(fc.constant(app()), { nil: undefined });

const textOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const numberOrNull = (value: unknown): boolean => value === null || Number.isFinite(value);

describe('the output of a run, whatever the API answers', () => {
	it('has the documented fields first and of their types, and never one that makes it an error', () => {
		holds(
			fc.property(answer, definition, (raw, of) => {
				const json = runJson(read(raw), of);
				// JavaScript puts names that are numbers before all others.
				const names = Object.keys(json).filter((name) => !/^\d+$/.test(name));
				expect(names.slice(0, RUN_FIELDS.length)).toEqual(RUN_FIELDS);
				expect(json).not.toHaveProperty('error');
				expect(typeof json.run_id === 'string' && json.run_id !== '').toBe(true);
				for (const field of [
					'app_id',
					'app_name',
					'started_at',
					'completed_at',
					'error_message',
					'expires_at',
				]) {
					expect([field, textOrNull(json[field])]).toEqual([field, true]);
				}
				expect(numberOrNull(json.credits)).toBe(true);
				expect(overTheWire(json)).toEqual(json);
			}),
		);
	});

	it('loses no field that the API has and this version does not know', () => {
		holds(
			fc.property(
				answer,
				word().map((text) => `new_${text}`),
				fc.jsonValue({ maxDepth: 2 }),
				(raw, name, value) => {
					const more = isRecord(raw) ? { ...raw, [name]: value } : {};
					const json = runJson(read(more), app());
					expect(json[name]).toEqual(overTheWire(value));
				},
			),
		);
	});

	it('has every file once, numbered through, and no address that the API did not give', () => {
		holds(
			fc.property(answer, definition, (raw, of) => {
				const run = read(raw);
				const files = filesOf(run.result);
				const given = JSON.stringify(overTheWire(raw));
				files.forEach((file, index) => {
					expect(file.index).toBe(index);
					expect(file.media_type).not.toBe('');
					const json = fileJson(run, of, file);
					expect(Object.keys(json)).toEqual(FILE_FIELDS);
					expect(given).toContain(JSON.stringify(json.url));
					for (const field of ['id', 'tool', 'created_at'])
						expect(textOrNull(json[field])).toBe(true);
					for (const field of ['width', 'height', 'duration']) {
						expect(numberOrNull(json[field])).toBe(true);
					}
				});
			}),
		);
	});

	it('is the same when it was stored and read again', () => {
		holds(
			fc.property(answer, (raw) => {
				const run = read(raw);
				const again = parseRun(overTheWire(run), 'another');
				expect(again).toEqual(run);
				expect(runJson(again, app())).toEqual(runJson(run, app()));
			}),
		);
	});

	it('is over by a documented status only', () => {
		holds(
			fc.property(answer, (raw) => {
				const run = read(raw);
				const told =
					isRecord(raw) && typeof raw.status === 'string' ? raw.status.trim().toLowerCase() : '';
				expect(run.api_status === undefined ? run.status : run.api_status).toBe(told);
				if (run.api_status !== undefined) expect(isEnded(run.status)).toBe(true);
			}),
		);
	});

	it('tells of a run that is not over where to find it', () => {
		holds(
			fc.property(word(), fc.option(word()), definition, (run_id, last, of) => {
				const json = unfinishedJson({ kind: 'timed_out', run_id, status: last }, of);
				expect(json).toMatchObject({ run_id, timed_out: true, status: last ?? 'running' });
				expect(json).not.toHaveProperty('error');
			}),
		);
	});
});
