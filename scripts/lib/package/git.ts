import { runCommand } from '../command';
import { ROOT } from '../paths';

const git = async (...args: string[]): Promise<string> =>
	await runCommand('git', args, { cwd: ROOT });

/** The commit of a tag, or of `HEAD`; undefined where there is no such tag. */
export const commitOf = async (name: string): Promise<string | undefined> => {
	const found = await git('for-each-ref', '--format=%(refname)', `refs/tags/${name}`);
	if (name !== 'HEAD' && found.trim() === '') return undefined;
	return (await git('rev-list', '-n', '1', name)).trim();
};

/** Makes a tag of the commit that is checked out. */
export const makeTag = async (tag: string): Promise<void> => {
	await git('tag', '--annotate', tag, '--message', tag);
};

/** The paths that differ from the last commit, untracked ones too, as `git status --short` has them. */
export const changedPaths = async (): Promise<string[]> =>
	(await git('status', '--short')).split('\n').filter((line) => line !== '');
