import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { RouteName } from '../../../emulator';

export interface Contract {
	name: string;
	/** The schema of an answer's body; undefined if the contract does not describe it. */
	schemaOf: (route: RouteName, status: number) => unknown;
	/** What references in the schemas point into. */
	document: Record<string, unknown>;
}

/** What is wrong with an answer; an empty list if it keeps the contract. */
export function violations(
	contract: Contract,
	route: RouteName,
	status: number,
	body: unknown,
): string[] {
	const validate = validatorOf(contract, route, status);
	if (validate === undefined) return [`${String(status)} is not described`];
	if (validate(body)) return [];
	return (validate.errors ?? []).map(
		({ instancePath, message = '', params }) =>
			`${instancePath} ${message} ${JSON.stringify(params)}`,
	);
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
const validators = new Map<string, ValidateFunction>();

function validatorOf(
	contract: Contract,
	route: RouteName,
	status: number,
): ValidateFunction | undefined {
	const name = `${contract.name}: ${route} ${String(status)}`;
	const known = validators.get(name);
	if (known !== undefined) return known;
	const schema = contract.schemaOf(route, status);
	if (typeof schema !== 'object' || schema === null) return undefined;
	const validate = ajv.compile({ ...contract.document, ...schema });
	validators.set(name, validate);
	return validate;
}
