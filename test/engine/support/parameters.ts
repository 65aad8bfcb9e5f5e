import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { App } from '../../../emulator/apps/app';

type Value = string | number | boolean | null;

/** The id of an app's input, by its label. */
export const inputId = (app: App, label: string): string => {
	const id = app.inputs.find((input) => input.label === label)?.id;
	if (typeof id !== 'string') throw new Error(`${app.name} has no input ${label}`);
	return id;
};

export const byId = (value: string | null): INodeParameters => ({ __rl: true, mode: 'id', value });

/** Values by label, as the form stores them. */
export const fields = (app: App, values: Record<string, Value>): INodeParameters => ({
	inputMode: 'fields',
	inputs: {
		mappingMode: 'defineBelow',
		value: Object.fromEntries(
			Object.entries(values).map(([label, value]) => [inputId(app, label), value]),
		),
	},
});

export const autoMap: INodeParameters = {
	inputMode: 'fields',
	inputs: { mappingMode: 'autoMapInputData', value: null },
};

export const json = (inputs: string | IDataObject): INodeParameters => ({
	inputMode: 'json',
	inputsJson: typeof inputs === 'string' ? inputs : JSON.stringify(inputs),
});

/** App → Run. */
export const appRun = (
	app: App | string,
	inputs: INodeParameters,
	rest: INodeParameters = {},
): INodeParameters => ({
	resource: 'app',
	operation: 'run',
	app: byId(typeof app === 'string' ? app : app.sqid),
	...inputs,
	...rest,
});
