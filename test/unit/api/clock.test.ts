import { getEventListeners } from 'node:events';
import { systemClock } from '../../../nodes/Magnific/api/clock';

describe('the system clock', () => {
	it('sleeps at least as long as it was told to', async () => {
		const start = systemClock.now();
		await systemClock.sleep(30);
		expect(systemClock.now() - start).toBeGreaterThanOrEqual(29);
	});

	it('wakes from an hour’s sleep when the signal is aborted, and leaves no listener', async () => {
		const abort = new AbortController();
		const slept = systemClock.sleep(3_600_000, abort.signal);
		expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1);
		abort.abort();
		await slept;
		expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
	});

	it('leaves no listener after a sleep that nobody ended', async () => {
		const { signal } = new AbortController();
		await systemClock.sleep(5, signal);
		expect(getEventListeners(signal, 'abort')).toHaveLength(0);
	});

	it('does not sleep at all under an aborted signal, nor for no time', async () => {
		await systemClock.sleep(3_600_000, AbortSignal.abort());
		await systemClock.sleep(0);
		await systemClock.sleep(-5);
		expect(systemClock.now()).toBeGreaterThan(Date.UTC(2020, 0, 1));
	});
});
