import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { Control } from '../../../emulator';
import type { LocalMagnific } from '../support/localMagnific';
import type { NodeOutcome } from '../support/runNode';
import type { WaitingN8n } from '../support/waitingN8n';
import { binary } from '../support/files';
import { appIdOf, appOf, COST, HEADLINE, PICTURE } from '../support/itemApps';
import { byId } from '../support/parameters';
import type { Promised } from '../support/promises';
import type { Cell, Trouble } from './cells';

/** Items of a cell; in a loop two rounds of two. */
const ITEMS = [0, 1, 2, 3];
const LOOP_OF = 2;
const troubleOf = ({ item0, item2, wait }: Cell, item: number): Trouble => {
	const trouble = item === 0 ? item0 : item === 2 ? item2 : 'nothing';
	// The editor hides that option where nothing is waited for, and n8n hands a hidden one to no node.
	return trouble === 'unreadable_option' && wait === 'none' ? 'nothing' : trouble;
};

const itemOf = (cell: Cell, item: number, picture: Buffer): INodeExecutionData => {
	const trouble = troubleOf(cell, item);
	const isBlank = trouble === 'blank_row';
	return {
		json: {
			// A value is the same for all items: there the row lacks its app.
			app: isBlank && (cell.input === 'value' || cell.input === 'binary') ? '' : appIdOf(item),
			title: isBlank ? '' : `Title ${String(item)}`,
			broken: trouble === 'unreadable_option',
		},
		...(cell.input === 'binary' && !isBlank
			? { binary: { data: binary(picture, 'image/png', 'a.png') } }
			: {}),
	};
};

const parametersOf = (cell: Cell, limit: number): INodeParameters => {
	const of = (field: string): string =>
		cell.input === 'node' ? `$('Source 1').item.json.${field}` : `$json.${field}`;
	const fromItem = ['json', 'node', 'changing'].includes(cell.input);
	const headline = cell.input === 'changing' ? `${of('title')} && Math.random()` : of('title');
	return {
		resource: 'app',
		operation: 'run',
		app: byId(`={{ ${of('app')} }}`),
		inputMode: 'fields',
		inputs: {
			mappingMode: 'defineBelow',
			value: {
				[HEADLINE]: fromItem ? `={{ ${headline} }}` : 'Sale',
				...(cell.input === 'binary' ? { [PICTURE]: 'data' } : {}),
			},
		},
		wait: cell.wait,
		options: {
			outputPer: cell.outputPer,
			maxConcurrentRuns: cell.atOnce,
			downloadFiles: cell.download,
			binaryField: `={{ ${of('broken')} ? $('Nowhere').first().json.name : 'data' }}`,
			...(cell.creditLimit ? { creditLimit: limit } : {}),
			...(cell.validateOnly ? { validateOnly: '={{ "TRUE" }}' } : {}),
		},
	};
};

const cause = async (control: Control, app_id: string, trouble: Trouble): Promise<void> => {
	const submission = { route: 'run' as const, app_id };
	switch (trouble) {
		case 'refused_once':
		case 'refused_always':
			await control.addFault({
				...submission,
				times: trouble === 'refused_once' ? 1 : -1,
				fault: { kind: 'status', status: 400, body: { message: 'Not now.' } },
			});
			break;
		case 'forbidden':
			await control.addFault({
				...submission,
				times: -1,
				fault: { kind: 'status', status: 403, body: { message: 'Not owner.' } },
			});
			break;
		case 'reset_before':
		case 'reset_after':
			await control.addFault({ ...submission, times: 1, fault: { kind: trouble } });
			break;
		case 'failed_run':
			await control.setOutcome({ app_id, status: 'failed', error_message: 'Bad luck.', times: 1 });
			break;
		default:
	}
};

/** The items that the node is to work on. */
const expectedItems = ({ executeOnce, inLoop }: Cell): number[] => {
	if (!executeOnce) return ITEMS;
	return inLoop ? ITEMS.filter((item) => item % LOOP_OF === 0) : [0];
};

/** What the runs of a cell may cost: as much as a run for each item, no second one. */
const limitOf = (cell: Cell): number =>
	COST * (cell.inLoop ? Math.min(LOOP_OF, expectedItems(cell).length) : expectedItems(cell).length);

/**
 * What the node has to keep to in a cell, however it goes. The limit holds for an execution and its
 * tries; n8n's Retry is another execution.
 */
export const promisedBy = (cell: Cell): Promised => {
	const items = expectedItems(cell);
	const byTrouble = (...troubles: Trouble[]): number[] =>
		items.filter((item) => troubles.includes(troubleOf(cell, item)));
	return {
		onError: cell.onError,
		items,
		...(cell.inLoop ? { loopOf: LOOP_OF } : {}),
		refused: byTrouble('blank_row', 'unreadable_option'),
		good: byTrouble('nothing'),
		statuses: [cell.validateOnly ? 'validated' : cell.wait === 'none' ? 'running' : 'completed'],
		creditLimit: cell.validateOnly
			? 0
			: cell.creditLimit
				? limitOf(cell) * (cell.inLoop ? ITEMS.length / LOOP_OF : 1) * (cell.retried ? 2 : 1)
				: Infinity,
		isCut: false,
	};
};

/** Plays a cell: the execution, and n8n's Retry of it where it has stopped. */
export const play = async (
	cell: Cell,
	local: LocalMagnific,
	n8n: WaitingN8n,
	picture: Buffer,
): Promise<NodeOutcome[]> => {
	for (const item of ITEMS) {
		await local.control.addApp(appOf(item));
		await cause(local.control, appIdOf(item), troubleOf(cell, item));
	}
	const given = {
		parameters: parametersOf(cell, limitOf(cell)),
		items: ITEMS.map((item) => itemOf(cell, item, picture)),
		settings: {
			onError: cell.onError,
			executeOnce: cell.executeOnce,
			...(cell.retry ? { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 } : {}),
			...(cell.inLoop ? { loopOf: LOOP_OF } : {}),
		},
		credential: local.credential,
		...(cell.storeDown ? { unreadFor: 1 } : {}),
	};
	const first = await n8n.run(given);
	if (!cell.retried || !first.error) return [first];
	return [first, await n8n.retry(first, given)];
};
