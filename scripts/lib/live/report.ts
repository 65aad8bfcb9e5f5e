import { findings } from './assumptions';
import type { Exchange } from './exchange';
import type { Report } from './page';

/** What was seen, judged. `baseUrl` may be none. */
export async function reportOf(
	baseUrl: string,
	trouble: readonly string[],
	exchanges: Exchange[],
): Promise<Report> {
	return {
		baseUrl: baseUrl.replace(/\/\/[^/]*@/, '//'),
		date: new Date().toISOString().slice(0, 10),
		trouble,
		rows: await findings(exchanges),
		exchanges,
	};
}
