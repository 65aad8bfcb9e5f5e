import type { IExecuteFunctions } from 'n8n-workflow';
import { isRecord } from '../api/guards';
import { newParkKey, type ParkKey } from './callbackUrl';

const KEY = 'parkKey';

/**
 * The key of the park of this run of the node, the same in every try of *Retry On Fail*: the runs
 * of an earlier try call back with it. Another pass of a loop has another, and so has n8n's retry
 * of a failed execution, whose runs call the execution that failed.
 */
export const parkKeyOf = (context: IExecuteFunctions): ParkKey => {
	const store = context.getContext('node');
	const runIndex = Number(context.evaluateExpression('{{ $runIndex }}', 0));
	const of = `${context.getExecutionId()}:${String(runIndex)}`;
	const saved: unknown = store[KEY];
	if (isRecord(saved) && saved.of === of) {
		const { id, secret } = saved;
		if (typeof id === 'string' && typeof secret === 'string') return { id, secret };
	}
	const key = newParkKey();
	store[KEY] = { ...key, of };
	return key;
};
