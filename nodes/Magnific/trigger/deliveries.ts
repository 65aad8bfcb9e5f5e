import { isRecord } from '../api/guards';

const MOST_REMEMBERED = 2_000;
/** A delivery is known by its own id and by its run and event. */
const KEYS_PER_DELIVERY = 2;

/**
 * Remembers deliveries, so that one that comes again starts nothing: in this process at once, and
 * in the workflow's static data, which n8n saves, beyond a restart.
 */
export class Deliveries {
	private readonly seen = new Map<string, Set<string>>();

	/**
	 * False where any of a delivery's keys, two at most, was seen before; else remembers them. The
	 * last 2,000 deliveries are known, more where they had one key only.
	 */
	isNew(triggerKey: string, keys: string[], staticData: Record<string, unknown>): boolean {
		const seen = this.of(triggerKey, staticData);
		if (keys.some((key) => seen.has(key))) return false;
		for (const key of keys) seen.add(key);
		for (const key of seen) {
			if (seen.size <= MOST_REMEMBERED * KEYS_PER_DELIVERY) break;
			seen.delete(key);
		}
		staticData.deliveries = [...seen];
		return true;
	}

	private of(triggerKey: string, { deliveries }: Record<string, unknown>): Set<string> {
		const seen = this.seen.get(triggerKey) ?? new Set<string>();
		this.seen.set(triggerKey, seen);
		if (Array.isArray(deliveries) || isRecord(deliveries)) {
			for (const key of Object.values(deliveries)) if (typeof key === 'string') seen.add(key);
		}
		return seen;
	}
}

export const deliveries = new Deliveries();
