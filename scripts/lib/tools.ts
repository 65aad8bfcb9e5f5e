import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CommandFailed, runCommand } from './command';
import type { Report } from './progress';

/** A program that this project uses and npm does not have. */
export interface Tool {
	title: string;
	/** Names under which it may be on the PATH, the best first. */
	commands: readonly string[];
	/** Further folders to look in, for programs that a system keeps off the PATH. */
	folders?: readonly string[];
	debianPackage: string;
}

export const CHROMIUM: Tool = {
	title: 'Chromium',
	commands: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
	debianPackage: 'chromium',
};

/**
 * Gives the absolute path of a program and installs it with apt where it is missing and that is
 * possible (root on Debian or a system like it).
 *
 * @throws with what to install, where it can't be
 */
export async function provideTool(tool: Tool, report: Report): Promise<string> {
	const there = findTool(tool);
	if (there) return there;
	if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
		throw new Error(
			`${tool.title} is needed and not there. Install it so that one of these is on the PATH: ${tool.commands.join(', ')} (on Debian: apt-get install ${tool.debianPackage}).`,
		);
	}
	report(`installing ${tool.title} with apt`);
	try {
		await apt(['install', '--yes', '--no-install-recommends', tool.debianPackage]);
	} catch (error) {
		if (!(error instanceof CommandFailed)) throw error;
		report(`updating apt's lists, then installing ${tool.title}`);
		await apt(['update']);
		await apt(['install', '--yes', '--no-install-recommends', tool.debianPackage]);
	}
	const installed = findTool(tool);
	if (installed) return installed;
	throw new Error(
		`apt installed ${tool.debianPackage}, but none of ${tool.commands.join(', ')} is there.`,
	);
}

async function apt(args: string[]): Promise<void> {
	await runCommand('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=600', ...args], {
		env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
	});
}

function findTool({ commands, folders = [] }: Tool): string | undefined {
	const path = [...(process.env['PATH'] ?? '').split(delimiter), ...folders];
	return commands
		.flatMap((command) => path.map((folder) => join(folder, command)))
		.find((file) => isExecutable(file));
}

function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
