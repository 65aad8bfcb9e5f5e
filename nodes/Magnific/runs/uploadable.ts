import type { BinaryFile } from './types';
import { binaryFieldsInWords, LARGEST_UPLOAD_BYTES, type BinaryFields } from './validate';

/** The file in a binary field; null for a field without one, undefined where there is no such field. */
export const fileIn = (fields: BinaryFields, field: string): BinaryFile | null | undefined =>
	Object.hasOwn(fields, field) ? fields[field] : undefined;

/** The file of the field that is to be uploaded, or why it cannot be, before anything is sent. */
export const uploadable = (
	field: string,
	fields: BinaryFields,
): { file: BinaryFile } | { problem: string } => {
	const file = fileIn(fields, field);
	const name = `The binary field “${field}”`;
	if (file === undefined) {
		const has = binaryFieldsInWords(fields);
		return {
			problem: `Input Binary Field is “${field}”, which is no binary field of the item; ${has}`,
		};
	}
	if (file === null) return { problem: `${name} holds no file that n8n can read` };
	if (file.bytes === 0) return { problem: `${name} holds an empty file` };
	return (file.bytes ?? 0) > LARGEST_UPLOAD_BYTES
		? { problem: `${name} holds a file over 1 GiB, the most that Magnific’s upload takes` }
		: { file };
};
