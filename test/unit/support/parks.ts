import type { ItemOptions } from '../../../nodes/Magnific/batch/options';
import { newParkKey } from '../../../nodes/Magnific/suspended/callbackUrl';
import type { Park, ParkedItem, ParkedQueuedItem } from '../../../nodes/Magnific/suspended/state';
import { app } from './fixtures';

const PARKED_AT = Date.UTC(2026, 10, 1);

export const itemOptions = (own: Partial<ItemOptions> = {}): ItemOptions => ({
	outputPer: 'run',
	downloadFiles: false,
	maxFileSize: 0,
	binaryField: 'data',
	onTimeout: 'output',
	onPartial: 'output',
	metadata: {},
	notifyTrigger: '',
	...own,
});

const summary = ({ sqid, name, total_cost } = app()) => ({ sqid, name, total_cost });

export const queuedItem = (
	itemIndex: number,
	own: Partial<ParkedQueuedItem> = {},
): ParkedQueuedItem => ({ itemIndex, app: summary(), options: itemOptions(), ...own });

export const parkedItem = (
	itemIndex: number,
	run_id: string,
	own: Partial<ParkedItem> = {},
): ParkedItem => ({
	...queuedItem(itemIndex),
	run_id,
	since: PARKED_AT - 1_000,
	reused: undefined,
	...own,
});

/** A park with a run for item 0, while item 1 has none yet. */
export const parkOf = (own: Partial<Park> = {}): Park => ({
	...newParkKey(),
	resumeUrl: 'https://n8n.example.com/webhook-waiting/12?signature=abc',
	parkedAt: PARKED_AT,
	deadline: PARKED_AT + 3_600_000,
	maxWaitMin: 30,
	settled: [],
	failures: [],
	runs: [parkedItem(0, 'firstRun00')],
	queued: [queuedItem(1)],
	...own,
});
