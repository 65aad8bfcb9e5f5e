import type {
	FieldType,
	ILoadOptionsFunctions,
	ResourceMapperField,
	ResourceMapperFields,
} from 'n8n-workflow';
import { createClient } from '../api/client';
import { ApiError, settle } from '../api/errors';
import { isRecord } from '../api/guards';
import { withRetries } from '../api/retry';
import type { AppDefinition, AppInput } from '../api/types';
import { appIdProblem } from '../resources/app/appIds';
import { editorError } from '../batch/stoppingError';

const fieldType = ({ type, options }: AppInput): FieldType => {
	if (type === 'number') return 'number';
	return type === 'select' && options.length > 0 ? 'options' : 'string';
};

/** Labels are all that tells fields apart, and an app may use one twice. */
const uniqueNames = (inputs: AppInput[]): string[] => {
	const used = new Map<string, number>();
	return inputs.map(({ label, type, media_type }) => {
		const name = type === 'creation' && media_type !== null ? `${label} (${media_type})` : label;
		const count = (used.get(name) ?? 0) + 1;
		used.set(name, count);
		return count === 1 ? name : `${name} (${String(count)})`;
	});
};

const defaultOf = ({ default: value, options, type }: AppInput): string | number | null => {
	if (type === 'select' && options.length > 0) {
		return options.find((option) => String(option.value) === String(value))?.value ?? null;
	}
	return typeof value === 'string' || typeof value === 'number' ? value : null;
};

const toField = (input: AppInput, displayName: string): ResourceMapperField => {
	const type = fieldType(input);
	const defaultValue = defaultOf(input);
	return {
		id: input.id,
		displayName,
		required: input.required,
		defaultMatch: false,
		display: true,
		type,
		readOnly: false,
		removed: false,
		...(type === 'options'
			? { options: input.options.map(({ value, label }) => ({ name: label, value })) }
			: {}),
		...(defaultValue === null ? {} : { defaultValue }),
	};
};

/** One field for each input of an app: pure, for the editor's form. */
export const fieldsOf = ({ name, inputs }: AppDefinition): ResourceMapperFields => {
	if (inputs.length === 0) {
		return { fields: [], emptyFieldsNotice: `“${name}” has no inputs: it runs as it is.` };
	}
	const names = uniqueNames(inputs);
	return { fields: inputs.map((input, i) => toField(input, names[i] ?? input.label)) };
};

const notice = (emptyFieldsNotice: string): ResourceMapperFields => ({
	fields: [],
	emptyFieldsNotice,
});

const hasSchema = (context: ILoadOptionsFunctions): boolean => {
	const inputs: unknown = context.getNodeParameter('inputs', {});
	return isRecord(inputs) && Array.isArray(inputs.schema) && inputs.schema.length > 0;
};

/**
 * The id of the chosen app; empty where none is chosen, undefined where an expression chooses it.
 * Read raw: an expression may need data of nodes that have not run. The editor itself replaces one
 * that gives nothing by null.
 */
const chosenApp = (context: ILoadOptionsFunctions): string | undefined => {
	const app: unknown = context.getNodeParameter('app', undefined, { rawExpressions: true });
	const value = isRecord(app) ? app.value : (app ?? '');
	return typeof value === 'string' && !value.startsWith('=') ? value.trim() : undefined;
};

/**
 * The form's fields for the chosen app. Where they cannot be loaded although the workflow has some
 * already, this throws: an empty list would wipe the user's values at the next refresh.
 */
export async function getAppInputs(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const appId = chosenApp(this);
	if (appId === '') return notice('Choose an app to see its inputs.');
	if (appId === undefined) {
		return notice(
			'The app is chosen by an expression, so its inputs are not known here. Set Input Mode to JSON.',
		);
	}
	const app = await settle(async () => {
		const message = appIdProblem(appId);
		if (message !== undefined) {
			throw new ApiError({ kind: 'rejected', message, advice: 'Choose the app from the list.' });
		}
		const { api, ...pacing } = await createClient(this);
		return await withRetries('interactive', pacing, () => api.getApp(appId), 2);
	});
	if ('value' in app) return fieldsOf(app.value);
	if (hasSchema(this)) throw editorError(this.getNode(), app.error);
	return notice(
		app.error.kind === 'not_found'
			? `App ${appId} was not found, or the account of this API key cannot see it. Choose another one.`
			: `The inputs could not be loaded: ${app.error.message}. ${app.error.advice} Then open the node again.`,
	);
}
