import { createHash } from 'node:crypto';
import {
	failureOf,
	type WorkFailed,
	type InputValue,
	type JobValues,
	type Product,
	type Work,
} from './apps/work';

export type Rendering = Product | WorkFailed;

const MAX_AT_ONCE = 2;
const MAX_CACHED = 2_000;

/**
 * Does the apps' work, two at a time, and remembers what equal inputs gave, so that a batch of
 * hundreds of runs costs what its distinct inputs cost.
 */
export class Renderer {
	private readonly done = new Map<string, Promise<Rendering>>();
	private readonly waiting: (() => void)[] = [];
	private running = 0;

	/** @param imageSize longest side of pictures in pixels */
	render(key: string, work: Work, values: JobValues, imageSize: number): Promise<Rendering> {
		const digest = createHash('sha256')
			.update(`${key}|${String(imageSize)}`)
			.digest();
		const name = digest.toString('base64');
		const known = this.done.get(name);
		if (known !== undefined) return known;
		const rendering = this.inTurn(async () => {
			try {
				return await work({ values, imageSize, seed: digest.readUInt32BE(0) });
			} catch (error) {
				return failureOf(error);
			}
		});
		this.done.set(name, rendering);
		const [oldest] = this.done.keys();
		if (this.done.size > MAX_CACHED && oldest !== undefined) this.done.delete(oldest);
		return rendering;
	}

	private async inTurn<T>(task: () => Promise<T>): Promise<T> {
		if (this.running >= MAX_AT_ONCE) {
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		} else {
			this.running += 1;
		}
		try {
			return await task();
		} finally {
			const next = this.waiting.shift();
			if (next === undefined) this.running -= 1;
			else next();
		}
	}
}

/** A name for input values that is equal for equal values; media count by their bytes. */
export function digestOf(values: ReadonlyMap<string, InputValue>): string {
	const hash = createHash('sha256');
	for (const [name, value] of values) {
		hash.update(`\n${name}=`);
		if (typeof value === 'object' && !Array.isArray(value)) hash.update(value.bytes);
		else hash.update(JSON.stringify(value));
	}
	return hash.digest('base64');
}
