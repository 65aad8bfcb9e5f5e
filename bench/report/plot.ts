import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { DURATIONS } from '../simulation/durations';
import type { Row } from '../simulation/simulate';

const BOUND_POLLING = 'lower bound, polling';
const BOUND_SUSPENDED = 'lower bound, suspended';

const COLOURS: Record<string, string> = {
	'sequential-5s': '#db2777',
	'sequential-1s': '#9f1239',
	'mcp-server': '#7c2d12',
	'naive-3s': '#b45309',
	'submit-all-poll-10s': '#d6a35c',
	'submit-all-poll-15s': '#e9c46a',
	'hand-made-loop': '#f59e0b',
	'round-robin': '#8b5cf6',
	'wait-tokens': '#94a3b8',
	'magnific-poll': '#1668dc',
	'magnific-suspended': '#0a9b5b',
	[BOUND_POLLING]: '#111827',
	[BOUND_SUSPENDED]: '#6b7280',
};

const panelOf = (duration: string): string =>
	duration === 'long-tailed' ? 'long-tailed runs' : `runs of ${duration}`;

interface Point {
	series: string;
	kind: 'measured' | 'bound';
	n: number;
	duration: string;
	makespan_s: number;
}

/** What comes later in this list lies above. */
const LAYERS = Object.keys(COLOURS);

const pointsOf = (rows: Row[]): Point[] =>
	rows.flatMap((row): Point[] => {
		const { strategy, n, makespan_s, lower_bound_s } = row;
		const duration = panelOf(row.duration);
		const point: Point = { series: strategy, kind: 'measured', n, duration, makespan_s };
		const bound = (series: string): Point => ({
			...point,
			series,
			kind: 'bound',
			makespan_s: lower_bound_s,
		});
		if (strategy === 'magnific-poll') return [point, bound(BOUND_POLLING)];
		if (strategy === 'magnific-suspended') return [point, bound(BOUND_SUSPENDED)];
		return [point];
	});

const byLayer = (one: Point, other: Point): number =>
	LAYERS.indexOf(one.series) - LAYERS.indexOf(other.series);

const specOf = (rows: Row[]): TopLevelSpec => ({
	background: '#ffffff',
	title: {
		text: 'Time until all runs of a batch are over and their results are there',
		subtitle: 'simulated at 50 requests per minute; both axes logarithmic',
		anchor: 'start',
		offset: 14,
	},
	data: { values: pointsOf(rows).sort(byLayer) },
	facet: {
		field: 'duration',
		type: 'nominal',
		sort: DURATIONS.map(panelOf),
		title: null,
		header: { labelFontSize: 12, labelFontWeight: 'bold' },
	},
	columns: 2,
	spec: {
		width: 340,
		height: 260,
		mark: { type: 'line', point: { size: 26 }, strokeWidth: 2 },
		encoding: {
			x: {
				field: 'n',
				type: 'quantitative',
				scale: { type: 'log' },
				axis: { title: 'items in the batch', values: [1, 10, 50, 200, 1_000], grid: false },
			},
			y: {
				field: 'makespan_s',
				type: 'quantitative',
				scale: { type: 'log' },
				axis: {
					title: 'time',
					values: [10, 60, 600, 3_600, 36_000, 360_000],
					labelExpr:
						"datum.value < 60 ? datum.value + ' s' : datum.value < 3600 ? datum.value / 60 + ' min' : datum.value / 3600 + ' h'",
				},
			},
			color: {
				field: 'series',
				type: 'nominal',
				scale: { domain: Object.keys(COLOURS), range: Object.values(COLOURS) },
				legend: { title: null, symbolType: 'stroke', symbolStrokeWidth: 3, labelLimit: 300 },
			},
			strokeDash: {
				field: 'kind',
				type: 'nominal',
				scale: {
					domain: ['measured', 'bound'],
					range: [
						[1, 0],
						[5, 4],
					],
				},
				legend: null,
			},
		},
	},
	config: { font: 'Helvetica, Arial, sans-serif', view: { stroke: '#d1d5db' } },
});

/** Makespan against N for all strategies, with the lower bounds, as SVG: the same for the same rows. */
export const plotSvg = async (rows: Row[]): Promise<string> => {
	const view = new View(parse(compile(specOf(rows)).spec), { renderer: 'none' });
	try {
		return `${await view.toSVG()}\n`;
	} finally {
		view.finalize();
	}
};
