import type { MemoryFigures } from '../memory/measure';
import type { PackageFigures } from '../package/measure';
import type { ParkedRow } from '../parked/measure';
import type { ProcessorRow } from '../processor/measure';
import type { RealRow } from '../real/measure';
import type { WorkersRow } from '../real/workers';
import { aligned } from './table';

/** What was measured of the real n8n, as `npm run bench` prints it. */
export const describeReal = (rows: RealRow[]): string =>
	[
		'On a real n8n, in real time, with a plan of 100 requests per minute',
		aligned([
			['strategy', 'n', 'runs of', 'makespan s', 'requests/run', '429s'],
			...rows.map((row) => [
				row.strategy,
				row.n,
				row.duration,
				row.makespan_s.toFixed(1),
				row.requests_per_run.toFixed(2),
				row.http_429,
			]),
		]),
	].join('\n');

export const describeMemory = (figures: MemoryFigures): string =>
	[
		'Memory of n8n over what it has when idle, in MB',
		aligned([
			['a file of 500 MB down', figures.download_500mb],
			['a file of 500 MB up', figures.upload_500mb],
			['1,000 items without files', figures.items_1000],
		]),
	].join('\n');

export const describePackage = ({ packed_kb, load_ms }: PackageFigures): string =>
	`The package: ${String(packed_kb)} kB packed, loaded in ${String(load_ms)} ms`;

export const describeProcessor = (rows: ProcessorRow[]): string =>
	[
		'Processor time per run of a long-tailed batch, by polling, on the virtual clock',
		aligned([
			['version', 'n', 'µs/run'],
			...rows.map(({ version, n, us_per_run }) => [version, n, us_per_run]),
		]),
	].join('\n');

export const describeParked = (rows: ParkedRow[]): string =>
	[
		'A large suspended batch, on n8n’s engine: processor time per item and per call, size and memory',
		aligned([
			[
				'n',
				'validate µs',
				'park µs',
				'resume µs',
				'n8n reads ms',
				'node answers ms',
				'saved kB',
				'own kB',
				'parked MB',
				'known MB',
			],
			...rows.map((row) => [
				row.n,
				row.validate_us,
				row.park_us,
				row.resume_us,
				(row.read_us / 1_000).toFixed(0),
				(row.call_us / 1_000).toFixed(1),
				row.saved_kb,
				row.own_kb,
				row.parked_mb,
				row.known_mb,
			]),
		]),
	].join('\n');

const percent = (part: number): string => `${(100 * part).toFixed(0)} %`;

export const describeWorkers = (rows: WorkersRow[]): string =>
	[
		'Workers of a real n8n with one key of 50 requests per minute, for ten minutes in real time',
		aligned([
			[
				'workers',
				'shares',
				'begun within s',
				'unfairness',
				'of the limit used',
				'429s',
				'longest without a request s',
				'5 items done s',
				'longest without a look s',
			],
			...rows.map((row) => [
				row.workers,
				row.cut,
				row.begun_within_s.toFixed(1),
				percent(row.unfairness),
				percent(row.used),
				row.http_429,
				Math.max(...row.executions.map((share) => share.without_request_s)).toFixed(0),
				row.few.done_s?.toFixed(0) ?? 'never',
				row.few.without_look_s.toFixed(0),
			]),
		]),
		...rows.flatMap(({ workers, cut, executions }) => [
			`Minute by minute, ${String(workers)} workers, ${cut}`,
			...executions.map(({ per_minute }) => `  ${per_minute.join(' ')}`),
		]),
	].join('\n');
