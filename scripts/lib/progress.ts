/** Told what is being done right now, in a few words. */
export type Report = (activity: string) => void;

const TERMINAL_REFRESH_MS = 1_000;
const PLAIN_REFRESH_MS = 20_000;

/**
 * Shows that `work` goes on, with the seconds since it began: rewritten in place on a terminal,
 * a line now and then elsewhere. Work that reports nothing prints nothing, so what is there
 * already stays silent.
 *
 * @param live whether a terminal line may be rewritten; off when something else prints meanwhile
 */
export async function showProgress<T>(
	title: string,
	work: (report: Report) => Promise<T>,
	live = process.stdout.isTTY,
): Promise<T> {
	const startedAt = Date.now();
	let activity: string | undefined;
	let timer: NodeJS.Timeout | undefined;

	const show = (): void => {
		const line = `${title}: ${activity ?? ''} (${String(secondsSince(startedAt))} s)`;
		if (live) process.stdout.write(`\r\u001b[2K${line}`);
		else console.log(line);
	};
	const report: Report = (next) => {
		if (next === activity) return;
		const isFirst = activity === undefined;
		activity = next;
		if (isFirst || live) show();
		timer ??= setInterval(show, live ? TERMINAL_REFRESH_MS : PLAIN_REFRESH_MS);
	};

	try {
		const result = await work(report);
		if (activity !== undefined) {
			if (live) process.stdout.write('\r\u001b[2K');
			console.log(`${title}: done in ${String(secondsSince(startedAt))} s`);
		}
		return result;
	} catch (error) {
		if (activity !== undefined && live) process.stdout.write('\n');
		throw error;
	} finally {
		clearInterval(timer);
	}
}

/** Whole seconds since a `Date.now()`. */
export function secondsSince(startedAt: number): number {
	return Math.round((Date.now() - startedAt) / 1000);
}
