import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_BASE_URL } from '../../../nodes/Magnific/api/endpoints';
import type { Cassette, Exchange } from './exchange';
import { reportPage, type Report } from './page';

/** The exchanges by their route, which names the file. */
export function cassettesOf(
	exchanges: readonly Exchange[],
	{ baseUrl, date }: Pick<Report, 'baseUrl' | 'date'>,
): Map<string, Cassette> {
	const origin = baseUrl === DEFAULT_BASE_URL ? 'live service' : 'another server';
	const cassettes = new Map<string, Cassette>();
	for (const exchange of exchanges) {
		const cassette = cassettes.get(exchange.route) ?? { origin, date, exchanges: [] };
		cassette.exchanges.push(exchange);
		cassettes.set(exchange.route, cassette);
	}
	return cassettes;
}

/** Writes `index.html` and `cassettes/`, in the place of what a session before has left. */
export async function writeReport(folder: string, report: Report): Promise<void> {
	const cassettes = join(folder, 'cassettes');
	await rm(cassettes, { recursive: true, force: true });
	await mkdir(cassettes, { recursive: true });
	await writeFile(join(folder, 'index.html'), reportPage(report));
	for (const [name, cassette] of cassettesOf(report.exchanges, report)) {
		await writeFile(join(cassettes, `${name}.json`), `${JSON.stringify(cassette, null, '\t')}\n`);
	}
}
