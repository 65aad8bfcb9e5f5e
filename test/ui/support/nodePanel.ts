import type { Locator, Page } from 'playwright-core';
import { AppPicker } from './appPicker';

export type Widget = 'text' | 'number' | 'dropdown' | 'code' | 'switch';

/** An input of an app, as the form shows it. */
export interface Field {
	label: string;
	widget: Widget;
	/** What stands in it; empty where nothing does. */
	value: string;
	/** It can't be taken out of the form, as optional ones can. */
	required: boolean;
	/** It has the red mark of a field that has to be filled in. */
	marked: boolean;
}

/** The panel of a node: its parameters between its input and its output. */
export class NodePanel {
	readonly root: Locator;
	readonly parameters: Locator;
	readonly app: AppPicker;
	/** Where the fields of the chosen app are. */
	readonly form: Locator;
	readonly input: Locator;
	readonly output: Locator;

	constructor(readonly page: Page) {
		this.root = page.getByTestId('ndv');
		this.parameters = this.root.getByTestId('node-parameters');
		this.app = new AppPicker(page, this.parameters);
		this.form = this.parameters.getByTestId('mapping-fields-container');
		this.input = this.root.getByTestId('ndv-input-panel');
		this.output = this.root.getByTestId('output-panel');
	}

	/** A parameter or an input of the app, by its label. */
	parameter(label: string): Locator {
		return this.parameters
			.getByTestId('input-label')
			.filter({ has: this.page.locator('label').getByText(label, { exact: true }) });
	}

	/** The labels of all parameters that are shown, from top to bottom. */
	async labels(): Promise<string[]> {
		return await textsOf(this.parameters.locator('label .n8n-text').filter({ visible: true }));
	}

	/** What stands in a parameter's field. */
	async valueOf(label: string): Promise<string> {
		return await this.parameter(label).locator('input').first().inputValue();
	}

	/** Switches a parameter to an expression, e.g. `{{ $json.name }}`, and leaves it. */
	async fillExpression(label: string, expression: string): Promise<void> {
		const parameter = this.parameter(label);
		await parameter.locator('label').hover();
		await parameter.getByTestId('radio-button-expression').click();
		await parameter.locator('.cm-content').fill(expression);
		await this.root.getByTestId('tab-params').click();
	}

	/** Adds an option of *Options*, or of the collection whose button says something else. */
	async addOption(option: string, button = 'Add option'): Promise<void> {
		await this.parameters
			.getByTestId('collection-parameter-add')
			.filter({ has: this.page.getByPlaceholder(button) })
			.click();
		await this.page
			.getByTestId('collection-parameter-option')
			.filter({ visible: true })
			.getByText(option, { exact: true })
			.click();
	}

	/** Adds an option of *Options* that is off, and turns it on. */
	async turnOn(option: string): Promise<void> {
		await this.addOption(option);
		await this.parameter(option).locator('.el-switch').click();
	}

	/** Writes into a text or number field and leaves it. */
	async fill(label: string, value: string): Promise<void> {
		const input = this.parameter(label).locator('input, textarea').first();
		await input.fill(value);
		await input.blur();
	}

	/** Chooses an option of a dropdown by its name. */
	async choose(label: string, option: string): Promise<void> {
		await this.openDropdown(label);
		const headline = this.page.locator('.option-headline').getByText(option, { exact: true });
		await this.openOptions().filter({ has: headline }).click();
		await this.openOptions().first().waitFor({ state: 'hidden' });
	}

	/** The names of a dropdown's options. */
	async optionsOf(label: string): Promise<string[]> {
		await this.openDropdown(label);
		const names = await textsOf(this.openOptions().locator('.option-headline'));
		await this.openOptions().first().press('Escape');
		return names;
	}

	/** The names in the list of a parameter that takes several of them, once it has been loaded. */
	async namesIn(label: string): Promise<string[]> {
		const arrow = this.parameter(label).locator('.el-input:not(.is-disabled) .el-select__caret');
		await arrow.click();
		const entries = this.page.locator('.el-select-dropdown__item').filter({ visible: true });
		await entries.first().waitFor();
		const names = await textsOf(entries.locator('.option-headline'));
		await arrow.click();
		await entries.first().waitFor({ state: 'hidden' });
		return names;
	}

	/** How many parameters n8n marks in red. */
	async marks(): Promise<number> {
		return await this.parameters.getByTestId('parameter-issues').count();
	}

