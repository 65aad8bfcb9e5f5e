/** A Magnific Trigger of this instance that listens. */
export interface ActiveTrigger {
	url: string;
	workflowName: string;
	nodeName: string;
	/** Listens for one test event in the editor. */
	isTest: boolean;
}

/**
 * The triggers that listen, by a key of their own. The API has no registry of webhooks, a URL
 * travels with each run: this is what App → Run offers. n8n fills it again at every start, since it
 * asks each active trigger whether it exists, and creates it on a no.
 */
export class TriggerRegistry {
	private readonly triggers = new Map<string, ActiveTrigger>();

	enter(key: string, trigger: ActiveTrigger): void {
		this.triggers.set(key, trigger);
	}

	leave(key: string): void {
		this.triggers.delete(key);
	}

	/** Whether this trigger is known with this very URL. */
	has(key: string, url: string): boolean {
		return this.triggers.get(key)?.url === url;
	}

	/** Sorted by workflow name, then node name. */
	all(): ActiveTrigger[] {
		return [...this.triggers.values()].sort(
			(a, b) =>
				a.workflowName.localeCompare(b.workflowName) || a.nodeName.localeCompare(b.nodeName),
		);
	}
}

export const triggerRegistry = new TriggerRegistry();
