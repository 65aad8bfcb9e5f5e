import type { ChargeRecord } from './control/types';
import type { Run } from './runs/run';

/** The book of what was paid. */
export class Charges {
	private entries: ChargeRecord[] = [];

	/** @param balance what the account has left after it */
	add({ record }: Run, balance: number): void {
		this.entries.push({
			seq: this.entries.length + 1,
			at: record.submitted_at,
			run_id: record.run_id,
			app_id: record.app_id,
			app_name: record.app_name,
			family: record.family,
			credits: record.credits,
			balance,
			inputs: record.inputs,
			webhook: record.webhook,
			item: record.webhook === null ? null : new URL(record.webhook).searchParams.get('item'),
		});
	}

	all(): ChargeRecord[] {
		return [...this.entries];
	}

	clear(): void {
		this.entries = [];
	}
}
