import { isRecord, type JsonObject, type JsonRecord } from '../api/guards';

/** A field of an output, as it is declared once: for n8n's schemas, for its AI, and for agents. */
export interface Field {
	type:
		| 'string'
		| 'number'
		| 'boolean'
		| 'object'
		| 'array'
		| Array<'string' | 'number' | 'boolean'>;
	/** May be null. */
	nullable?: true;
	/** Some items do not have it. */
	optional?: true;
	/** Left out of what an agent gets: nothing that it decides by. */
	detail?: true;
	/** What an object holds; none where its names are somebody else's. */
	fields?: Shape;
	/** What a list holds. */
	items?: Field;
}

/** The json of an item: its fields by their names. */
export type Shape = Record<string, Field>;

export const text: Field = { type: 'string' };
export const numeric: Field = { type: 'number' };
export const yesOrNo: Field = { type: 'boolean' };
/** Whatever single value somebody else has put there. */
export const scalar: Field = { type: ['string', 'number', 'boolean'] };

export const record = (fields?: Shape): Field => ({ type: 'object', ...(fields && { fields }) });
export const list = (items: Field): Field => ({ type: 'array', items });
export const orNull = (field: Field): Field => ({ ...field, nullable: true });
export const optional = (field: Field): Field => ({ ...field, optional: true });
export const detail = (field: Field): Field => ({ ...field, detail: true });

const fieldSchema = ({ type, nullable, fields, items }: Field): JsonObject => ({
	type,
	...(nullable ? { nullable } : {}),
	...(fields ? { properties: propertiesOf(fields) } : {}),
	...(items ? { items: fieldSchema(items) } : {}),
});

const propertiesOf = (shape: Shape): JsonObject =>
	Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, fieldSchema(field)]));

/**
 * The shape as a JSON schema. Null is told by `nullable`, not by a second type: n8n reads the first
 * one alone, and shows the fields of an object only where its type is a plain `object`. What must
 * be there is told of the item itself only: what is inside may be as the API gave it.
 */
export const schemaOf = (shape: Shape): JsonObject => ({
	type: 'object',
	properties: propertiesOf(shape),
	required: Object.entries(shape).flatMap(([name, field]) => (field.optional ? [] : [name])),
});

/**
 * The shape in one line, for a reader who writes expressions: `run_id, result { images [ url ] }`.
 * What holds the same as the field before it is not said again.
 */
export const summaryOf = (shape: Shape): string => {
	let before: Shape | undefined;
	const parts = Object.entries(shape).map(([name, { fields, items, optional: isOptional }]) => {
		const inside = fields ?? items?.fields;
		const holds = inside === before ? '…' : inside && summaryOf(inside);
		before = inside;
		if (!inside) return isOptional ? `${name}?` : name;
		return items ? `${name} [ ${holds ?? ''} ]` : `${name} { ${holds ?? ''} }`;
	});
	return parts.join(', ');
};

const isNothing = (value: unknown): boolean =>
	value === null ||
	value === undefined ||
	(Array.isArray(value) && value.length === 0) ||
	(isRecord(value) && Object.keys(value).length === 0);

const briefValue = (value: unknown, { fields, items }: Field): unknown => {
	if (fields && isRecord(value)) return brief(value, fields);
	if (items && Array.isArray(value)) {
		return value.map((one) => briefValue(one, items)).filter((one) => !isNothing(one));
	}
	return value;
};

/** What an agent needs of a json: the declared fields that are no detail, and no empty ones. */
export const brief = (json: JsonRecord, shape: Shape): JsonRecord =>
	Object.fromEntries(
		Object.entries(shape)
			.filter(([name, field]) => !field.detail && Object.hasOwn(json, name))
			.map(([name, field]) => [name, briefValue(json[name], field)] as const)
			.filter(([, value]) => !isNothing(value)),
	);
