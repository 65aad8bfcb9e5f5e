import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths';
import { cassetteSchema, type Cassette } from './exchange';

/** What is replayed by the tests: of each route what is known best, live answers before published examples. */
export const CASSETTES = join(ROOT, 'test', 'cassettes');

/** All cassettes of the folder by the route that names them. @throws ZodError for one that is none */
export function readCassettes(folder = CASSETTES): Map<string, Cassette> {
	return new Map(
		readdirSync(folder)
			.filter((name) => name.endsWith('.json'))
			.map((name) => [
				name.replace(/\.json$/, ''),
				cassetteSchema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))),
			]),
	);
}
