import type { Locator, Page } from 'playwright-core';

/** n8n's panel of nodes at the right of the canvas. */
export class NodeCreator {
	private readonly root: Locator;

	constructor(private readonly page: Page) {
		this.root = page.getByTestId('node-creator');
	}

	/** Begins an empty workflow with a trigger that is started by hand. */
	async addManualTrigger(): Promise<void> {
		await this.page.getByTestId('canvas-add-button').click();
		await this.item('Trigger manually').click();
	}

	/** Opens the panel from the plus behind the last node, and searches it. */
	async searchNext(text: string): Promise<void> {
		await this.page.getByTestId('canvas-handle-plus').first().click();
		await this.root.getByTestId('node-creator-search-bar').fill(text);
	}

	/** An entry by its exact name. */
	item(name: string): Locator {
		return this.root.getByTestId('item-iterator-item').filter({
			has: this.page.getByTestId('node-creator-item-name').getByText(name, { exact: true }),
		});
	}

	/** The heading of a node's actions or triggers, which opens and closes them. */
	section(name: 'Actions' | 'Triggers'): Locator {
		return this.root.getByText(new RegExp(`^${name} \\(\\d+\\)`));
	}

	/** The names of all entries, from top to bottom. */
	async names(): Promise<string[]> {
		const names = await this.root.getByTestId('node-creator-item-name').allInnerTexts();
		return names.map((name) => name.trim());
	}
}
