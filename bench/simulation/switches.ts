import { SlidingWindowBudget } from '../../nodes/Magnific/api/budget';
import { Throttle } from '../../nodes/Magnific/api/throttle';
import { Durations } from '../../nodes/Magnific/runs/durations';
import { Schedule } from '../../nodes/Magnific/runs/schedule';
import { DURATIONS } from './durations';
import { besideALargeOne, shareTheKey } from './scenarios';
import { carryBatch, durationsOf } from './simulate';
import { strategyOf } from './strategies';

/** A part of the node's pacing, and how to do without. */
interface Part {
	id: string;
	/** Gives what puts it back. */
	switchOff: () => () => void;
}

type Method = (this: object, ...args: unknown[]) => unknown;

/** Replaces a method for all objects of a class, private ones too. Throws where there is none of this name. */
const replaced =
	(prototype: object, name: string, replace: (original: Method) => Method) => (): (() => void) => {
		const original: unknown = Reflect.get(prototype, name);
		if (typeof original !== 'function') throw new Error(`There is no ${name} to switch off`);
		const call: Method = function (...args): unknown {
			return Reflect.apply(original, this, args);
		};
		Reflect.set(prototype, name, replace(call));
		return () => {
			Reflect.set(prototype, name, original);
		};
	};

const FIRST_INTERVAL_MS = 1_000;

export const PARTS: readonly Part[] = [
	{ id: 'learning', switchOff: replaced(Durations.prototype, 'likelyEnd', () => () => undefined) },
	{
		id: 'growing-intervals',
		switchOff: replaced(Schedule.prototype, 'interval', () => () => FIRST_INTERVAL_MS),
	},
	{
		id: 'kept-for-looks',
		switchOff: replaced(
			SlidingWindowBudget.prototype,
			'delay',
			(original) =>
				function (this: object, windows, now, options) {
					const whole = typeof options === 'object' ? { ...options, kept: 0 } : {};
					return Reflect.apply(original, this, [windows, now, whole]);
				},
		),
	},
	{
		id: 'turns',
		switchOff: replaced(
			SlidingWindowBudget.prototype,
			'takeFor',
			(original) =>
				function (this: object, _party, kind, signal) {
					return Reflect.apply(original, this, [Reflect.get(this, 'common'), kind, signal]);
				},
		),
	},
	{
		id: 'throttle',
		switchOff: replaced(Throttle.prototype, 'narrow', () => (windows) => windows),
	},
];

interface Measured {
	cell: string;
	makespan_s: number;
	requests: number;
	http_429: number;
}

/** One cell, with all parts and without one. */
export interface Difference {
	part: string;
	cell: string;
	with: Omit<Measured, 'cell'>;
	without: Omit<Measured, 'cell'>;
}

const LARGEST_SHARED = 200;
const AN_HOUR_MS = 60 * 60_000;

const measureAll = async (sizes: readonly number[]): Promise<Measured[]> => {
	const cells: Measured[] = [];
	const carry = async (cell: string, durations: number[]): Promise<void> => {
		const { world, makespanMs } = await carryBatch(strategyOf('magnific-poll'), durations);
		cells.push({
			cell,
			makespan_s: makespanMs / 1_000,
			requests: world.api.calls.length,
			http_429: world.api.answered(429),
		});
	};
	for (const n of sizes) {
		for (const duration of DURATIONS) {
			await carry(`${String(n)} × ${duration}`, durationsOf(duration, n));
		}
	}
	await carry('1 × an hour', [AN_HOUR_MS]);
	for (const row of await shareTheKey(sizes.filter((n) => n <= LARGEST_SHARED))) {
		cells.push({
			cell: `${String(row.n)} × ${row.duration}, half of the key, ${row.strategy}`,
			makespan_s: row.makespan_s,
			requests: row.requests_per_run * row.n,
			http_429: row.http_429,
		});
	}
	const { small_s, http_429, requests } = await besideALargeOne();
	cells.push({ cell: '3 beside 500', makespan_s: small_s, requests, http_429 });
	return cells;
};

/** All cells of polling, and those of a shared key, without each of the parts in turn. */
export const measureParts = async (
	sizes: readonly number[],
	report: (activity: string) => void,
): Promise<Difference[]> => {
	report('with all parts');
	const whole = new Map((await measureAll(sizes)).map(({ cell, ...measured }) => [cell, measured]));
	const differences: Difference[] = [];
	for (const { id, switchOff } of PARTS) {
		report(`without ${id}`);
		const switchOn = switchOff();
		const without = await measureAll(sizes).finally(switchOn);
		for (const { cell, ...measured } of without) {
			const known = whole.get(cell);
			if (known) differences.push({ part: id, cell, with: known, without: measured });
		}
	}
	return differences;
};
