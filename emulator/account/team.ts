/** The team that every emulator's key belongs to. The key itself is the first of its keys. */
export const KEYS = [
	{
		api_key_id: 'key-of-n8n',
		display_name: 'n8n',
		status: 'active',
		created_at: '2026-02-03T09:00:00+00:00',
	},
	{
		api_key_id: 'key-of-the-shop',
		display_name: 'Shop',
		status: 'active',
		created_at: '2026-04-20T15:30:00+00:00',
	},
	{
		api_key_id: 'key-of-last-year',
		display_name: 'Last year',
		status: 'inactive',
		created_at: '2025-06-01T08:00:00+00:00',
	},
] as const;

export const GROUPS = [
	{ group_id: 3, name: 'Pictures', member_count: 1 },
	{ group_id: 4, name: 'Shop', member_count: 1 },
] as const;

export const PROJECTS = [
	{ project_reference: '5a1f3c52-7d0e-4d1a-9b54-2f6c1e8a7001', name: 'Nightly batches' },
	{ project_reference: '5a1f3c52-7d0e-4d1a-9b54-2f6c1e8a7002', name: 'Shop windows' },
] as const;

export const MEMBERS = [
	{ email: 'owner@example.com', role: 'owner', status: 'active', group: GROUPS[0] },
	{ email: 'shop@example.com', role: 'member', status: 'active', group: GROUPS[1] },
	{ email: 'guest@example.com', role: 'member', status: 'invited', group: undefined },
] as const;
