import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

/** What can be asked of the API, one for each path and method; the families count as one. */
export const OPERATIONS = [
	'list',
	'mine',
	'get_app',
	'run',
	'get_run',
	'request_upload',
	'uploads',
	'creations',
	'credit_usage',
	'team-api-keys',
	'team-groups',
	'team-members',
	'team-projects',
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface Contract {
	name: string;
	/** All answers that it describes. */
	described: [operation: Operation, status: number][];
	/**
	 * The schema of an answer's body; undefined if the contract does not describe it, empty if it
	 * leaves the body open.
	 */
	schemaOf: (operation: Operation, status: number, mediaType: string) => unknown;
	/** What references in the schemas point into. */
	document: Record<string, unknown>;
}

/** One thing that is wrong with an answer. */
export interface Violation {
	/** Where, such as `/data/0/status`; empty for the whole body. */
	path: string;
	message: string;
	/** The rule that is broken, such as `required`. */
	rule: string;
	params: Record<string, unknown>;
}

/**
 * What is wrong with an answer; an empty list if it keeps the contract.
 *
 * @param mediaType without parameters
 */
export function violationsOf(
	contract: Contract,
	operation: Operation,
	{ status, body, mediaType }: { status: number; body: unknown; mediaType: string },
): Violation[] {
	const validate = validatorOf(contract, operation, status, mediaType);
	if (validate === undefined) {
		const message = `${String(status)} ${mediaType} is not described`;
		return [{ path: '', message, rule: 'described', params: {} }];
	}
	if (validate(body)) return [];
	return (validate.errors ?? []).map(({ instancePath, message = '', keyword, params }) => ({
		path: instancePath,
		message,
		rule: keyword,
		params,
	}));
}

/** The same as plain lines. */
export function violations(...of: Parameters<typeof violationsOf>): string[] {
	return violationsOf(...of).map(
		({ path, message, params }) => `${path} ${message} ${JSON.stringify(params)}`,
	);
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
const validators = new Map<string, ValidateFunction>();

function validatorOf(
	contract: Contract,
	operation: Operation,
	status: number,
	mediaType: string,
): ValidateFunction | undefined {
	const name = `${contract.name}: ${operation} ${String(status)} ${mediaType}`;
	const known = validators.get(name);
	if (known !== undefined) return known;
	const schema = contract.schemaOf(operation, status, mediaType);
	if (typeof schema !== 'object' || schema === null) return undefined;
	const validate = ajv.compile({ ...contract.document, ...schema });
	validators.set(name, validate);
	return validate;
}
