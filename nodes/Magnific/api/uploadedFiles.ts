import { unexpectedAnswer } from './errors';
import { firstText, isRecord, numberOrNull, textOrNull } from './guards';
import { readId, readTime, unwrap } from './types';

/** A file that was uploaded and is still there. */
export interface UploadedFile {
	file_id: string | null;
	/** Freshly signed; good for about a day. */
	url: string;
	content_type: string | null;
	bytes: number | null;
	/** ISO 8601. */
	created_at: string | null;
	/** When the file is deleted, ISO 8601. */
	file_expires_at: string | null;
	/** Seconds that the URL is good for. */
	urlExpiresIn: number | null;
}

/** Parses the list of uploads; what has no URL is left out. Throws an `ApiError` where there is no list. */
export const parseUploadedFiles = (body: unknown): UploadedFile[] => {
	const raw = unwrap(body);
	const list = isRecord(raw) ? raw.files : raw;
	if (!Array.isArray(list)) throw unexpectedAnswer('it has no list of files');
	return list.filter(isRecord).flatMap((file) => {
		const url = firstText(file.asset_url);
		if (url === undefined) return [];
		return [
			{
				file_id: readId(file.file_id) ?? null,
				url,
				content_type: textOrNull(file.content_type),
				bytes: numberOrNull(file.size_bytes),
				created_at: readTime(file.created_at),
				file_expires_at: readTime(file.expires_at),
				urlExpiresIn: numberOrNull(file.asset_url_expires_in),
			},
		];
	});
};
