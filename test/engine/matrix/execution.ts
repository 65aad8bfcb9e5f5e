import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { AppSpec, Control } from '../../../emulator';
import type { LocalMagnific } from '../support/localMagnific';
import type { NodeOutcome } from '../support/runNode';
import type { WaitingN8n } from '../support/waitingN8n';
import { binary } from '../support/files';
import { byId } from '../support/parameters';
import type { Cell, Trouble } from './cells';

/** Items of a cell; in a loop two rounds of two. */
export const ITEMS = [0, 1, 2, 3];
const LOOP_OF = 2;
/** Credits of one run. */
export const COST = 3;

/** Each item has an app of its own, so that the books tell what was paid for which. */
export const appIdOf = (item: number): string => `matrixApp${String(item)}`;

const HEADLINE = 'input-11111111-2222-4333-8444-555555555555-1';
const PICTURE = 'input-11111111-2222-4333-8444-555555555555-2';

const appOf = (item: number): AppSpec => ({
	sqid: appIdOf(item),
	name: `App of item ${String(item)}`,
	total_cost: COST,
	duration_s: 1,
	inputs: [
		{ id: HEADLINE, label: 'Headline', type: 'text', required: true, config: null, default: null },
		{
			id: PICTURE,
			label: 'Picture',
			type: 'creation',
			required: false,
			config: { mediaType: 'image' },
			default: null,
		},
	],
});

export const troubleOf = ({ item0, item2, wait }: Cell, item: number): Trouble => {
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
	const fromItem = cell.input === 'json' || cell.input === 'node';
	return {
		resource: 'app',
		operation: 'run',
		app: byId(`={{ ${of('app')} }}`),
		inputMode: 'fields',
		inputs: {
			mappingMode: 'defineBelow',
			value: {
				[HEADLINE]: fromItem ? `={{ ${of('title')} }}` : 'Sale',
				...(cell.input === 'binary' ? { [PICTURE]: 'data' } : {}),
			},
		},
		wait: cell.wait,
		options: {
			outputPer: cell.outputPer,
			downloadFiles: cell.download,
			binaryField: `={{ ${of('broken')} ? $('Nowhere').first().json.name : 'data' }}`,
			...(cell.creditLimit ? { creditLimit: limit } : {}),
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
export const expectedItems = ({ executeOnce, inLoop }: Cell): number[] => {
	if (!executeOnce) return ITEMS;
	return inLoop ? ITEMS.filter((item) => item % LOOP_OF === 0) : [0];
};

/** What the runs of a cell may cost: as much as a run for each item, no second one. */
export const limitOf = (cell: Cell): number =>
	COST * (cell.inLoop ? Math.min(LOOP_OF, expectedItems(cell).length) : expectedItems(cell).length);

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
	};
	const first = await n8n.run(given);
	if (!cell.retried || !first.error) return [first];
	return [first, await n8n.retry(first, given)];
};
