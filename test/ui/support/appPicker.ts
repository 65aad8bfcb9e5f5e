import type { Locator, Page } from 'playwright-core';

/** The list of apps: n8n's resource locator. */
export class AppPicker {
	/** The apps that the open list shows. */
	readonly items: Locator;
	/** What stands in the open list instead of apps when they could not be loaded. */
	readonly refusal: Locator;
	private readonly input: Locator;
	private readonly searchField: Locator;

	constructor(page: Page, parameters: Locator) {
		this.input = parameters.getByTestId('rlc-input');
		this.items = page.getByTestId('rlc-item');
		this.refusal = page.getByTestId('rlc-error-container');
		this.searchField = page.getByTestId('rlc-search').filter({ visible: true });
	}

	async open(): Promise<void> {
		await this.input.click();
		await this.searchField.waitFor();
	}

	/** Types into the search field of the open list. */
	async search(text: string): Promise<void> {
		await this.searchField.fill(text);
	}

	/** The names in the open list, from top to bottom. */
	async names(): Promise<string[]> {
		return (await this.items.allInnerTexts()).map((name) => name.trim());
	}

	/** Chooses an app of the open list. */
	async pick(name: string): Promise<void> {
		await this.items.filter({ hasText: name }).click();
		await this.searchField.waitFor({ state: 'hidden' });
	}

	/** Opens the list, searches for an app and chooses it. */
	async choose(name: string): Promise<void> {
		await this.open();
		await this.search(name);
		await this.pick(name);
	}

	/** What stands in the closed list. */
	async chosen(): Promise<string> {
		return await this.input.locator('input').or(this.input).last().inputValue();
	}
}
