import Ajv, { type ValidateFunction } from 'ajv';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { isJsonObject, isRecord, type JsonObject } from '../../../nodes/Magnific/api/guards';
import { outputSchema, shapesOf, type Output } from '../../../nodes/Magnific/batch/output';
import { resources } from '../../../nodes/Magnific/resources';
import { operationOf } from '../../../nodes/Magnific/resources/operation';
import { schemaOf, type Shape } from '../../../nodes/Magnific/runs/shape';

const ajv = new Ajv({ strict: false, allErrors: true });

const compiled = new Map<Output, ValidateFunction>();

const validatorOf = (output: Output): ValidateFunction => {
	const validate = compiled.get(output) ?? ajv.compile(outputSchema(output));
	compiled.set(output, validate);
	return validate;
};

/** What came out well: a failed item has a shape of its own. */
const succeeded = (outputs: IDataObject[]): IDataObject[] =>
	outputs.filter((json) => !('error' in json));

/**
 * Throws where an output is not as the schema says that n8n reads for the node's operation. What is not
 * simplified is as the API gave it.
 */
export const holdToSchema = (parameters: INodeParameters, outputs: IDataObject[]): void => {
	const { resource = 'app', operation = 'run', simplify } = parameters;
	if (simplify === false) return;
	if (typeof resource !== 'string' || typeof operation !== 'string') return;
	const found = operationOf(resources, resource, operation);
	if (!found) return;
	const validate = validatorOf(found.output);
	for (const json of succeeded(outputs)) {
		if (!validate(json)) {
			throw new Error(`${ajv.errorsText(validate.errors)}: ${JSON.stringify(json)}`);
		}
	}
};

/** The same schema, in which no field may stand that is not declared. */
const closed = (schema: JsonObject): JsonObject => {
	const { properties, items } = schema;
	return {
		...schema,
		...(isRecord(properties)
			? {
					additionalProperties: false,
					properties: Object.fromEntries(
						Object.entries(properties).map(([name, field]) => [
							name,
							isJsonObject(field) ? closed(field) : field,
						]),
					),
				}
			: {}),
		...(isJsonObject(items) ? { items: closed(items) } : {}),
	};
};

/** Of the outputs, those that have none of the declared shapes exactly. */
export const undeclared = (output: Output, outputs: IDataObject[]): IDataObject[] => {
	const shapes = shapesOf(output).map((shape) => ajv.compile(closed(schemaOf(shape))));
	return succeeded(outputs).filter((json) => !shapes.some((fits) => fits(json)));
};

const pathsOf = (shape: Shape, prefix = ''): string[] =>
	Object.entries(shape).flatMap(([name, { fields, items }]) => {
		const path = `${prefix}${name}`;
		const inside = fields ?? items?.fields;
		return [path, ...(inside ? pathsOf(inside, `${path}.`) : [])];
	});

const has = (value: unknown, [name = '', ...rest]: string[]): boolean => {
	if (Array.isArray(value)) return value.some((one) => has(one, [name, ...rest]));
	if (!isRecord(value) || !Object.hasOwn(value, name)) return false;
	return rest.length === 0 || has(value[name], rest);
};

/** Declared fields that are in none of the outputs. */
export const neverSeen = (output: Output, outputs: IDataObject[]): string[] =>
	[...new Set(shapesOf(output).flatMap((shape) => pathsOf(shape)))].filter(
		(path) => !outputs.some((json) => has(json, path.split('.'))),
	);
