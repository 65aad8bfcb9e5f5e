import { unexpectedAnswer } from './errors';
import { firstText, isRecord } from './guards';
import { readId, unwrap } from './types';

/** An API key, group or project of a team: what its usage can be narrowed down to. */
export interface TeamEntry {
	id: string;
	name: string;
	/** False for an API key that is switched off. */
	isActive: boolean;
}

/** Parses a list of a team. Throws an `ApiError` where there is none. */
export const parseTeam = (body: unknown): TeamEntry[] => {
	const list = unwrap(body);
	if (!Array.isArray(list)) throw unexpectedAnswer('it has no list');
	return list.filter(isRecord).flatMap((raw) => {
		const id = readId(raw.api_key_id, raw.group_id, raw.project_reference);
		if (id === undefined) return [];
		const name = firstText(raw.display_name, raw.name)?.trim() ?? id;
		return [{ id, name, isActive: raw.status !== 'inactive' }];
	});
};
