import { sleep } from 'n8n-workflow';

/** Time as the heart of the package sees it: real in n8n, virtual in tests and in the benchmark. */
export interface Clock {
	/** Milliseconds since the epoch. */
	now(): number;
	/**
	 * Resolves after `ms` milliseconds, or as soon as `signal` is aborted. Never rejects: who was
	 * waiting looks at its own signals.
	 */
	sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

// n8n 1.x has no abortable `sleep`, and a timer cannot be cleared under n8n Cloud's rules: short
// slices bound how long an abandoned timer lives.
const SLICE_MS = 1_000;

export const systemClock: Clock = {
	now: () => Date.now(),
	async sleep(ms, signal) {
		if (signal?.aborted) return;
		const end = Date.now() + ms;
		let stop = (): void => undefined;
		const stopped = new Promise<void>((resolve) => {
			stop = resolve;
		});
		signal?.addEventListener('abort', stop, { once: true });
		for (let left = ms; left > 0 && signal?.aborted !== true; left = end - Date.now()) {
			await Promise.race([sleep(Math.min(left, SLICE_MS)), stopped]);
		}
		signal?.removeEventListener('abort', stop);
	},
};
