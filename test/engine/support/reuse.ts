import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { reuseMemory } from '../../../nodes/Magnific/runs/reuse';
import { NODE } from './n8n';
import type { NodeOutcome } from './runNode';

/** As a process that was just started: what it knew is gone. */
export const forgetReusable = (): void => {
	for (const [key] of reuseMemory.startingWith('')) reuseMemory.forget(key);
};

/** Static data as the next execution gets it: n8n keeps it as JSON. */
export const asSaved = (staticData: IDataObject): IDataObject => {
	const saved: unknown = JSON.parse(JSON.stringify(staticData));
	return Object.assign({}, saved);
};

export const hintsOf = ({ run }: NodeOutcome): string[] =>
	(run.data.resultData.runData[NODE] ?? []).flatMap(({ hints = [] }) =>
		hints.map(({ message }) => message),
	);

/** `reused` of each item: undefined for one whose run was started for it. */
export const reusedOf = (items: INodeExecutionData[]): unknown[] =>
	items.map(({ json }) => json['reused']);
