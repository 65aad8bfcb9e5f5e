import type { Area, Assumption, Finding } from '../assumption';
import type { Exchange } from '../exchange';
import { ACCESS } from './access';
import { ACCOUNT } from './account';
import { APPS } from './apps';
import { CALLBACKS } from './callbacks';
import { RUNS } from './runs';
import { UPLOADS } from './uploads';
import { VENDOR } from './vendor';

/** All that is taken for granted of the service, as the report lists it. */
export const AREAS: readonly Area[] = [ACCESS, APPS, UPLOADS, ACCOUNT, RUNS, CALLBACKS, VENDOR];

export interface Row extends Pick<Assumption, 'id' | 'says'>, Finding {
	area: string;
}

/** Holds every assumption against what was said. */
export async function findings(exchanges: Exchange[]): Promise<Row[]> {
	const rows: Row[] = [];
	for (const { title, assumptions } of AREAS) {
		for (const { id, says, check } of assumptions) {
			rows.push({ area: title, id, says, ...(await check(exchanges)) });
		}
	}
	return rows;
}
