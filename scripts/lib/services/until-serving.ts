import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { KeptProcess } from './kept-process';

const INTERVAL_MS = 250;

/**
 * Waits until a server that was just started serves.
 *
 * @param title the server's name, for a person
 * @param timeoutMs five minutes if not given: a busy machine takes its time
 * @throws with the end of its log when it ends or the time is over; it is stopped then
 */
export async function untilServing(
	title: string,
	server: KeptProcess,
	logFile: string,
	isServing: () => Promise<boolean>,
	timeoutMs = 300_000,
): Promise<void> {
	const deadline = Date.now() + timeoutMs;
	while (server.isRunning() && Date.now() < deadline) {
		if (await isServing()) return;
		await Promise.race([delay(INTERVAL_MS), server.gone]);
	}
	const how = server.isRunning() ? 'did not get ready' : 'ended while it was starting';
	await server.stop();
	const log = await readFile(logFile, 'utf8');
	throw new Error(`${title} ${how}:\n${log.trim().split('\n').slice(-40).join('\n')}`);
}