	/** The text in an empty field. */
	async placeholderOf(label: string): Promise<string | null> {
		return await this.parameter(label).locator('input').first().getAttribute('placeholder');
	}

	/** Whether n8n marks the parameter's value in red. */
	async isMarked(label: string): Promise<boolean> {
		return (await this.parameter(label).getByTestId('parameter-issues').count()) > 0;
	}

	/** What a dropdown shows while it is closed. */
	async chosen(label: string): Promise<string> {
		return await this.parameter(label).locator('input[role=combobox]').inputValue();
	}

	/** The inputs of the chosen app; none while they are being loaded. */
	async fields(): Promise<Field[]> {
		const rows = await this.form.locator('.parameter-item').all();
		return await Promise.all(rows.map(fieldOf));
	}

	/** Back to the canvas. */
	async close(): Promise<void> {
		await this.root.getByTestId('ndv-close-button').click();
		await this.root.waitFor({ state: 'hidden' });
	}

	/** Brings a parameter to the top. */
	async scrollTo(label: string): Promise<void> {
		await this.parameter(label).evaluate((element) => {
			element.scrollIntoView({ block: 'start' });
		});
	}

	/** Executes what comes before, so that its items stand at the left. */
	async executePrevious(): Promise<void> {
		await this.root.getByTestId('execute-previous-node').click();
		await this.input.getByTestId('ndv-items-count').waitFor();
	}

	/** Begins to listen for one event of a trigger; ends with its execution. */
	async listen(): Promise<void> {
		await this.root.getByTestId('node-execute-button').click();
		await this.root.getByText('Stop Listening').first().waitFor();
	}

	/** Executes the node and waits for its end. */
	async execute(): Promise<void> {
		await this.root.getByTestId('node-execute-button').click();
		await this.output.getByTestId(/^node-run-status-/).waitFor();
	}

	/** The message of an execution that failed. */
	refusal(words: RegExp): Locator {
		return this.output.getByTestId('node-error-message').getByText(words);
	}

	/** Chooses a view of the output. */
	async showOutputAs(view: 'schema' | 'table' | 'json' | 'binary'): Promise<void> {
		await this.output.getByTestId(`radio-button-${view}`).click();
	}

	/** Opens the first file of the output, which is a picture, and gives its width in pixels. */
	async widthOfPicture(): Promise<number> {
		await this.showOutputAs('binary');
		await this.output.getByTestId('ndv-view-binary-data').click();
		const picture = this.output.locator('img[src*="binary-data"]');
		await picture.waitFor();
		return await picture.evaluate(async (image) => {
			if (!(image instanceof HTMLImageElement)) return 0;
			await image.decode();
			return image.naturalWidth;
		});
	}

	/** Back to the list of the output's files. */
	async closePicture(): Promise<void> {
		await this.output.getByRole('button', { name: 'Back to list' }).click();
	}

	async openDropdown(label: string): Promise<void> {
		await this.parameter(label).locator('input[role=combobox]').click();
		await this.openOptions().first().waitFor();
	}

	private openOptions(): Locator {
		return this.page.getByTestId('parameter-input-item').filter({ visible: true });
	}
}

async function fieldOf(row: Locator): Promise<Field> {
	const widget = await widgetOf(row);
	return {
		label: (await textsOf(row.locator('label .n8n-text'))).join(' '),
		widget,
		value: widget === 'code' ? '' : await row.locator('input, textarea').first().inputValue(),
		required: (await row.getByTestId(/^remove-field-button/).count()) === 0,
		marked: (await row.getByTestId('parameter-issues').count()) > 0,
	};
}

const WIDGETS: ReadonlyArray<readonly [Widget, string]> = [
	['dropdown', 'input[role=combobox]'],
	['number', '[data-test-id=input-number]'],
	['switch', '[role=switch]'],
	['code', '.cm-content'],
	['text', '[data-test-id=parameter-input-field]'],
];

async function widgetOf(row: Locator): Promise<Widget> {
	for (const [widget, selector] of WIDGETS) {
		if ((await row.locator(selector).count()) > 0) return widget;
	}
	throw new Error(`A field with an unknown widget: ${await row.innerHTML()}`);
}

async function textsOf(elements: Locator): Promise<string[]> {
	return (await elements.allInnerTexts()).map((text) => text.trim());
}
