import { createHash } from 'node:crypto';
import type { FileStore, StoredFile } from '../files';
import { mediaTypeOf } from '../media/sniff';
import { isoTime } from '../runs/run';

const USER_ID = 204_817;

/**
 * What the apps made, the newest first, as the list of recent creations tells it.
 *
 * @param tool only what this tool made; an empty text is any
 * @param hours how long the URLs live from now on
 */
export function creationsOf(
	files: FileStore,
	{ tool, hours }: { tool: string; hours: number },
): Record<string, unknown>[] {
	const expiresAt = Math.floor(Date.now() / 1_000 + hours * 60 * 60);
	return files
		.all()
		.reverse()
		.flatMap((file) => {
			if (file.made === undefined || (tool !== '' && file.made.tool !== tool)) return [];
			return [recentCreation(file, file.made, files.url(file, expiresAt))];
		});
}

function recentCreation(
	file: StoredFile,
	{ tool, by }: NonNullable<StoredFile['made']>,
	url: string,
): Record<string, unknown> {
	const family = mediaTypeOf(file.contentType) ?? null;
	const preview = family === 'image' ? url : null;
	const createdAt = isoTime(file.createdAt);
	return {
		id: file.number,
		reference: referenceOf(file),
		user_id: USER_ID,
		folder_id: null,
		folder_reference: null,
		name: by,
		external_id: String(file.number + 1),
		thumbnail: preview === null ? null : { url: preview },
		tool_name: tool,
		created_at: createdAt,
		updated_at: createdAt,
		creation: {
			id: file.number + 1,
			identifier: file.id,
			family,
			tool,
			url,
			raw: null,
			preview,
			large_preview: null,
			public: false,
			nsfw: false,
			status: 'completed',
			user_id: USER_ID,
			created_at: createdAt,
			metadata: null,
		},
	};
}

/** A UUID of the file's own, always the same. */
function referenceOf({ id }: StoredFile): string {
	const hex = createHash('sha256').update(id).digest('hex');
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** One page of a list, with where it stands in it. */
export function pageOf(
	items: readonly unknown[],
	page: number,
	perPage: number,
): Record<string, unknown> {
	return {
		data: items.slice((page - 1) * perPage, page * perPage),
		meta: {
			pagination: {
				current_page: page,
				per_page: perPage,
				last_page: Math.max(1, Math.ceil(items.length / perPage)),
				total: items.length,
			},
		},
	};
}
