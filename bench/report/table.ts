import type { Simulation } from '../simulation';
import type { Row } from '../simulation/simulate';
import type { Difference } from '../simulation/switches';

type Cell = string | number;

const widthOf = (rows: string[][], column: number): number =>
	Math.max(...rows.map((row) => row[column]?.length ?? 0));

/** Lines of text, the first column to the left and the others to the right. */
export const aligned = (rows: Cell[][]): string => {
	const texts = rows.map((row) => row.map(String));
	const widths = texts[0]?.map((_, column) => widthOf(texts, column)) ?? [];
	return texts
		.map((row) =>
			row
				.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
				.join('  '),
		)
		.join('\n');
};

const ratio = (makespan: number, bound: number): string => (makespan / bound).toFixed(2);

const simulationTable = (rows: Row[]): string =>
	aligned([
		[
			'strategy',
			'n',
			'runs of',
			'makespan s',
			'bound s',
			'× bound',
			'requests/run',
			'429s',
			'lag s',
		],
		...rows.map((row) => [
			row.strategy,
			row.n,
			row.duration,
			row.makespan_s.toFixed(1),
			row.lower_bound_s.toFixed(1),
			ratio(row.makespan_s, row.lower_bound_s),
			row.requests_per_run.toFixed(2),
			row.http_429,
			row.median_lag_s.toFixed(1),
		]),
	]);

/** What `npm run bench` prints of the simulation. */
export const describeSimulation = ({
	simulation,
	lag,
	shared_key,
	fairness,
	processes,
}: Simulation): string =>
	[
		simulationTable(simulation),
		'',
		'A single run of 29 to 31 s: from its end to the output',
		aligned([
			['strategy', 'median s', 'mean s'],
			...lag.map((row) => [row.strategy, row.median_lag_s.toFixed(2), row.mean_lag_s.toFixed(2)]),
		]),
		'',
		'Another client takes 25 of the 50 requests per minute',
		aligned([
			['strategy', 'n', 'runs of', 'makespan s', 'bound at half s', '× bound', '429s'],
			...shared_key.map((row) => [
				row.strategy,
				row.n,
				row.duration,
				row.makespan_s.toFixed(1),
				row.lower_bound_s.toFixed(1),
				ratio(row.makespan_s, row.lower_bound_s),
				row.http_429,
			]),
		]),
		'',
		`3 items beside 500 with one key, runs of 20 s: ${fairness.small_s.toFixed(1)} s (alone ${fairness.small_alone_s.toFixed(1)} s); the 500: ${fairness.large_s.toFixed(1)} s (alone ${fairness.large_alone_s.toFixed(1)} s)`,
		'',
		'Processes with one key and no memory in common, for ten minutes',
		aligned([
			[
				'processes',
				'shares',
				'begun s apart',
				'unfairness',
				'from the third minute on',
				'of the limit used',
				'429s',
			],
			...processes.map((row) => [
				row.processes,
				row.cut,
				row.stagger_s,
				row.unfairness.toFixed(2),
				row.settled_unfairness.toFixed(2),
				row.used.toFixed(2),
				row.http_429,
			]),
		]),
	].join('\n');

type Measure = keyof Difference['with'];

const more = ({ with: whole, without }: Difference, measure: Measure): number =>
	measure === 'http_429'
		? without.http_429 - whole.http_429
		: (100 * (without[measure] - whole[measure])) / whole[measure];

/** The cell that one part is worth most in, by one measure. */
const greatest = (differences: Difference[], measure: Measure): Difference | undefined =>
	[...differences].sort((a, b) => more(b, measure) - more(a, measure))[0];

const describeMost = (differences: Difference[], measure: Measure): string[] => {
	const found = greatest(differences, measure);
	if (!found || more(found, measure) <= 0) return ['–', ''];
	const by = `+${more(found, measure).toFixed(0)}${measure === 'http_429' ? '' : ' %'}`;
	return [by, `${found.cell} (${found.with[measure].toFixed(0)})`];
};

/** What each part of the pacing is worth: the cells that are worst without it. */
export const describeParts = (differences: Difference[]): string =>
	[
		'Without one part: the cell that gets worst (and what it has with all parts)',
		aligned([
			['without', 'makespan', 'in', 'requests', 'in', '429s', 'in'],
			...[...new Set(differences.map(({ part }) => part))].map((part) => {
				const own = differences.filter((difference) => difference.part === part);
				return [
					part,
					...describeMost(own, 'makespan_s'),
					...describeMost(own, 'requests'),
					...describeMost(own, 'http_429'),
				];
			}),
		]),
	].join('\n');
