/** A Magnific Trigger of this instance that listens. */
export interface ActiveTrigger {
	/** No two triggers have the same, and one that listens for a test event has another than when it is active. */
	url: string;
	workflowName: string;
	nodeName: string;
	/** Listens for one test event in the editor. */
	isTest: boolean;
}

/**
 * The triggers that listen. The API has no registry of webhooks, a URL travels with each run: this
 * is what App → Run offers. n8n fills it again at every start, since it asks each active trigger
 * whether it exists, and creates it on a no.
 */
export class TriggerRegistry {
	private readonly triggers = new Map<string, ActiveTrigger>();

	enter(trigger: ActiveTrigger): void {
		this.triggers.set(trigger.url, trigger);
	}

	leave(url: string): void {
		this.triggers.delete(url);
	}

	has(url: string): boolean {
		return this.triggers.has(url);
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
