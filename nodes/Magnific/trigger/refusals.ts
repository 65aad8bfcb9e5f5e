interface Refused {
	count: number;
	reasons: Set<string>;
}

/**
 * What a trigger refused since it last took a callback: a wrong secret or clock lets no event
 * through, and nobody sees the answers that Magnific gets. Kept in this process only.
 */
export class Refusals {
	private readonly byTrigger = new Map<string, Refused>();

	/** True where it is the first for this reason, so that it is to be told. */
	add(triggerKey: string, reason: string): boolean {
		const refused = this.byTrigger.get(triggerKey) ?? { count: 0, reasons: new Set<string>() };
		this.byTrigger.set(triggerKey, refused);
		refused.count += 1;
		if (refused.reasons.has(reason)) return false;
		refused.reasons.add(reason);
		return true;
	}

	/** How many were refused until now; forgets them. */
	end(triggerKey: string): number {
		const count = this.byTrigger.get(triggerKey)?.count ?? 0;
		this.byTrigger.delete(triggerKey);
		return count;
	}
}

export const refusals = new Refusals();
